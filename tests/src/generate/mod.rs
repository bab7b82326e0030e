//! Random rule sets, as text in the language, and random rows for them. Everything follows from a
//! seed; literals and cells come from one small pool, so that values often lie exactly on a cut.

pub mod cells;
pub mod columns;
mod declarations;
mod expressions;
pub mod facts;
mod random;
mod schema;
mod tables;

pub use random::Random;
pub use schema::{FieldSpec, Kind, ListSpec, Schema};

use yufang::Bundle;

/// The date on which generated rule sets are applied.
pub const AS_OF: &str = "2024-02-29";

/// The code list of every generated rule set: three levels, one branch that ends early.
const CODES: &str = "code,name,parent\nA,a,\nA1,a1,A\nA11,a11,A1\nA12,a12,A1\nA2,a2,A\nA21,a21,A2\nB,b,\nB1,b1,B\nB11,b11,B1\nB2,b2,B\nC,c,\n";

/// The codes that rules may name.
pub(crate) const ALL_CODES: [&str; 11] = ["A", "A1", "A11", "A12", "A2", "A21", "B", "B1", "B11", "B2", "C"];

/// A generated rule set, in pieces that can be left out one by one.
#[derive(Debug, Clone)]
pub struct RuleSetText {
    /// What it was made from.
    pub seed: u64,
    /// Fields and lists.
    pub schema: Schema,
    /// Declarations after the subject, each a text of its own.
    pub declarations: Vec<String>,
    /// Tables in files.
    pub files: Vec<(String, String)>,
}

impl RuleSetText {
    /// A rule set from a seed.
    pub fn new(seed: u64) -> Self {
        declarations::rule_set(seed)
    }

    /// The complete text.
    pub fn text(&self) -> String {
        let scale = self.schema.tiers.join(", ");
        let mut text = format!(
            "规则集 \"生成 {}\" 版本 \"1\"\n代码表 类别 来自 \"codes.csv\" 列 code, name, parent\n量级 等级 {{ {scale} }}\n{}",
            self.seed,
            self.schema.text()
        );
        for declaration in &self.declarations {
            text.push_str(declaration);
            text.push('\n');
        }
        text
    }

    /// The text with the files that it names.
    pub fn bundle(&self) -> Bundle {
        let bundle = Bundle::new(format!("{}.yf", self.seed), self.text()).with_file("codes.csv", CODES);
        self.files.iter().fold(bundle, |bundle, (name, csv)| bundle.with_file(name, csv.as_bytes()))
    }
}
