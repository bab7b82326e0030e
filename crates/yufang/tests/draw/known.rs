//! The known answers, field by field.

use serde_json::Value;
use yufang::draw::Transcript;
use yufang::draw::inspector::{Inspector, Inspectors};
use yufang::draw::roster::{EnterpriseRecord, Roster};
use yufang::draw::verify::{Answer, Materials, NoWitness, Unproven, verify};

/// The cases of one of the files that every implementation answers.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../tests/vectors/draw/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: Value = serde_json::from_str(&text).expect("a file of cases");
    file["cases"].as_array().expect("cases").clone()
}

/// Where `found` lacks or contradicts a field of `expected`.
fn differences(path: &str, expected: &Value, found: &Value, out: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                differences(&format!("{path}/{key}"), value, found.get(key).unwrap_or(&Value::Null), out);
            }
            // A null in the answer must be written as one, not left out.
            out.extend(
                expected.keys().filter(|key| !found.contains_key(*key)).map(|key| format!("{path}/{key}")),
            );
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (at, pair) in expected.iter().zip(found).enumerate() {
                differences(&format!("{path}/{at}"), pair.0, pair.1, out);
            }
        }
        _ if expected == found => {}
        _ => out.push(format!("{path}: expected {expected}, found {found}")),
    }
}

fn check(file: &str) {
    let cases = cases(file);
    assert_eq!(cases.len(), 2, "both suites");
    for case in cases {
        let answer = yufang::draw::raw(&case["input"].to_string()).expect("a draw");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let mut out = Vec::new();
        differences("", &case["expected"], &answer, &mut out);
        assert!(out.is_empty(), "{file}, {}:\n{}", case["input"]["suite"], out.join("\n"));
        for member in answer["members"].as_array().expect("members") {
            assert_eq!(member["teams"].is_null(), member.get("infeasible").is_some());
        }
    }
}

/// What a verifier is given beside the transcript.
fn materials(input: &Value) -> Materials {
    let mut materials = Materials::default();
    for member in input["members"].as_array().expect("members") {
        let records: Vec<EnterpriseRecord> = serde_json::from_value(member["roster"].clone()).unwrap();
        let inspectors: Vec<Inspector> = serde_json::from_value(member["inspectors"].clone()).unwrap();
        let publisher = member["plan"]["publisher"].as_str().expect("a publisher");
        let roster = Roster::new(records.iter().map(EnterpriseRecord::borrow)).unwrap();
        materials.rosters.insert(publisher.to_owned(), roster);
        materials.inspectors.insert(publisher.to_owned(), Inspectors::new(inspectors).unwrap());
    }
    materials
}

#[test]
fn draw_transcripts_of_the_known_cases_verify() {
    for file in ["draw-known-answer.json", "draw-infeasible.json", "draw-edges.json"] {
        for case in cases(file) {
            let text = yufang::draw::raw_transcript(&case["input"].to_string()).unwrap().canonical().unwrap();
            let transcript = Transcript::read(&text).unwrap();
            let materials = materials(&case["input"]);
            let Answer::HoldsExcept(unproven) = verify(&transcript, &materials, &NoWitness) else {
                panic!("{file} does not verify");
            };
            assert!(!unproven.iter().any(|one| matches!(one, Unproven::RosterNotGiven(_))));
            let alone = unproven.contains(&Unproven::SeedByPublishersAlone);
            assert_eq!(alone, file == "draw-edges.json");
            assert!(matches!(verify(&transcript, &Materials::default(), &NoWitness), Answer::HoldsExcept(_)));
        }
    }
}

#[test]
fn draw_known_answer() {
    check("draw-known-answer.json");
}

#[test]
fn draw_infeasible_answer() {
    check("draw-infeasible.json");
}

#[test]
fn draw_edges_answer() {
    check("draw-edges.json");
}
