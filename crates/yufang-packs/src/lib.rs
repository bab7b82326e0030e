//! The rule packs and code lists of `rules/`, embedded. A pack is addressed as `pack:NAME`.

use include_dir::{Dir, include_dir};
use yufang::Bundle;

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// The folder of code lists, which is no pack.
const CODES: &str = "codes";

/// Code lists: file, Chinese name, English name.
const CODE_LISTS: [(&str, &str, &str); 3] = [
    ("industries.csv", "国民经济行业分类", "industries_gbt4754"),
    ("yanqing.csv", "延庆区划", "yanqing_divisions"),
    ("beijing.csv", "北京区划", "beijing_districts"),
];

/// A pack: a folder with one main rule file, its tables, sample input and a page.
#[derive(Debug, Clone, Copy)]
pub struct Pack {
    name: &'static str,
    folder: &'static Dir<'static>,
}

/// All packs, by name.
pub fn packs() -> Vec<Pack> {
    let mut packs: Vec<Pack> = RULES.dirs().filter_map(named).collect();
    packs.sort_by_key(|pack| pack.name);
    packs
}

fn named(folder: &'static Dir<'static>) -> Option<Pack> {
    let name = folder.path().to_str().filter(|name| *name != CODES)?;
    Some(Pack { name, folder })
}

/// The pack of a name.
pub fn pack(name: &str) -> Option<Pack> {
    packs().into_iter().find(|pack| pack.name == name)
}

impl Pack {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name of its main file.
    pub fn main(&self) -> String {
        format!("{}.yf", self.name)
    }

    /// Its files, by name.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &'static [u8])> {
        self.folder.files().filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents())))
    }

    /// A file.
    pub fn file(&self, name: &str) -> Option<&'static [u8]> {
        self.files().find(|(own, _)| *own == name).map(|(_, bytes)| bytes)
    }

    /// What is compiled: the main file, its tables and the code lists.
    pub fn bundle(&self) -> Bundle {
        let main = self.main();
        let text = self.file(&main).unwrap_or_default();
        let tables = self.files().filter(|(name, _)| name.ends_with(".csv"));
        let bundle =
            tables.fold(Bundle::new(main, text), |bundle, (name, bytes)| bundle.with_file(name, bytes));
        with_code_lists(bundle)
    }
}

/// A bundle with the code lists, each by its Chinese and its English name.
#[must_use]
pub fn with_code_lists(bundle: Bundle) -> Bundle {
    CODE_LISTS.iter().fold(bundle, |bundle, (file, zh, en)| {
        let bytes =
            RULES.get_file(format!("{CODES}/{file}")).map(include_dir::File::contents).unwrap_or_default();
        bundle.with_code_list(*zh, bytes).with_code_list(*en, bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_compiles_and_its_examples_hold() {
        assert_eq!(packs().len(), 7);
        for pack in packs() {
            let rules =
                yufang::compile(&pack.bundle()).unwrap_or_else(|error| panic!("{}: {error}", pack.name()));
            for example in rules.test() {
                assert!(example.differences.is_empty(), "{}: {example:?}", pack.name());
            }
        }
    }

    #[test]
    fn code_lists_have_the_sizes_of_their_sources() {
        for (file, lines) in [("industries.csv", 1971), ("yanqing.csv", 450), ("beijing.csv", 17)] {
            let bytes = RULES
                .get_file(format!("{CODES}/{file}"))
                .map(include_dir::File::contents)
                .unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(bytes).lines().count() - 1, lines, "{file}");
        }
    }
}
