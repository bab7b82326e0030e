//! Findings and failures on standard error: as annotated text, or as a JSON object a line.

use std::io::Write;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
use yufang::diagnostic::{Diagnostic, Severity};
use yufang::source::Source;

use crate::Voice;
use crate::fail::Failure;

/// The version of the JSON form of a finding.
const DIAGNOSTIC_VERSION: u32 = 1;

/// Shows findings.
pub(crate) fn findings(findings: &[Diagnostic], sources: &[Source], voice: Voice) {
    let mut out = anstream::stderr().lock();
    for finding in findings {
        let text =
            if voice.json { json_line(finding, sources).to_string() } else { human(finding, sources, voice) };
        // Standard error that is gone cannot be told so.
        let _ = writeln!(out, "{text}");
    }
}

/// Shows why a command could not do its work.
pub(crate) fn failure(failure: &Failure, voice: Voice) {
    match failure {
        Failure::Rules(error) => findings(&error.diagnostics, &error.sources, voice),
        Failure::Columns(error) => findings(&error.findings, &[], voice),
        Failure::Message(message) if voice.json => {
            let line =
                json!({ "schema_version": DIAGNOSTIC_VERSION, "severity": "error", "message": message });
            let _ = writeln!(anstream::stderr(), "{line}");
        }
        Failure::Message(message) => {
            let word = voice.say("错误", "error");
            let _ = writeln!(anstream::stderr(), "{word}: {}", message.get(voice.language));
        }
        Failure::Pipe => {}
    }
}

fn human(finding: &Diagnostic, sources: &[Source], voice: Voice) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR.with_name(voice.say("错误", "error")),
        Severity::Warning => Level::WARNING.with_name(voice.say("警告", "warning")),
        Severity::Note => Level::NOTE.with_name(voice.say("提示", "note")),
    };
    let mut group = level
        .primary_title(finding.message.get(voice.language))
        .id(finding.code)
        .elements(snippets(finding, sources, voice));
    if let Some(help) = &finding.help {
        group =
            group.element(Level::HELP.with_name(voice.say("办法", "help")).message(help.get(voice.language)));
    }
    if !finding.example.is_empty() {
        let row: Vec<String> =
            finding.example.iter().map(|(field, value)| format!("{field} {value}")).collect();
        let text = format!("{}{}", voice.say("例如 ", "for example "), row.join(", "));
        group = group.element(Level::NOTE.with_name(voice.say("例", "example")).message(text));
    }
    Renderer::styled().render(&[group])
}

/// One snippet a file, with all labels in it.
fn snippets<'a>(
    finding: &'a Diagnostic,
    sources: &'a [Source],
    voice: Voice,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut files: Vec<usize> = finding.labels.iter().map(|label| usize::from(label.span.file.0)).collect();
    files.dedup();
    let snippet = |file: usize| {
        let source = sources.get(file)?;
        let labels =
            finding.labels.iter().enumerate().filter(|(_, label)| usize::from(label.span.file.0) == file);
        let annotations = labels.map(|(at, label)| {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(range(source, label.span));
            let message = label.message.get(voice.language);
            if message.is_empty() { annotation } else { annotation.label(message) }
        });
        Some(Snippet::source(source.text()).path(source.name()).annotations(annotations))
    };
    files.into_iter().filter_map(snippet).collect()
}

/// A span's bytes, kept within the text and on character boundaries.
fn range(source: &Source, span: yufang::source::Span) -> std::ops::Range<usize> {
    let text = source.text();
    let fit = |at: u32| {
        let at = (at as usize).min(text.len());
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    fit(span.start)..fit(span.end)
}

fn json_line(finding: &Diagnostic, sources: &[Source]) -> Value {
    let label = |label: &yufang::diagnostic::Label| {
        let source = sources.get(usize::from(label.span.file.0));
        let place = |offset: u32| {
            source.map(|source| {
                let at = source.position(offset);
                json!({ "offset": offset, "line": at.line, "column": at.column, "utf16_column": at.utf16_column })
            })
        };
        json!({
            "file": source.map(Source::name),
            "start": place(label.span.start),
            "end": place(label.span.end),
            "message": label.message,
        })
    };
    json!({
        "schema_version": DIAGNOSTIC_VERSION,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "labels": finding.labels.iter().map(label).collect::<Vec<_>>(),
        "help": finding.help,
        "example": finding.example,
    })
}
