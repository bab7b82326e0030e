//! Compiles a rule file and runs its examples.
fn main() {
    let path = std::env::args().nth(1).expect("a path");
    let dir = std::path::Path::new(&path).parent().expect("a folder").to_owned();
    let mut bundle = yufang::Bundle::new(&path, std::fs::read(&path).expect("readable"));
    for entry in std::fs::read_dir(&dir).expect("a folder") {
        let entry = entry.expect("an entry").path();
        if entry.extension().is_some_and(|e| e == "csv") {
            bundle = bundle.with_file(
                entry.file_name().expect("name").to_string_lossy(),
                std::fs::read(&entry).expect("readable"),
            );
        }
    }
    for (name, file) in [("国民经济行业分类", "industries.csv"), ("延庆区划", "yanqing.csv")] {
        if let Ok(bytes) = std::fs::read(format!("rules/codes/{file}")) {
            bundle = bundle.with_code_list(name, bytes);
        }
    }
    match yufang::compile(&bundle) {
        Ok(rules) => {
            for finding in rules.diagnostics() {
                println!("{}", finding.one_line(rules.sources(), yufang::Language::Zh));
            }
            for result in rules.test() {
                println!("{} {:?}", result.name, result.differences);
            }
        }
        Err(error) => {
            for finding in &error.diagnostics {
                println!(
                    "{} {:?}",
                    finding.one_line(&error.sources, yufang::Language::Zh),
                    finding.help.as_ref().map(|h| &h.zh)
                );
            }
        }
    }
}
