//! Whoever changes anything is found out, and what was changed is named.

use std::collections::{BTreeMap, HashSet};

use yufang::date::Date;
use yufang::draw::announce::{Announcement, Secret};
use yufang::draw::estimate::{EstimateError, Method, estimate};
use yufang::draw::inspector::Inspectors;
use yufang::draw::ledger::{Breach, breaches};
use yufang::draw::proof::{Place, Proof, check_proof, prove};
use yufang::draw::roster::{EnterpriseRecord, Roster, Status};
use yufang::draw::seed::BeaconRound;
use yufang::draw::substitute::{Ground, Substitution, SubstitutionError, substitute};
use yufang::draw::transcript::Evidence;
use yufang::draw::verify::{Answer, Materials, NoWitness, Unproven, Witness, verify, verify_substitutions};
use yufang::draw::workers::OneWorker;
use yufang::draw::{Member, Transcript, conduct};

use crate::world::{beacon, flip, inspectors, records, roster, transcript, usual_plan};

/// What is changed, and what must be named for it.
type Change<T> = (&'static str, fn(&mut T));

/// Knows the one true signature, and believes evidence.
struct Expert;

impl Witness for Expert {
    fn signature(&self, round: &BeaconRound) -> Option<bool> {
        Some(round.signature.as_deref() == Some("cd".repeat(48).as_str()))
    }

    fn publication(&self, _: &Announcement, _: &[Evidence]) -> Option<bool> {
        Some(true)
    }
}

fn materials(records: &[EnterpriseRecord]) -> Materials {
    let mut materials = Materials::default();
    materials.rosters.insert("局".into(), roster(records));
    materials.inspectors.insert("局".into(), Inspectors::new(inspectors()).unwrap());
    materials
}

fn difference(transcript: &Transcript, materials: &Materials) -> String {
    match verify(transcript, materials, &Expert) {
        Answer::Differs(difference) => difference.to_string(),
        other => panic!("expected a difference, found {other:?}"),
    }
}

#[test]
fn draw_verification_has_three_answers() {
    let transcript = transcript();
    let all = materials(&records());
    assert_eq!(verify(&transcript, &all, &Expert), Answer::Holds);
    let unproven = vec![Unproven::SignatureNotChecked, Unproven::PublicationNotEvidenced("局".into())];
    assert_eq!(verify(&transcript, &all, &NoWitness), Answer::HoldsExcept(unproven));
    let missing = vec![Unproven::RosterNotGiven("局".into()), Unproven::InspectorsNotGiven("局".into())];
    assert_eq!(verify(&transcript, &Materials::default(), &Expert), Answer::HoldsExcept(missing));
}

#[test]
fn draw_without_beacon_is_never_plainly_green() {
    let mut plan = usual_plan();
    plan.beacon = None;
    let inspectors = Inspectors::new(inspectors()).unwrap();
    let member = Member::new(plan, roster(&records()), inspectors, Secret::new([1; 32])).unwrap();
    let transcript = conduct(vec![member], None).unwrap();
    let found = verify(&transcript, &materials(&records()), &Expert);
    assert_eq!(found, Answer::HoldsExcept(vec![Unproven::SeedByPublishersAlone]));
}

#[test]
fn draw_with_a_changed_roster_differs() {
    let transcript = transcript();
    let changes: [Change<Vec<EnterpriseRecord>>; 8] = [
        ("roster_root", |records| records[5].stratum = "红".into()),
        ("roster_root", |records| records[5].id.push('X')),
        ("roster_root", |records| records[4].reason.push('!')),
        ("roster_root", |records| records[5].size += 1),
        ("roster_root", |records| records[5].group = "乡".into()),
        ("roster_root", |records| records[7].status = Status::Must),
        ("roster_root", |records| records[5].id = "９1110005".into()),
        ("roster_count", |records| drop(records.pop())),
    ];
    for (named, change) in changes {
        let mut records = records();
        change(&mut records);
        let found = difference(&transcript, &materials(&records));
        assert!(found.contains(named), "{found}");
    }
}

#[test]
fn draw_refuses_doubled_and_disguised_records() {
    for id in ["91110005", "９1110005"] {
        let mut records = records();
        records.push(EnterpriseRecord { id: id.into(), ..records[5].clone() });
        let refused = Roster::new(records.iter().map(EnterpriseRecord::borrow)).unwrap_err();
        assert!(refused.to_string().contains("91110005"), "{refused}");
    }
}

#[test]
fn draw_with_a_changed_transcript_differs() {
    let changes: [Change<Transcript>; 20] = [
        ("seed", |t| t.beacon.as_mut().unwrap().round += 1),
        ("seed", |t| t.beacon.as_mut().unwrap().randomness.replace_range(0..1, "0")),
        ("signature", |t| t.beacon.as_mut().unwrap().signature = Some("ce".repeat(48))),
        ("signature", |t| t.beacon.as_mut().unwrap().signature = None),
        ("seed", |t| flip(&mut t.seed.0)),
        ("beacon", |t| t.beacon = None),
        ("commitment", |t| t.members[0].secret = Secret::new([8; 32])),
        ("plan_digest", |t| t.members[0].announcement.plan.team = 1),
        ("plan_digest", |t| t.members[0].announcement.plan.strata[0].rate = Some([1, 1])),
        ("announcement/announcement", |t| flip(&mut t.members[0].announcement.roster_root)),
        ("announcement/announcement", |t| t.members[0].announcement.roster_count += 1),
        ("must/0/reason", |t| t.members[0].must[0].reason.push('!')),
        ("excluded/1/reason", |t| t.members[0].excluded[1].reason.clear()),
        ("strata/0/drawn/0", |t| t.members[0].strata[0].drawn.swap(0, 1)),
        ("strata/0", |t| drop(t.members[0].strata[0].drawn.remove(2))),
        ("strata/0", |t| t.members[0].strata[0].reserves.reverse()),
        ("strata/0/cutoff", |t| t.members[0].strata[0].cutoff = None),
        ("strata/1/drawn/0/inclusion", |t| {
            t.members[0].strata[1].drawn[0].inclusion = yufang::draw::fraction::Fraction::ONE;
        }),
        ("max_load", |t| t.members[0].max_load = Some(99)),
        ("teams/", |t| {
            let teams = t.members[0].teams.as_mut().unwrap();
            teams.values_mut().next().unwrap().swap(0, 1);
        }),
    ];
    for (named, change) in changes {
        let mut changed = transcript();
        change(&mut changed);
        let found = difference(&changed, &materials(&records()));
        assert!(found.contains(named), "{named}: {found}");
    }
}

#[test]
fn draw_listing_somebody_else_differs_even_without_the_roster() {
    let mut changed = transcript();
    let stratum = &mut changed.members[0].strata[0];
    // A reserve is passed off as drawn.
    std::mem::swap(&mut stratum.drawn[0], &mut stratum.reserves[0]);
    let found = verify(&changed, &Materials::default(), &Expert);
    assert!(matches!(found, Answer::Differs(_)), "{found:?}");
}

#[test]
fn draw_proofs_convince_one_enterprise_alone() {
    let (transcript, records) = (transcript(), records());
    let roster = roster(&records);
    let member = &transcript.members[0];
    for record in &records {
        let proof = prove(&transcript, "局", &roster, &record.id).unwrap();
        let proof = Proof::read(&serde_json::to_string(&proof).unwrap()).unwrap();
        let found = check_proof(&transcript, &proof).unwrap();
        let drawn = member.strata.iter().any(|stratum| stratum.drawn.iter().any(|one| one.id == record.id));
        assert_eq!(found.place == Place::Drawn, drawn);
        assert_eq!(found.place == Place::Must, record.status == Status::Must);
        assert_eq!(found.place == Place::Excluded, record.status == Status::Excluded);
        let weighted = record.stratum == "黄" && record.status == Status::Eligible;
        assert_eq!(found.proven, !weighted);
        let mut other = proof.clone();
        other.record.size += 1;
        assert!(check_proof(&transcript, &other).is_err());
        let mut other = proof.clone();
        other.row ^= 1;
        assert!(check_proof(&transcript, &other).is_err());
    }
    assert!(prove(&transcript, "局", &roster, "nobody").is_err());
}

#[test]
fn draw_substitutes_follow_the_drawn_order() {
    let (transcript, materials) = (transcript(), materials(&records()));
    let (roster, inspectors) = (&materials.rosters["局"], &materials.inspectors["局"]);
    let red = &transcript.members[0].strata[0];
    let mut entries: Vec<Substitution> = Vec::new();
    let next = |entries: &[Substitution], who: &str, why: &str| {
        substitute(Ground { transcript: &transcript, entries, roster, inspectors }, "局", who, why)
    };
    // The first drawn one fails, and then its substitute.
    for (at, withdrawn) in [&red.drawn[0], &red.reserves[0], &red.drawn[1]].into_iter().enumerate() {
        let entry = next(&entries, &withdrawn.id, "注销").unwrap();
        assert_eq!((&entry.substitute, entry.team.len()), (&red.reserves[at], 2));
        entries.push(entry);
    }
    assert_eq!(entries[1].previous, entries[0].digest(transcript.suite).unwrap());
    assert_eq!(verify_substitutions(&transcript, &entries, &materials), Answer::Holds);
    let error = |who: &str, why: &str| next(&entries, who, why).unwrap_err();
    assert!(matches!(error(&red.drawn[2].id, "注销"), SubstitutionError::NoReserve(_)));
    assert!(matches!(error(&red.drawn[0].id, "注销"), SubstitutionError::Withdrawn(_)));
    assert!(matches!(error(&red.drawn[2].id, ""), SubstitutionError::NoReason(_)));
    assert!(matches!(error("91110007", "x"), SubstitutionError::NotDrawn(_)));
    assert!(matches!(error("91110004", "x"), SubstitutionError::Certain(_)));
    for change in [
        |entries: &mut Vec<Substitution>| drop(entries.remove(0)),
        |entries: &mut Vec<Substitution>| entries.swap(0, 1),
        |entries: &mut Vec<Substitution>| entries[0].reason.push('!'),
        |entries: &mut Vec<Substitution>| entries[2].team.reverse(),
    ] {
        let mut changed = entries.clone();
        change(&mut changed);
        let found = verify_substitutions(&transcript, &changed, &materials);
        assert!(matches!(found, Answer::Differs(_)), "{found:?}");
    }
}

#[test]
fn draw_ledger_reports_forged_and_hidden_draws() {
    let announce = |sequence, previous: String, period: &str, secret| {
        let mut plan = usual_plan();
        (plan.sequence, plan.previous, plan.period) = (sequence, previous, period.into());
        plan.opening_deadline = Some("2026-12-31".into());
        let inspectors = Inspectors::new(inspectors()).unwrap();
        let member = Member::new(plan, roster(&records()), inspectors, Secret::new([secret; 32])).unwrap();
        member.announcement().clone()
    };
    let first = announce(1, String::new(), "Q1", 1);
    let second = announce(2, first.announcement.to_string(), "Q2", 2);
    let opened: HashSet<_> = [first.announcement, second.announcement].into();
    let (before, after) = (Date::new(2026, 12, 31).unwrap(), Date::new(2027, 1, 1).unwrap());
    let found = |list: &[&Announcement], day| {
        breaches(&list.iter().map(|one| (*one).clone()).collect::<Vec<_>>(), &opened, day)
    };
    assert_eq!(found(&[&second, &first], after), []);
    let again = announce(3, second.announcement.to_string(), "Q2", 3);
    assert!(matches!(found(&[&first, &second, &again], before)[..], [Breach::SamePeriod { .. }]));
    let overdue = found(&[&first, &second, &again], after);
    assert!(overdue.iter().any(|breach| matches!(breach, Breach::Overdue { sequence: 3, .. })));
    assert!(matches!(found(&[&first, &again], before)[..], [Breach::Gap { after: 1, next: 3, .. }]));
    let twin = announce(2, first.announcement.to_string(), "Q3", 4);
    assert!(matches!(found(&[&second, &twin], before)[..], [Breach::SameNumber { .. }]));
    let astray = announce(2, String::new(), "Q3", 4);
    assert!(matches!(found(&[&first, &astray], before)[..], [Breach::Previous { .. }]));
    let mut forged = second.clone();
    forged.roster_count += 1;
    assert!(matches!(found(&[&first, &forged], before)[..], [Breach::Digest { .. }]));
}

#[test]
fn draw_opens_only_what_was_announced() {
    let announced = Announcement::read(&transcript().members[0].announcement.canonical().unwrap()).unwrap();
    let open = |records: &[EnterpriseRecord], people, secret| {
        let people = Inspectors::new(people).unwrap();
        Member::open(&OneWorker, &announced, roster(records), people, Secret::new([secret; 32]))
    };
    assert!(open(&records(), inspectors(), 9).is_ok());
    let mut changed = records();
    changed[0].size += 1;
    let mut people = inspectors();
    people[0].recusals.insert("91110001".into());
    for (found, named) in [
        (open(&changed, inspectors(), 9), "the roster is not"),
        (open(&records()[1..], inspectors(), 9), "the number of enterprises is not"),
        (open(&records(), people, 9), "the list of inspectors is not"),
        (open(&records(), inspectors(), 8), "the secret is not"),
    ] {
        assert!(found.unwrap_err().to_string().contains(named), "{named}");
    }
}

#[test]
fn draw_transcript_alone_must_count_everyone_once() {
    let changes: [Change<Transcript>; 4] = [
        ("roster_count", |t| drop(t.members[0].excluded.pop())),
        ("roster_count", |t| drop(t.members[0].must.pop())),
        ("listed twice", |t| t.members[0].excluded[0].id = t.members[0].must[0].id.clone()),
        ("lists fewer", |t| drop(t.members[0].strata[1].drawn.pop())),
    ];
    for (named, change) in changes {
        let mut changed = transcript();
        change(&mut changed);
        let found = difference(&changed, &Materials::default());
        assert!(found.contains(named), "{named}: {found}");
    }
}

#[test]
fn draw_substitutes_have_only_the_capacity_that_is_left() {
    // Two of three in the stratum, so that two reserves can follow; one inspector has no bound.
    let mut people = inspectors();
    people[0].capacity = None;
    people[1].capacity = Some(0);
    let records: Vec<EnterpriseRecord> =
        (0..6).map(|at| crate::world::enterprise(&format!("R{at}"), "红", 1)).collect();
    let drawn = |bound: u64| {
        let mut people = people.clone();
        people[2..].iter_mut().for_each(|one| one.capacity = Some(0));
        people[3].capacity = Some(bound);
        people[3].recusals.clear();
        let transcript =
            conduct(vec![crate::world::member(&records, people.clone())], Some(beacon())).unwrap();
        (transcript, Inspectors::new(people).unwrap())
    };
    // Three are drawn and three are reserves: with five places, the third substitute finds none.
    let (transcript, inspectors) = drawn(5);
    let roster = roster(&records);
    let red = transcript.members[0].strata[0].clone();
    let mut entries: Vec<Substitution> = Vec::new();
    for at in 0..3 {
        let ground =
            Ground { transcript: &transcript, entries: &entries, roster: &roster, inspectors: &inspectors };
        let found = substitute(ground, "局", &red.drawn[at].id, "注销");
        match found {
            Ok(entry) if at < 2 => entries.push(entry),
            Err(SubstitutionError::Infeasible(why)) if at == 2 => {
                assert_eq!(why.enterprises[0].capacity, ["执法1", "执法2", "执法3", "执法4", "执法5"]);
            }
            other => panic!("substitute {at}: {other:?}"),
        }
    }
}

#[test]
fn draw_estimates_need_every_result_and_no_other() {
    let transcript = transcript();
    let member = &transcript.members[0];
    let mut results: BTreeMap<String, f64> =
        member.inspected().into_iter().map(|one| (one.id.clone(), 1.0)).collect();
    let found = estimate(member, &[], &results).unwrap();
    // Results of 1 count the enterprises: exactly in the equal stratum and among the certain.
    let totals: BTreeMap<&str, f64> =
        found.strata.iter().map(|part| (part.stratum.as_str(), part.total)).collect();
    assert!((totals["红"] - member.strata[0].eligible as f64).abs() < 1e-9);
    assert!((totals[""] - member.must.len() as f64).abs() < 1e-9);
    assert_eq!(found.strata[0].method, Method::Census);
    assert!(found.strata.iter().any(|part| part.method == Method::Hajek));
    results.insert("nobody".into(), 1.0);
    assert_eq!(estimate(member, &[], &results), Err(EstimateError::NotSelected("nobody".into())));
    results.remove("nobody");
    let (first, _) = results.pop_first().unwrap();
    assert_eq!(estimate(member, &[], &results), Err(EstimateError::Missing(first)));
}
