//! Frequencies over many seeds against the promised probabilities.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;
use yufang::draw::plan::Plan;
use yufang::draw::roster::Roster;
use yufang::draw::sample::{Candidates, Selection, select};
use yufang::draw::ticket::Tickets;

use crate::world::{enterprise, plan, roster, seed};

fn drawn(plan: &Plan, roster: &Roster, number: u64) -> Selection {
    let seed = seed(number);
    let tickets = Tickets::of_enterprises(plan.suite, seed);
    let candidates = Candidates::gather(plan, roster, &tickets, 0..roster.len()).unwrap();
    select(plan, roster, seed, candidates)
}

fn sized(sizes: &[u64]) -> Roster {
    let records: Vec<_> =
        sizes.iter().enumerate().map(|(at, size)| enterprise(&format!("E{at:03}"), "x", *size)).collect();
    roster(&records)
}

fn check_frequencies(plan: &Plan, roster: &Roster, promised: &[f64]) {
    const SEEDS: u64 = 20_000;
    let mut hits = vec![0_u64; roster.len()];
    for number in 0..SEEDS {
        for pick in &drawn(plan, roster, number).strata[0].drawn {
            hits[pick.row] += 1;
            let exact = pick.inclusion.numerator() as f64 / pick.inclusion.denominator() as f64;
            assert!((exact - promised[pick.row]).abs() < 1e-12);
        }
    }
    for (row, hits) in hits.into_iter().enumerate() {
        let (p, n) = (promised[row], SEEDS as f64);
        let z = (hits as f64 - n * p) / (n * p * (1.0 - p)).sqrt().max(1e-9);
        assert!(z.abs() < 4.2, "row {row}: {hits} of {SEEDS}, expected {p}; z = {z}");
    }
}

#[test]
fn draw_equal_frequencies() {
    let plan = plan(&json!([{"stratum": "x", "count": 4}]));
    check_frequencies(&plan, &sized(&[1; 13]), &[4.0 / 13.0; 13]);
}

#[test]
fn draw_frequencies_by_size() {
    let plan = plan(&json!([{"stratum": "x", "count": 3, "weighted": true}]));
    check_frequencies(&plan, &sized(&[2, 7, 8, 5, 4, 4]), &[0.2, 0.7, 0.8, 0.5, 0.4, 0.4]);
    // One is certain; the others share two places by size.
    let shares = [1.0, 0.2, 0.4, 0.6, 0.8];
    check_frequencies(&plan, &sized(&[1000, 1, 2, 3, 4]), &shares);
}

#[test]
fn draw_by_size_reaches_every_sample() {
    let plan = plan(&json!([{"stratum": "x", "count": 3, "weighted": true}]));
    let roster = sized(&[2, 7, 8, 5, 4, 4]);
    let mut samples: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    for number in 0..20_000 {
        let mut rows: Vec<usize> =
            drawn(&plan, &roster, number).strata[0].drawn.iter().map(|p| p.row).collect();
        rows.sort_unstable();
        *samples.entry(rows).or_default() += 1;
    }
    assert_eq!(samples.len(), 20, "{samples:?}");
}

#[test]
fn draw_reaches_everyone_and_many_samples() {
    let plan = plan(&json!([{"stratum": "x", "count": 100}]));
    let roster = sized(&[1; 299]);
    let (mut reached, mut samples) = (HashSet::new(), HashSet::new());
    for number in 0..200 {
        let rows: Vec<usize> = drawn(&plan, &roster, number).strata[0].drawn.iter().map(|p| p.row).collect();
        reached.extend(rows.iter().copied());
        samples.insert(rows);
    }
    assert_eq!((reached.len(), samples.len()), (299, 200));
}

#[test]
fn draw_jointly_overlaps_as_much_as_it_can() {
    // With one seed, the smaller draw from the same enterprises is part of the larger one.
    let roster = sized(&[1; 50]);
    let rows = |count: u64| -> HashSet<usize> {
        let plan = plan(&json!([{"stratum": "x", "count": count}]));
        drawn(&plan, &roster, 5).strata[0].drawn.iter().map(|pick| pick.row).collect()
    };
    assert!(rows(10).is_subset(&rows(20)));
}
