//! What the inspected say about all: totals by Horvitz and Thompson, with their standard errors.
//!
//! Each result is divided by its inclusion probability. In equal strata the variance is the usual
//! one of simple random sampling without replacement. Systematic sampling by size has no unbiased
//! estimator of its variance, since some pairs never meet; there Hájek's approximation is used, in
//! the form of Brewer and Donadio's survey with c = (1 − π)·n / (n − 1). It needs no joint
//! probabilities, is never negative, and was meant for designs of high entropy, to which drawing in
//! hashed order comes near. Whoever is inspected for certain adds to the total, not to the variance.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::fraction::Fraction;
use super::substitute::Substitution;
use super::transcript::{MemberRecord, StratumRecord};

/// The results of one stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The stratum.
    pub stratum: String,
    /// How many were eligible.
    pub eligible: u64,
    /// Whether it was drawn by size.
    pub weighted: bool,
    /// Inclusion probability and result of each inspected.
    pub units: Vec<(Fraction, f64)>,
}

/// How a variance was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Everyone was inspected: there is no sampling error.
    Census,
    /// Simple random sampling without replacement: N²·(1 − n/N)·s²/n.
    SimpleRandom,
    /// Hájek's approximation.
    Hajek,
    /// One drawn unit says nothing about how units differ.
    NotEstimable,
    /// Nobody was drawn: the total leaves the stratum out.
    NotCovered,
}

/// The estimate of one stratum.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StratumEstimate {
    /// The stratum; empty for those inspected for certain.
    pub stratum: String,
    /// The estimated total.
    pub total: f64,
    /// The estimated variance of the total, where there is one.
    pub variance: Option<f64>,
    /// How it was estimated.
    pub method: Method,
}

/// The estimate of a whole draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The estimated total over everyone who was eligible or certain.
    pub total: f64,
    /// Its standard error; absent where a stratum's variance is not estimable.
    pub standard_error: Option<f64>,
    /// The parts.
    pub strata: Vec<StratumEstimate>,
    /// Drawn enterprises whose substitutes stand for them. Their results are used as if the
    /// substitutes had been drawn, which is right where being withdrawn says nothing about the result.
    pub substituted: Vec<String>,
}

/// Why results give no estimate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EstimateError {
    /// An inspected enterprise without a result: leaving it out would bias the total.
    #[error("`{0}` is to be inspected and has no result")]
    Missing(String),
    /// A result of somebody who was not to be inspected.
    #[error("`{0}` has a result, but was not to be inspected")]
    NotSelected(String),
    /// A result that is no number.
    #[error("the result of `{0}` is not a finite number")]
    NotFinite(String),
}

/// Extrapolates the results, by enterprise, of one publisher's draw.
pub fn estimate(
    member: &MemberRecord,
    entries: &[Substitution],
    results: &BTreeMap<String, f64>,
) -> Result<Estimate, EstimateError> {
    let own = entries.iter().filter(|entry| entry.publisher == member.publisher());
    let instead: BTreeMap<&str, &str> =
        own.map(|entry| (entry.withdrawn.as_str(), entry.substitute.id.as_str())).collect();
    let mut used = Used { results, instead, seen: BTreeSet::new(), substituted: Vec::new() };
    let mut certain = Observed {
        stratum: String::new(),
        eligible: member.must.len() as u64,
        weighted: false,
        units: Vec::new(),
    };
    for one in &member.must {
        certain.units.push((Fraction::ONE, used.take(&one.id)?));
    }
    let mut parts = Vec::new();
    if !member.must.is_empty() {
        parts.push(certain);
    }
    for record in &member.strata {
        let rule = member.announcement.plan.rule(&record.stratum);
        parts.push(used.observe(record, rule.is_some_and(|rule| rule.is_weighted()))?);
    }
    if let Some(id) = results.keys().find(|id| !used.seen.contains(id.as_str())) {
        return Err(EstimateError::NotSelected(id.clone()));
    }
    let substituted = std::mem::take(&mut used.substituted);
    Ok(Estimate { substituted, ..total(&parts) })
}

struct Used<'a> {
    results: &'a BTreeMap<String, f64>,
    instead: BTreeMap<&'a str, &'a str>,
    seen: BTreeSet<&'a str>,
    substituted: Vec<String>,
}

impl<'a> Used<'a> {
    /// The result of a selected enterprise, or of whoever stands in for it.
    fn take(&mut self, id: &'a str) -> Result<f64, EstimateError> {
        let mut id = id;
        while let Some(next) = self.instead.remove(id) {
            self.substituted.push(id.to_owned());
            id = next;
        }
        let result = *self.results.get(id).ok_or_else(|| EstimateError::Missing(id.to_owned()))?;
        self.seen.insert(id);
        if result.is_finite() { Ok(result) } else { Err(EstimateError::NotFinite(id.to_owned())) }
    }

    fn observe(&mut self, record: &'a StratumRecord, weighted: bool) -> Result<Observed, EstimateError> {
        let units = record.drawn.iter().map(|one| Ok((one.inclusion, self.take(&one.id)?)));
        let units = units.collect::<Result<_, _>>()?;
        Ok(Observed { stratum: record.stratum.clone(), eligible: record.eligible, weighted, units })
    }
}

/// Adds up the estimates of strata, which are drawn independently of one another.
pub fn total(parts: &[Observed]) -> Estimate {
    let strata: Vec<StratumEstimate> = parts.iter().map(of_stratum).collect();
    let variance: Option<f64> = strata.iter().map(|part| part.variance).sum();
    Estimate {
        total: strata.iter().map(|part| part.total).sum(),
        standard_error: variance.map(f64::sqrt),
        strata,
        substituted: Vec::new(),
    }
}

fn of_stratum(part: &Observed) -> StratumEstimate {
    // In equal strata the sum is multiplied once, so that no rounding adds up.
    let (total, variance, method) = if part.weighted { by_size(part) } else { equal(part) };
    StratumEstimate { stratum: part.stratum.clone(), total, variance, method }
}

fn equal(part: &Observed) -> (f64, Option<f64>, Method) {
    let (all, count) = (part.eligible as f64, part.units.len() as f64);
    let sum: f64 = part.units.iter().map(|(_, result)| result).sum();
    if part.units.len() as u64 == part.eligible {
        return (sum, Some(0.0), Method::Census);
    }
    match part.units.len() {
        // What was never looked at is outside the estimate, and is named so.
        0 => (0.0, Some(0.0), Method::NotCovered),
        1 => (sum * all, None, Method::NotEstimable),
        _ => {
            let mean = sum / count;
            let squares: f64 = part.units.iter().map(|(_, result)| (result - mean).powi(2)).sum();
            let variance = all * all * (1.0 - count / all) * (squares / (count - 1.0)) / count;
            (sum * all / count, Some(variance), Method::SimpleRandom)
        }
    }
}

fn by_size(part: &Observed) -> (f64, Option<f64>, Method) {
    let expanded = |(inclusion, result): &(Fraction, f64)| {
        let probability = inclusion.numerator() as f64 / inclusion.denominator() as f64;
        (probability, result / probability)
    };
    let total = part.units.iter().map(|unit| expanded(unit).1).sum();
    let uncertain: Vec<(f64, f64)> =
        part.units.iter().filter(|unit| unit.0 != Fraction::ONE).map(expanded).collect();
    match uncertain.len() {
        0 if part.units.len() as u64 == part.eligible => (total, Some(0.0), Method::Census),
        0 if part.units.is_empty() => (total, Some(0.0), Method::NotCovered),
        0 | 1 => (total, None, Method::NotEstimable),
        count => {
            let factor = count as f64 / (count as f64 - 1.0);
            let weights: f64 = uncertain.iter().map(|(p, _)| (1.0 - p) * factor).sum();
            let centre: f64 = uncertain.iter().map(|(p, y)| (1.0 - p) * factor * y).sum::<f64>() / weights;
            let spread = uncertain.iter().map(|(p, y)| (1.0 - p) * factor * (y - centre).powi(2)).sum();
            (total, Some(spread), Method::Hajek)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(eligible: u64, count: u64, hits: u64) -> Observed {
        let inclusion = Fraction::new(u128::from(count), u128::from(eligible)).expect("a probability");
        let result = |at| if at < hits { 1.0 } else { 0.0 };
        let units = (0..count).map(|at| (inclusion, result(at))).collect();
        Observed { stratum: eligible.to_string(), eligible, weighted: false, units }
    }

    #[test]
    fn known_total() {
        let parts = [hits(31107, 312, 3), hits(12044, 241, 6), hits(3682, 369, 20), hits(721, 217, 60)];
        let estimate = total(&parts);
        assert!((estimate.total - 997.878).abs() < 0.0005, "{}", estimate.total);
        let variance: f64 =
            [(31107.0, 312.0, 3.0), (12044.0, 241.0, 6.0), (3682.0, 369.0, 20.0), (721.0, 217.0, 60.0)]
                .iter()
                .map(|(all, n, y): &(f64, f64, f64)| {
                    // For results 0 and 1, s² = n/(n − 1) · p(1 − p).
                    let p = y / n;
                    all * (all - n) * p * (1.0 - p) / (n - 1.0)
                })
                .sum();
        let error = estimate.standard_error.expect("an error");
        assert!((error - variance.sqrt()).abs() < 1e-9 * error);
    }

    #[test]
    fn results_in_proportion_to_size_have_no_error() {
        let sizes = [3_u32, 5, 7];
        let unit =
            |size: &u32| (Fraction::new(u128::from(*size), 20).expect("a probability"), f64::from(*size));
        let part = Observed {
            stratum: "x".into(),
            eligible: 9,
            weighted: true,
            units: sizes.iter().map(unit).collect(),
        };
        let estimate = total(&[part]);
        assert!((estimate.total - 60.0).abs() < 1e-9);
        assert!(estimate.standard_error.expect("an error") < 1e-6);
        assert_eq!(estimate.strata[0].method, Method::Hajek);
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        assert_eq!(total(&[hits(9, 1, 1)]).standard_error, None);
        assert_eq!(total(&[hits(9, 0, 0)]).strata[0].method, Method::NotCovered);
        assert_eq!(total(&[hits(9, 9, 4)]).strata[0].variance, Some(0.0));
    }
}
