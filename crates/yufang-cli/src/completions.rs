//! `yufang completions` and `yufang man`.

use std::io::Write;

use clap::{Args, CommandFactory};

use crate::Cli;
use crate::fail::Failure;

/// Write completions for a shell to standard output.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Write the manual page to standard output.
#[derive(Debug, Args)]
pub(crate) struct ManArguments {}

pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "yufang", &mut text);
    std::io::stdout().write_all(&text)?;
    Ok(true)
}

pub(crate) fn man(_: &ManArguments) -> Result<bool, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    std::io::stdout().write_all(&text)?;
    Ok(true)
}
