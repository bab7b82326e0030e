//! `yufang test`.

use clap::Args;

use crate::fail::Failure;
use crate::{Voice, rules};

/// Run the examples of rule files.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Rule files, pack folders or pack:NAME.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, voice: Voice) -> Result<bool, Failure> {
    let (mut passed, mut failed) = (0, 0);
    for path in &arguments.paths {
        let set = rules::compile(path, voice)?;
        for example in set.test() {
            if example.differences.is_empty() {
                passed += 1;
                continue;
            }
            failed += 1;
            for difference in &example.differences {
                let source = set.sources().get(usize::from(difference.span.file.0));
                let line = source.map_or(0, |source| source.position(difference.span.start).line);
                let (wanted, found) = (&difference.expected, &difference.found);
                let say = match voice.language {
                    yufang::Language::Zh => format!("{}应为 {wanted}，却是 {found}", difference.what),
                    yufang::Language::En => format!("{}: expected {wanted}, found {found}", difference.what),
                };
                anstream::println!("{path}:{line}: {}: {say}", example.name);
            }
        }
    }
    anstream::println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}
