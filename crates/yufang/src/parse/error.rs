//! What can be wrong with a text before any meaning is looked at.

use crate::diagnostic::{Diagnostic, Message};
use crate::source::Span;

/// A fault of the text. Each variant's doc shows the smallest text that triggers it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A byte that is not UTF-8: `规则集 "\xFF"`.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// More than 4 MiB of text.
    #[error("the file is longer than {0} bytes")]
    TooLong(usize),
    /// A NUL or another control character: `规则\u{0}`.
    #[error("control character U+{0:04X}")]
    Control(u32),
    /// A character that turns the reading direction: `规则 a\u{202E}b`.
    #[error("bidirectional control U+{0:04X}")]
    Bidirectional(u32),
    /// A text without its closing quote: `规则集 "名`.
    #[error("this text has no closing quote")]
    OpenText,
    /// A comment without `*/`: `/* 注`.
    #[error("this comment has no closing */")]
    OpenComment,
    /// A bracket without its partner: `量级 g { 蓝, 红`.
    #[error("`{0}` has no partner")]
    OpenBracket(char),
    /// Brackets more than 64 deep: `设 x = ((((…`.
    #[error("nested more than {0} deep")]
    TooDeep(usize),
    /// Words that no clause can hold: `设 x = = 1`.
    #[error("cannot read this {0}")]
    Unexpected(&'static str),
    /// A declaration that breaks off: `设 x =`.
    #[error("this declaration breaks off")]
    BrokenOff,
    /// Text before or between declarations that starts none: `你好`.
    #[error("no declaration starts with this word")]
    NoDeclaration,
    /// A keyword grown into a name: `规则 r { 当停产 则 升 1 级 }`.
    #[error("a space is missing after `{0}`")]
    MissingSpace(String),
    /// 以下, which laws use both with and without the number itself: `黄 20 以下`.
    #[error("`{0}` does not say whether the number belongs to the range")]
    Ambiguous(String),
    /// Both 且 and 或 without parentheses: `a 且 b 或 c`.
    #[error("`and` mixed with `or`")]
    MixedLogic,
    /// 无则 beside another operator without parentheses: `a 无则 b + c`.
    #[error("`or_else` mixed with other operators")]
    MixedOrElse,
    /// A comparison that goes on against its direction: `1 < x > 2`.
    #[error("a chain of comparisons must go one way")]
    CrookedChain,
    /// An unknown escape in a text: `"\q"`.
    #[error("unknown escape")]
    Escape,
    /// A number too big for its place: `候补 99999999999`.
    #[error("number too big here")]
    NumberTooBig,
    /// A date that the calendar does not have: `生效 2023-02-30`.
    #[error("the calendar has no such day")]
    NoSuchDate,
    /// A name that may not be one: one with `|`, or of more than 64 characters.
    #[error("not a usable name")]
    BadName,
    /// No 规则集 at the head, or more than one: `设 x = 1`.
    #[error("a rule file starts with one `ruleset`")]
    Header,
}

/// Every code of this stage.
pub const CODES: &[&str] = &[
    "E0001", "E0002", "E0003", "E0004", "E0005", "E0006", "E0007", "E0008", "E0009", "E0010", "E0011",
    "E0012", "E0013", "E0014", "E0015", "E0016", "E0017", "E0018", "E0019", "E0020", "E0021",
];

impl ParseError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ParseError::NotUtf8 => "E0001",
            ParseError::TooLong(_) => "E0002",
            ParseError::Control(_) => "E0003",
            ParseError::Bidirectional(_) => "E0004",
            ParseError::OpenText => "E0005",
            ParseError::OpenComment => "E0006",
            ParseError::OpenBracket(_) => "E0007",
            ParseError::TooDeep(_) => "E0008",
            ParseError::Unexpected(_) => "E0009",
            ParseError::BrokenOff => "E0010",
            ParseError::NoDeclaration => "E0011",
            ParseError::MissingSpace(_) => "E0012",
            ParseError::Ambiguous(_) => "E0013",
            ParseError::MixedLogic => "E0014",
            ParseError::MixedOrElse => "E0015",
            ParseError::CrookedChain => "E0016",
            ParseError::Escape => "E0017",
            ParseError::NumberTooBig => "E0018",
            ParseError::NoSuchDate => "E0019",
            ParseError::BadName => "E0020",
            ParseError::Header => "E0021",
        }
    }

    fn zh(&self) -> String {
        match self {
            ParseError::NotUtf8 => "文件不是 UTF-8 编码".into(),
            ParseError::TooLong(most) => format!("文件超过 {most} 字节"),
            ParseError::Control(code) => format!("含有控制字符 U+{code:04X}"),
            ParseError::Bidirectional(code) => format!("含有改变文字方向的字符 U+{code:04X}"),
            ParseError::OpenText => "这段文本缺少右引号".into(),
            ParseError::OpenComment => "这条注释缺少 */".into(),
            ParseError::OpenBracket(bracket) => format!("“{bracket}”没有配对"),
            ParseError::TooDeep(most) => format!("嵌套超过 {most} 层"),
            ParseError::Unexpected(place) => format!("{}读不懂这里", place_zh(place)),
            ParseError::BrokenOff => "这条声明没有写完".into(),
            ParseError::NoDeclaration => "没有以这个词开头的声明".into(),
            ParseError::MissingSpace(word) => format!("“{word}”后面缺少空格"),
            ParseError::Ambiguous(word) => format!("“{word}”没有说明是否包括本数"),
            ParseError::MixedLogic => "“且”与“或”混用，须加括号".into(),
            ParseError::MixedOrElse => "“无则”与其他运算混用，须加括号".into(),
            ParseError::CrookedChain => "连续比较须朝同一方向".into(),
            ParseError::Escape => "未知的转义".into(),
            ParseError::NumberTooBig => "此处的数太大".into(),
            ParseError::NoSuchDate => "日历上没有这一天".into(),
            ParseError::BadName => "不能用作名称".into(),
            ParseError::Header => "规则文件须以一条“规则集”开头".into(),
        }
    }

    fn help(&self) -> Option<Message> {
        let help = |zh: &str, en: &str| Some(Message::new(zh, en));
        match self {
            ParseError::MissingSpace(word) => Some(Message::new(
                format!("写成“{word} …”；若本来就是一个名称，请用反引号括起来"),
                format!("write `{word} …`; if it is meant as one name, put it in backquotes"),
            )),
            ParseError::Ambiguous(_) => help(
                "法规对“以下”“以内”用法不一：请写“不超过”（含本数）或“不满”（不含本数）",
                "laws use it both ways: write 不超过/at_most (with the number) or 不满/below (without)",
            ),
            ParseError::MixedLogic | ParseError::MixedOrElse => {
                help("用括号写明先算哪一个", "say with parentheses which comes first")
            }
            ParseError::TooDeep(_) => help("用“设”给中间结果起名", "name the parts with `let`"),
            ParseError::Unexpected(_) => {
                help("保留词用作名称时须加反引号", "a reserved word used as a name needs backquotes")
            }
            ParseError::Escape => help(r#"可用 \" \\ \n"#, r#"there are \" \\ \n"#),
            _ => None,
        }
    }

    /// The diagnostic at a place.
    pub fn at(&self, span: Span) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), span, Message::new(self.zh(), self.to_string()));
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

fn place_zh(place: &str) -> &'static str {
    match place {
        "ruleset" => "规则集声明中",
        "list of codes" => "代码表声明中",
        "scale" => "量级中",
        "subject" => "对象的字段中",
        "table" => "表中",
        "matrix" => "矩阵中",
        "definition" => "定义中",
        "score sheet" => "计分表中",
        "grade" => "分级中",
        "rule" => "规则中",
        "requirement" => "要求中",
        "alert" => "预警中",
        "example" => "例中",
        "draw" => "抽查中",
        _ => "",
    }
}
