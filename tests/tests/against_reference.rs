//! The fast evaluator against the reference interpreter, on random rule sets and random rows.
//!
//! `YUFANG_CASES` sets how many rows are tried (200,000 by default), `YUFANG_SEED` from which seed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use yufang_tests::compare::{Failure, Tally, compare, rows};
use yufang_tests::generate::RuleSetText;
use yufang_tests::generate::cells::RowText;

/// Rows for each rule set: more than one machine word of them.
const ROWS: usize = 100;

fn variable(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn production_and_reference_agree() {
    let sets = variable("YUFANG_CASES", 200_000).div_ceil(ROWS);
    let first = variable("YUFANG_SEED", 1);
    let most = variable("YUFANG_FAILURES", 1);
    let next = AtomicUsize::new(0);
    let results: Mutex<(Tally, Vec<String>)> = Mutex::default();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let number = next.fetch_add(1, Ordering::Relaxed)
                    && number < sets
                {
                    let set = RuleSetText::new((first + number) as u64);
                    let outcome = compare(&set, &rows(&set, ROWS));
                    let mut results = results.lock().expect("no worker panics");
                    match outcome {
                        Ok(tally) => results.0.add(tally),
                        Err(_) if results.1.len() >= most => return,
                        Err(failure) => {
                            let report = report(&set, failure);
                            results.1.push(report);
                        }
                    }
                }
            });
        }
    });
    let (tally, failures) = results.into_inner().expect("no worker panics");
    println!("{tally:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n----\n"));
    assert!(tally.graded > tally.rows / 4 && tally.undetermined > tally.rows / 50, "{tally:?}");
}

/// A failing case, as small as leaving things out makes it.
fn report(set: &RuleSetText, failure: Failure) -> String {
    let (mut set, mut rows, mut failure) = (set.clone(), rows(set, ROWS), failure);
    let seed = set.seed;
    // Hypothetical cuts are tried in turn; one is kept where the case still fails.
    let mut attempt =
        |set: &mut RuleSetText, rows: &mut Vec<RowText>, smaller: (RuleSetText, Vec<RowText>)| match compare(
            &smaller.0, &smaller.1,
        ) {
            Err(found @ (Failure::Differs { .. } | Failure::Panics(_))) => {
                (*set, *rows, failure) = (smaller.0, smaller.1, found);
                true
            }
            _ => false,
        };
    for row in rows.clone() {
        let smaller = (set.clone(), vec![row]);
        if attempt(&mut set, &mut rows, smaller) {
            break;
        }
    }
    for at in (0..set.declarations.len()).rev() {
        let mut smaller = set.clone();
        smaller.declarations.remove(at);
        let same_rows = rows.clone();
        attempt(&mut set, &mut rows, (smaller, same_rows));
    }
    for at in (0..set.schema.fields.len()).rev() {
        let (mut smaller, mut fewer) = (set.clone(), rows.clone());
        smaller.schema.fields.remove(at);
        fewer.iter_mut().for_each(|row| drop(row.fields.remove(at)));
        attempt(&mut set, &mut rows, (smaller, fewer));
    }
    for at in (0..set.schema.lists.len()).rev() {
        let (mut smaller, mut fewer) = (set.clone(), rows.clone());
        smaller.schema.lists.remove(at);
        fewer.iter_mut().for_each(|row| drop(row.lists.remove(at)));
        attempt(&mut set, &mut rows, (smaller, fewer));
    }
    let files: String = set.files.iter().map(|(name, csv)| format!("{name}:\n{csv}")).collect();
    let rows: String = rows.iter().take(3).map(|row| format!("{row:?}\n")).collect();
    format!("seed {seed}\n{}{files}{rows}{failure:?}", set.text())
}
