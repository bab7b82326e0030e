//! Literate cases: for every code the smallest text that triggers it, and what is underlined.
//!
//! In `tests/cases/*.md` a block ```` ```yufang ```` is a rule text, put behind the common declarations
//! of `base.md` unless it says `alone`; blocks ```` ```csv NAME ```` are its tables. Lines `> CODE `text``
//! behind it are all findings that are expected, each with the text under its first label.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use yufang::diagnostic::Diagnostic;
use yufang::source::Source;
use yufang::{Bundle, compile};

struct Case {
    place: String,
    text: String,
    files: Vec<(String, String)>,
    expected: Vec<(String, String)>,
}

#[test]
fn every_text_gives_its_findings_and_no_others() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut failures = Vec::new();
    for case in cases() {
        let mut expected = case.expected.clone();
        let mut found = findings(&case);
        seen.extend(found.iter().map(|(code, _)| code.clone()));
        expected.sort();
        found.sort();
        if expected != found {
            failures.push(format!("{}\nexpected {expected:?}\nfound    {found:?}", case.place));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let missing: Vec<&str> = codes().into_iter().filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "codes without a case: {missing:?}");
}

/// Codes that no readable text triggers are tested on bytes, below.
fn codes() -> Vec<&'static str> {
    let parse = yufang::parse::CODES.iter().copied().filter(|code| !["E0001", "E0002"].contains(code));
    let check = yufang::check::CODES.iter().map(|(code, ..)| *code);
    let analyse = yufang::analyse::CODES.iter().map(|(code, ..)| *code);
    // Out of reach of small texts: 200,000 rows, and a million combinations.
    let large = ["E0306", "W0382"];
    parse.chain(check).chain(analyse).filter(|code| !large.contains(code)).collect()
}

fn findings(case: &Case) -> Vec<(String, String)> {
    let bundle = case.files.iter().fold(Bundle::new("case.yf", case.text.clone()), |bundle, (name, text)| {
        bundle.with_file(name.clone(), text.clone())
    });
    let (diagnostics, sources): (Vec<Diagnostic>, Vec<Source>) = match compile(&bundle) {
        Ok(rules) => (rules.diagnostics().to_vec(), rules.sources().to_vec()),
        Err(error) => (error.diagnostics, error.sources),
    };
    let under = |finding: &Diagnostic| {
        let label = finding.labels.first()?;
        let source = sources.get(usize::from(label.span.file.0))?;
        Some(source.slice(label.span).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    diagnostics.iter().map(|finding| (finding.code.to_owned(), under(finding).unwrap_or_default())).collect()
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let base = fs::read_to_string(folder.join("base.md")).expect("the common declarations");
    let base = blocks(&base).into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let mut names: Vec<_> =
        fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    names.iter().filter(|path| !path.ends_with("base.md")).flat_map(|path| read(path, &base)).collect()
}

fn read(path: &Path, base: &str) -> Vec<Case> {
    let text = fs::read_to_string(path).expect("a readable file");
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut block, line) {
            (None, line) if line.starts_with("```") => block = Some((line[3..].to_owned(), String::new())),
            (Some(_), "```") => {
                let (head, body) = block.take().expect("an open block");
                match head.split_once(' ') {
                    Some(("csv", name)) => {
                        cases
                            .last_mut()
                            .expect("a case before its table")
                            .files
                            .push((name.to_owned(), body));
                    }
                    _ => {
                        let alone = head.ends_with("alone");
                        let text = if alone { body } else { format!("{base}{body}") };
                        let place = format!("{}:{}", path.display(), at + 1);
                        cases.push(Case { place, text, files: Vec::new(), expected: Vec::new() });
                    }
                }
            }
            (Some((_, body)), line) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, line) => {
                if let Some((code, under)) = line.strip_prefix("> ").and_then(|rest| rest.split_once(' ')) {
                    let under = under.trim();
                    let under = under
                        .strip_prefix('`')
                        .and_then(|own| own.strip_suffix('`'))
                        .unwrap_or(under)
                        .to_owned();
                    cases
                        .last_mut()
                        .expect("a case before its findings")
                        .expected
                        .push((code.to_owned(), under));
                }
            }
        }
    }
    cases
}

fn blocks(text: &str) -> Vec<(String, String)> {
    let mut parts = text.split("```");
    let mut blocks = Vec::new();
    parts.next();
    while let Some(block) = parts.next() {
        let (head, body) = block.split_once('\n').unwrap_or((block, ""));
        blocks.push((head.to_owned(), body.to_owned()));
        parts.next();
    }
    blocks
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let code = |bytes: Vec<u8>| match compile(&Bundle::new("bytes.yf", bytes)) {
        Ok(_) => "compiled",
        Err(error) => error.diagnostics[0].code,
    };
    assert_eq!(code(b"\xFF\xFE".to_vec()), "E0001");
    assert_eq!(code(vec![b' '; yufang::parse::MOST_TEXT + 1]), "E0002");
}

#[test]
fn hostile_texts_end_soon_and_in_errors() {
    let deep = |open: &str, close: &str| {
        format!("规则集 \"x\"\n设 a = {}1{}", open.repeat(100_000), close.repeat(100_000))
    };
    let squares: String = (1..200).map(|at| format!("设 a{at} = a{} * a{}\n", at - 1, at - 1)).collect();
    let texts = [
        deep("(", ")"),
        deep("- ", ""),
        deep("非 ", ""),
        deep("若 是 则 1 否则 ", ""),
        deep("1 + ", ""),
        format!("规则集 \"x\"\n设 a = {}1", "b 无则 ".repeat(50_000)),
        "{".repeat(100_000),
        "\"".repeat(100_001),
        "规则集 \"\u{0}\"".to_owned(),
        "规则集 \"x\u{202E}\"".to_owned(),
        format!(
            "规则集 \"x\"\n量级 g {{ 蓝, 红 }}\n对象 o {{ k : 文本 主键, z : 整数 0..9 }}\n设 a0 = z + 2\n{squares}分级 g 按 a199 {{ 蓝 不满 5  红 5 以上 }}"
        ),
        "规则集 \"x\"\n".to_owned() + &"例 \"e\" { ".repeat(20_000),
    ];
    for text in texts {
        let begin = std::time::Instant::now();
        let shown: String = text.chars().take(40).collect();
        assert!(compile(&Bundle::new("hostile.yf", text)).is_err(), "{shown}");
        assert!(begin.elapsed().as_secs() < 5, "{shown}");
    }
}
