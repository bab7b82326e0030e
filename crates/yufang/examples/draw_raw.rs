//! Answers draw inputs, one JSON text a line: the outcome, or `{"refused": why}`.
//!
//! `cargo run --example draw_raw < inputs.ndjson > outcomes.ndjson`

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let outcome = yufang::draw::raw(&line?)
            .unwrap_or_else(|error| serde_json::json!({ "refused": error.to_string() }).to_string());
        writeln!(out, "{outcome}")?;
    }
    Ok(())
}
