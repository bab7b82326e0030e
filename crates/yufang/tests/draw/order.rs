//! The order of rows and the way of splitting them mean nothing.

use std::ops::Range;

use yufang::draw::announce::Secret;
use yufang::draw::inspector::Inspectors;
use yufang::draw::merkle;
use yufang::draw::roster::{Roster, RosterBuilder, RosterError};
use yufang::draw::sample::{Candidates, select};
use yufang::draw::suite::Suite;
use yufang::draw::ticket::Tickets;
use yufang::draw::verify::{Materials, NoWitness, verify_by};
use yufang::draw::workers::Workers;
use yufang::draw::{Member, Transcript, conduct, conduct_by, verify};

use crate::world::{Dice, beacon, inspectors, member, records, roster, seed, transcript, usual_plan};

#[test]
fn draw_of_shuffled_rows_is_the_same_file() {
    let expected = transcript().canonical().unwrap();
    let mut dice = Dice::new(1);
    for _ in 0..20 {
        let (mut rows, mut people) = (records(), inspectors());
        dice.shuffle(&mut rows);
        dice.shuffle(&mut people);
        let again = conduct(vec![member(&rows, people)], Some(beacon())).unwrap();
        assert_eq!(again.canonical().unwrap(), expected);
    }
}

#[test]
fn draw_of_shards_is_the_same() {
    let (records, plan, seed) = (records(), usual_plan(), seed(7));
    let whole = roster(&records);
    let tickets = Tickets::of_enterprises(plan.suite, seed);
    let all = Candidates::gather(&plan, &whole, &tickets, 0..whole.len()).unwrap();
    let expected = select(&plan, &whole, seed, all);
    let mut dice = Dice::new(2);
    for _ in 0..30 {
        // Rows are read in shards, in any order, and the sorted rows are drawn in other shards.
        let cut = dice.below(records.len() + 1);
        let builder = |part: &[_]| {
            let mut builder = RosterBuilder::new();
            for record in part {
                let record: &yufang::draw::roster::EnterpriseRecord = record;
                builder.push(record.borrow()).unwrap();
            }
            builder
        };
        let mut merged = builder(&records[cut..]);
        merged.merge(builder(&records[..cut])).unwrap();
        let merged = merged.finish().unwrap();
        let cut = dice.below(merged.len() + 1);
        let mut left = merged.range(Suite::Sm3, 0..cut);
        left.merge(merged.range(Suite::Sm3, cut..merged.len())).unwrap();
        assert_eq!(left.root(), Ok(whole.root(Suite::Sm3)));
        let mut right = Candidates::gather(&plan, &merged, &tickets, cut..merged.len()).unwrap();
        right.merge(Candidates::gather(&plan, &merged, &tickets, 0..cut).unwrap());
        assert_eq!(select(&plan, &merged, seed, right), expected);
    }
}

/// Two threads with a border between them.
struct TwoThreads(usize);

impl Workers for TwoThreads {
    fn run<T: Send>(&self, count: usize, part: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
        let border = self.0.min(count);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| part(0..border));
            let second = scope.spawn(|| part(border..count));
            [first, second].map(|thread| thread.join().unwrap()).into()
        })
    }
}

#[test]
fn draw_on_two_threads_is_the_same_file() {
    let expected = transcript().canonical().unwrap();
    let mut materials = Materials::default();
    materials.rosters.insert("局".into(), roster(&records()));
    for border in [0, 1, 17, 40] {
        let workers = TwoThreads(border);
        let people = Inspectors::new(inspectors()).unwrap();
        let secret = Secret::new([9; 32]);
        let member = Member::new_by(&workers, usual_plan(), roster(&records()), people, secret).unwrap();
        let again = conduct_by(&workers, vec![member], Some(beacon())).unwrap();
        assert_eq!(again.canonical().unwrap(), expected);
        let verified = verify_by(&workers, &again, &materials, &NoWitness);
        assert_eq!(verified, verify(&again, &materials, &NoWitness));
    }
}

#[test]
fn draw_reads_back_what_it_wrote() {
    let transcript = transcript();
    let text = transcript.canonical().unwrap();
    assert_eq!(Transcript::read(&text).unwrap(), transcript);
    assert!(Transcript::read(&text.replacen("\"schema\"", "\"extra\":1,\"schema\"", 1)).is_err());
    let plan = usual_plan();
    let written = plan.canonical().unwrap();
    assert_eq!(yufang::draw::plan::Plan::read(&written).unwrap().canonical().unwrap(), written);
}

#[test]
fn draw_refuses_doubles_whichever_shard_they_come_from() {
    let records = records();
    let mut shards = [RosterBuilder::new(), RosterBuilder::new()];
    shards.iter_mut().for_each(|shard| shard.push(records[0].borrow()).unwrap());
    let [mut left, right] = shards;
    left.merge(right).unwrap();
    assert!(matches!(left.finish(), Err(RosterError::Id(_))));
}

#[test]
fn draw_of_an_empty_roster_has_the_empty_root() {
    let empty = Roster::new([]).unwrap();
    assert_eq!(empty.root(Suite::Sha256), merkle::root(Suite::Sha256, []));
}
