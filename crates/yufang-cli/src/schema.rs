//! `yufang schema`.

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::fail::Failure;
use crate::{Voice, rules};

/// Say what input a rule set takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A rule file, a pack's folder or pack:NAME.
    rules: String,
    /// In which form.
    #[arg(long, value_enum, default_value = "json-schema")]
    format: SchemaFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaFormat {
    JsonSchema,
    Arrow,
    CsvTemplate,
}

pub(crate) fn run(arguments: &Arguments, voice: Voice) -> Result<bool, Failure> {
    let set = rules::compile(&arguments.rules, voice)?;
    // The subject does not change over time: every span of validity has the same fields.
    let model = &set.models()[0];
    let mut out = std::io::stdout().lock();
    match arguments.format {
        SchemaFormat::JsonSchema => writeln!(out, "{:#}", yufang_rows::json_schema(model))?,
        SchemaFormat::CsvTemplate => out.write_all(&yufang_rows::csv_template(model, false))?,
        SchemaFormat::Arrow => {
            for field in yufang_arrow::input_schema(model).fields() {
                let null = if field.is_nullable() { " (nullable)" } else { "" };
                writeln!(out, "{}: {}{null}", field.name(), field.data_type())?;
            }
        }
    }
    Ok(true)
}
