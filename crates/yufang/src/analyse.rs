//! Findings.
use crate::diagnostic::Diagnostic;
use crate::model::Model;

/// Analyses.
pub fn analyse(_model: &Model) -> Vec<Diagnostic> {
    Vec::new()
}
