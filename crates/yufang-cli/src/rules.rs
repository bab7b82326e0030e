//! RULES: a `.yf` file, a pack's folder, or `pack:NAME`. A bare name is never guessed to be a pack.

use std::path::{Path, PathBuf};

use yufang::date::Date;
use yufang::{Bundle, RuleSet, Rules};

use crate::Voice;
use crate::fail::Failure;
use crate::render;

/// Compiles what RULES names, and shows its warnings and notes.
pub(crate) fn compile(rules: &str, voice: Voice) -> Result<RuleSet, Failure> {
    let set = yufang::compile(&bundle(rules)?)?;
    render::findings(set.diagnostics(), set.sources(), voice);
    Ok(set)
}

/// Compiles what RULES names, for a date.
pub(crate) fn rules(rules: &str, as_of: Option<&str>, voice: Voice) -> Result<Rules, Failure> {
    let as_of = as_of.map(date).transpose()?;
    Ok(compile(rules, voice)?.at(as_of)?)
}

fn date(text: &str) -> Result<Date, Failure> {
    Date::parse(text).ok_or_else(|| {
        Failure::new(
            format!("“{text}”不是日期：请写 年-月-日"),
            format!("{text:?} is not a date: write YYYY-MM-DD"),
        )
    })
}

/// Reads what RULES names.
pub(crate) fn bundle(rules: &str) -> Result<Bundle, Failure> {
    if let Some(name) = rules.strip_prefix("pack:") {
        return match yufang_packs::pack(name) {
            Some(pack) => Ok(pack.bundle()),
            None => {
                let known: Vec<&str> = yufang_packs::packs().iter().map(|pack| pack.name()).collect();
                let known = known.join(", ");
                Err(Failure::new(
                    format!("没有叫“{name}”的包；有 {known}"),
                    format!("no pack {name:?}; there are {known}"),
                ))
            }
        };
    }
    let path = Path::new(rules);
    let main = if path.is_dir() { main_file(path)? } else { path.to_owned() };
    let text = std::fs::read(&main).map_err(|error| Failure::file(&main.display().to_string(), &error))?;
    let mut bundle = Bundle::new(main.display().to_string(), text);
    let folder = main.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for file in tables(folder)? {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes =
            std::fs::read(&file).map_err(|error| Failure::file(&file.display().to_string(), &error))?;
        bundle = bundle.with_file(name, bytes);
    }
    Ok(yufang_packs::with_code_lists(bundle))
}

/// The one `.yf` file of a folder, or the one that has its name.
fn main_file(folder: &Path) -> Result<PathBuf, Failure> {
    let files = with_extension(folder, "yf")?;
    if let [only] = &files[..] {
        return Ok(only.clone());
    }
    let named = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_owned()));
    let found = files.iter().find(|file| file.file_stem() == named.as_deref());
    found.cloned().ok_or_else(|| {
        let shown = folder.display();
        Failure::new(
            format!("{shown} 里须有一个 .yf 文件，现有 {} 个", files.len()),
            format!("{shown} must hold one .yf file, it holds {}", files.len()),
        )
    })
}

fn tables(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    with_extension(folder, "csv")
}

fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Failure::file(&folder.display().to_string(), &error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.is_file() && path.extension().is_some_and(|own| own == extension)).collect();
    files.sort();
    Ok(files)
}
