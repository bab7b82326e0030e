//! Counts of what came out, for standard error.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;
use yufang::Rules;
use yufang::verdict::{RowError, Status, Verdicts};

use crate::Voice;

/// Counts of rows by tier and by cause.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: u64,
    tiers: Vec<u64>,
    undetermined: u64,
    invalid: u64,
    missing: BTreeMap<String, u64>,
    causes: BTreeMap<String, u64>,
}

impl Summary {
    /// Counts a batch.
    pub(crate) fn of(rules: &Rules, verdicts: &Verdicts) -> Summary {
        let model = rules.model();
        let names: Vec<&str> = model
            .subject
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .chain(model.subject.lists.iter().map(|list| list.name.as_str()))
            .collect();
        let mut summary = Summary { tiers: vec![0; model.scale().tiers.len()], ..Summary::default() };
        summary.rows = verdicts.rows() as u64;
        for row in 0..verdicts.rows() {
            match verdicts.status[row] {
                Status::Graded => {
                    verdicts.tier(row).into_iter().for_each(|tier| summary.tiers[usize::from(tier)] += 1)
                }
                Status::Undetermined => {
                    summary.undetermined += 1;
                    for at in verdicts.missing.iter(row) {
                        *summary.missing.entry(names[at].to_owned()).or_default() += 1;
                    }
                }
                Status::Invalid => summary.invalid += 1,
            }
        }
        for (_, error) in &verdicts.errors {
            *summary.causes.entry(cause(error)).or_default() += 1;
        }
        summary
    }

    pub(crate) fn add(&mut self, other: Summary) {
        self.rows += other.rows;
        self.undetermined += other.undetermined;
        self.invalid += other.invalid;
        self.tiers.resize(other.tiers.len(), 0);
        self.tiers.iter_mut().zip(other.tiers).for_each(|(own, count)| *own += count);
        other.missing.into_iter().for_each(|(name, count)| *self.missing.entry(name).or_default() += count);
        other.causes.into_iter().for_each(|(name, count)| *self.causes.entry(name).or_default() += count);
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Shows the counts on standard error.
    pub(crate) fn show(&self, rules: &Rules, voice: Voice) {
        let mut out = anstream::stderr().lock();
        let tiers = &rules.model().scale().tiers;
        if voice.json {
            let tiers: BTreeMap<&str, u64> =
                tiers.iter().map(|tier| tier.name.as_str()).zip(self.tiers.iter().copied()).collect();
            let line = json!({
                "schema_version": 1, "rows": self.rows, "tiers": tiers, "undetermined": self.undetermined,
                "missing": self.missing, "invalid": self.invalid, "causes": self.causes,
            });
            let _ = writeln!(out, "{line}");
            return;
        }
        // Standard error that is gone cannot be told so.
        let _ = writeln!(out, "{} {}", self.rows, voice.say("行", "rows"));
        for (tier, count) in tiers.iter().zip(&self.tiers).rev() {
            let _ = writeln!(out, "  {:>10}  {} {}", count, tier.name, tier.label);
        }
        let _ = writeln!(out, "  {:>10}  {}", self.undetermined, voice.say("未定", "undetermined"));
        for (name, count) in &self.missing {
            let _ = writeln!(out, "    {:>10}  {} {name}", count, voice.say("缺", "missing"));
        }
        let _ = writeln!(out, "  {:>10}  {}", self.invalid, voice.say("无效", "invalid"));
        for (name, count) in &self.causes {
            let _ = writeln!(out, "    {count:>10}  {name}");
        }
    }
}

/// The kind of an error, without the row's own values.
fn cause(error: &RowError) -> String {
    match error {
        RowError::Missing { field } | RowError::Unfit { field, .. } => match &field.element {
            Some((_, own)) if !own.is_empty() => format!("{}[].{own}", field.name),
            _ => field.name.clone(),
        },
        RowError::TooMany { list, .. } => list.clone(),
        RowError::Requirement { reason, .. } => reason.clone(),
        RowError::NoRow { table, .. } => table.clone(),
        RowError::NoValue { what } | RowError::TooBig { what } => what.clone(),
        RowError::Unreadable { .. } => "×".to_owned(),
    }
}
