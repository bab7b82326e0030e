//! `yufang check`.

use clap::Args;

use crate::fail::Failure;
use crate::{Voice, render, rules};

/// Check rule files: names, types, units, tables, time.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Rule files, pack folders or pack:NAME.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, voice: Voice) -> Result<bool, Failure> {
    let mut clean = true;
    for file in &arguments.files {
        match yufang::compile(&rules::bundle(file)?) {
            Ok(set) => {
                render::findings(set.diagnostics(), set.sources(), voice);
                let word = voice.say("无误", "ok");
                anstream::println!("{file}: {word} ({})", set.digest());
            }
            Err(error) => {
                clean = false;
                render::findings(&error.diagnostics, &error.sources, voice);
            }
        }
    }
    Ok(clean)
}
