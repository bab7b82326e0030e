//! `yufang packs`.

use std::io::Write;
use std::path::Path;

use clap::{Args, Subcommand};
use yufang_arrow::OutputFile;
use yufang_packs::Pack;

use crate::Voice;
use crate::fail::Failure;

/// List, show or copy out the rule packs that come with yufang.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the packs.
    List,
    /// Show a pack's rule file.
    Show {
        /// The pack.
        name: String,
    },
    /// Copy a pack's files into a folder.
    Copy {
        /// The pack.
        name: String,
        /// The folder, which is made where it is not there.
        folder: String,
        /// Replace files that are there.
        #[arg(long)]
        force: bool,
    },
}

pub(crate) fn run(arguments: &Arguments, _: Voice) -> Result<bool, Failure> {
    match &arguments.action {
        None | Some(Action::List) => list(),
        Some(Action::Show { name }) => {
            let pack = named(name)?;
            std::io::stdout().write_all(pack.file(&pack.main()).unwrap_or_default())?;
            Ok(true)
        }
        Some(Action::Copy { name, folder, force }) => copy(named(name)?, folder, *force),
    }
}

fn named(name: &str) -> Result<Pack, Failure> {
    let bare = name.strip_prefix("pack:").unwrap_or(name);
    yufang_packs::pack(bare)
        .ok_or_else(|| Failure::new(format!("没有叫“{bare}”的包"), format!("there is no pack {bare:?}")))
}

fn list() -> Result<bool, Failure> {
    let mut out = std::io::stdout().lock();
    for pack in yufang_packs::packs() {
        let set = yufang::compile(&pack.bundle())?;
        let model = &set.models()[0];
        writeln!(out, "pack:{}  {} {}", pack.name(), model.name, model.version)?;
    }
    Ok(true)
}

fn copy(pack: Pack, folder: &str, force: bool) -> Result<bool, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    for (name, bytes) in pack.files() {
        let mut file = OutputFile::create(&Path::new(folder).join(name), force)?;
        file.write_all(bytes)?;
        file.commit()?;
    }
    Ok(true)
}
