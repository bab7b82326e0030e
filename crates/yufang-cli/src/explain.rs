//! `yufang explain`.

use std::io::Write;

use clap::Args;

use crate::fail::Failure;
use crate::grade::{InputArguments, Rows};
use crate::{Voice, render, rules};

/// Explain the grade of one row, down to the article of law.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A rule file, a pack's folder or pack:NAME.
    rules: String,
    #[command(flatten)]
    input: InputArguments,
    /// The row's key.
    #[arg(long)]
    id: String,
    /// Write JSON rather than text.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, voice: Voice) -> Result<bool, Failure> {
    let rules = rules::rules(&arguments.rules, arguments.input.as_of.as_deref(), voice)?;
    if rules.model().key().is_none() {
        return Err(Failure::new("这套规则没有主键", "this rule set has no key"));
    }
    let mut rows = Rows::open(&rules, &arguments.input)?;
    let mut found = false;
    for batch in &mut rows {
        let batch = batch?;
        let columns = batch.columns();
        let binding = rules.bind(columns.columns.iter().map(|(name, _)| name.as_ref()))?;
        for row in binding.rows_of_key(rules.model(), &columns, &arguments.id) {
            if !found {
                render::findings(&binding.findings, &[], voice);
            }
            found = true;
            let explanation = rules.explain(&binding, &columns, row)?;
            let mut out = std::io::stdout().lock();
            if arguments.json {
                let json = serde_json::to_string_pretty(&explanation);
                writeln!(out, "{}", json.map_err(std::io::Error::from)?)?;
            } else {
                write!(out, "{}", explanation.text(voice.language))?;
            }
        }
    }
    if !found {
        let id = &arguments.id;
        return Err(Failure::new(format!("没有主键为“{id}”的行"), format!("no row has the key {id:?}")));
    }
    Ok(true)
}
