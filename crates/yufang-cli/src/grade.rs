//! `yufang grade`.

use std::io::{IsTerminal, Write};
use std::path::Path;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use yufang::Rules;
use yufang_arrow::{Format, Graded, Input, Layout, OutputFile, Sink, SourceOptions, pipeline};
use yufang_rows::{Contract, Encoding, ListFile, Shape};

use crate::fail::Failure;
use crate::summary::Summary;
use crate::{Voice, render, rules};

/// Grade the rows of a file.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A rule file, a pack's folder or pack:NAME.
    rules: String,
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// Where verdicts go; standard output where `-` or not given.
    #[arg(short, long, value_name = "OUT")]
    output: Option<String>,
    /// Format of the output, where its extension does not say: csv, ndjson, parquet, arrow.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Begin CSV with a byte order mark.
    #[arg(long)]
    bom: bool,
    /// Replace an output file that is there.
    #[arg(long)]
    force: bool,
    /// Invalid rows that are put up with.
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_invalid: u64,
    /// Threads that grade.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
}

/// Where rows come from.
#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Rows: .csv, .ndjson, .jsonl, .parquet or .arrow, or `-`.
    input: String,
    /// Format of the input, where its extension does not say: csv, ndjson, parquet, arrow.
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<String>,
    /// The date on which the rules are applied, YYYY-MM-DD.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// A list in a file of its own, in which the owner's key is a column.
    #[arg(long = "list", value_name = "NAME=FILE")]
    lists: Vec<String>,
}

/// Rows as they come, their lists attached.
pub(crate) struct Rows {
    batches: yufang_arrow::Batches,
    pub(crate) lists: Vec<ListFile>,
}

impl Rows {
    pub(crate) fn open(rules: &Rules, arguments: &InputArguments) -> Result<Rows, Failure> {
        let model = rules.model();
        let options = SourceOptions { shape: Shape::of(model), ..SourceOptions::default() };
        let format = format_of(&arguments.input, arguments.input_format.as_deref())?;
        let mut lists = Vec::new();
        for list in &arguments.lists {
            let (name, file) = list.split_once('=').ok_or_else(|| {
                Failure::new(
                    format!("--list 要写成 名称=文件，不是“{list}”"),
                    format!("--list takes NAME=FILE, not {list:?}"),
                )
            })?;
            let format = format_of(file, None)?;
            lists.push(yufang_arrow::open_list(Path::new(file), format, model, name, Encoding::default())?);
        }
        let batches = match arguments.input.as_str() {
            "-" => yufang_arrow::read("-", std::io::stdin(), format, options)?,
            path => yufang_arrow::open(Path::new(path), format, options)?,
        };
        Ok(Rows { batches, lists })
    }
}

impl Iterator for &mut Rows {
    type Item = Result<Input, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        Some(batch.map_err(Failure::from).and_then(|mut input| {
            for list in &mut self.lists {
                input.attach(list)?;
            }
            Ok(input)
        }))
    }
}

pub(crate) fn run(arguments: &Arguments, voice: Voice) -> Result<bool, Failure> {
    let rules = rules::rules(&arguments.rules, arguments.input.as_of.as_deref(), voice)?;
    let output = arguments.output.as_deref().unwrap_or("-");
    let format = match (output, &arguments.format) {
        ("-", None) => Format::Csv,
        (_, name) => format_of(output, name.as_deref())?,
    };
    let contract = Contract::of(&rules);
    let layout = Layout { contract, format, language: voice.language, mark: arguments.bom };
    let mut rows = Rows::open(&rules, &arguments.input)?;
    let threads = arguments.threads.max(1);
    let summary = if output == "-" {
        let (summary, _) = grade(&rules, &mut rows, std::io::stdout(), "-", layout, threads, voice)?;
        summary
    } else {
        let file = OutputFile::create(Path::new(output), arguments.force)?;
        let (summary, file) = grade(&rules, &mut rows, file, output, layout, threads, voice)?;
        file.commit()?;
        summary
    };
    let orphans: Vec<_> = rows.lists.iter().filter_map(ListFile::orphans).collect();
    render::findings(&orphans, &[], voice);
    summary.show(&rules, voice);
    Ok(summary.invalid() <= arguments.max_invalid)
}

/// Reads, grades and writes, batch by batch; gives back what was written to.
fn grade<W: Write + Send>(
    rules: &Rules,
    rows: &mut Rows,
    output: W,
    name: &str,
    layout: Layout,
    threads: usize,
    voice: Voice,
) -> Result<(Summary, W), Failure> {
    let mut sink = Sink::new(name, output, layout.clone())?;
    let mut summary = Summary::default();
    let progress = progress();
    let mut told = false;
    let work = |input: Input| -> Result<(Graded, Summary, Vec<yufang::Diagnostic>), Failure> {
        let columns = input.columns();
        let binding = rules.bind(columns.columns.iter().map(|(name, _)| name.as_ref()))?;
        let mut verdicts = rules.grade_bound(&binding, &columns)?;
        input.settle(&mut verdicts);
        let counts = Summary::of(rules, &verdicts);
        Ok((layout.prepare(&input, verdicts), counts, binding.findings))
    };
    pipeline(threads, rows, work, |(graded, counts, findings)| {
        if !std::mem::replace(&mut told, true) {
            render::findings(&findings, &[], voice);
        }
        summary.add(counts);
        if let Some(bar) = &progress {
            bar.set_position(summary.rows());
        }
        Ok(sink.write(graded)?)
    })?;
    if let Some(bar) = &progress {
        bar.finish_and_clear();
    }
    Ok((summary, sink.finish()?))
}

/// A count of rows, only where someone watches.
fn progress() -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {human_pos} ({per_sec})").ok()?;
    bar.set_style(style);
    Some(bar)
}

fn format_of(path: &str, named: Option<&str>) -> Result<Format, Failure> {
    let format = match named {
        Some(name) => Format::named(name),
        None => Format::of_path(Path::new(path)),
    };
    format.ok_or_else(|| {
        let what = named.unwrap_or(path);
        Failure::new(
            format!("“{what}”是什么格式？请用 --input-format 或 --format 写明 csv、ndjson、parquet、arrow"),
            format!(
                "what format is {what:?}? say csv, ndjson, parquet or arrow by --input-format or --format"
            ),
        )
    })
}
