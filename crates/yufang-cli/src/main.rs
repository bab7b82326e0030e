//! `yufang` on the command line. The only place that renders for a terminal.

mod check;
mod completions;
mod explain;
mod fail;
mod grade;
mod packs;
mod render;
mod rules;
mod schema;
mod summary;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use yufang::Language;

use fail::Failure;

/// Grade enterprises into risk tiers by rules that an official can read and sign.
#[derive(Debug, Parser)]
#[command(name = "yufang", version, about, max_term_width = 100)]
struct Cli {
    /// Language of messages.
    #[arg(long, global = true, value_enum, env = "YUFANG_LANG", default_value = "zh")]
    lang: Lang,
    /// How findings are written to standard error.
    #[arg(long, global = true, value_enum, default_value = "human")]
    message_format: MessageFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MessageFormat {
    Human,
    Json,
}

/// How to speak.
#[derive(Debug, Clone, Copy)]
struct Voice {
    language: Language,
    json: bool,
}

impl Voice {
    /// The text in the language spoken.
    fn say<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Test(test::Arguments),
    Grade(grade::Arguments),
    Explain(explain::Arguments),
    Schema(schema::Arguments),
    Packs(packs::Arguments),
    Completions(completions::Arguments),
    Man(completions::ManArguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let language = match cli.lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let voice = Voice { language, json: cli.message_format == MessageFormat::Json };
    let done = match cli.command {
        Command::Check(arguments) => check::run(&arguments, voice),
        Command::Test(arguments) => test::run(&arguments, voice),
        Command::Grade(arguments) => grade::run(&arguments, voice),
        Command::Explain(arguments) => explain::run(&arguments, voice),
        Command::Schema(arguments) => schema::run(&arguments, voice),
        Command::Packs(arguments) => packs::run(&arguments, voice),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => completions::man(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // Whoever reads our output has gone: nothing is wrong.
        Err(Failure::Pipe) => ExitCode::SUCCESS,
        Err(failure) => {
            render::failure(&failure, voice);
            ExitCode::from(2)
        }
    }
}
