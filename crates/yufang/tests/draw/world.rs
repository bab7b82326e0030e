//! Small worlds to draw from.

use serde_json::json;
use yufang::draw::announce::Secret;
use yufang::draw::inspector::{Inspector, Inspectors};
use yufang::draw::plan::Plan;
use yufang::draw::roster::{EnterpriseRecord, Roster, Status};
use yufang::draw::seed::{BeaconRound, Seed};
use yufang::draw::suite::{Bytes32, Suite};
use yufang::draw::{Member, Transcript, conduct};

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(start: u64) -> Dice {
        Dice(start)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// The seed with a number.
pub(crate) fn seed(number: u64) -> Seed {
    Seed(Suite::Sha256.hasher().number(number).finish())
}

/// A plan of one publisher with these strata rules.
pub(crate) fn plan(strata: &serde_json::Value) -> Plan {
    let plan = json!({
        "protocol": "yufang-draw/1", "name": "n", "publisher": "局", "period": "2026-Q4", "suite": "sha256",
        "sequence": 1, "previous": "", "salted": false,
        "beacon": {"name": "drand:x", "rule": "first", "delay_seconds": 60},
        "team": 2, "needs": {"红": "危化"}, "strata": strata,
    });
    Plan::read(&plan.to_string()).unwrap()
}

pub(crate) fn enterprise(id: &str, stratum: &str, size: u64) -> EnterpriseRecord {
    let (id, stratum) = (id.to_owned(), stratum.to_owned());
    let (status, reason) = (Status::Eligible, String::new());
    EnterpriseRecord { id, stratum, group: "镇".into(), size, status, reason, salt: None }
}

pub(crate) fn roster(records: &[EnterpriseRecord]) -> Roster {
    Roster::new(records.iter().map(EnterpriseRecord::borrow)).unwrap()
}

/// 40 enterprises in an equal and a weighted stratum, some certain, some left out.
pub(crate) fn records() -> Vec<EnterpriseRecord> {
    let record = |number: u64| {
        let stratum = if number.is_multiple_of(3) { "红" } else { "黄" };
        let mut one = enterprise(&format!("9111{number:04}"), stratum, 1 + number % 7);
        match number % 10 {
            4 => (one.status, one.reason) = (Status::Must, "挂牌督办".into()),
            7 => (one.status, one.reason) = (Status::Excluded, "停产".into()),
            _ => {}
        }
        one
    };
    (0..40).map(record).collect()
}

pub(crate) fn inspector(id: &str) -> Inspector {
    serde_json::from_value(json!({ "id": id })).unwrap()
}

/// Six inspectors, two of them qualified, one recused from three enterprises.
pub(crate) fn inspectors() -> Vec<Inspector> {
    let mut all: Vec<Inspector> = (0..6).map(|number| inspector(&format!("执法{number}"))).collect();
    all[0].qualifications.insert("危化".into());
    all[1].qualifications.insert("危化".into());
    all[2].recusals.extend(["91110003", "91110004", "91110005"].map(String::from));
    all
}

pub(crate) fn usual_plan() -> Plan {
    plan(&json!([
        {"stratum": "红", "rate": [1, 2], "reserves": 3},
        {"stratum": "黄", "rate": [1, 4], "weighted": true},
        {"stratum": "蓝", "count": 1},
    ]))
}

pub(crate) fn beacon() -> BeaconRound {
    BeaconRound {
        name: "drand:x".into(),
        round: 123,
        randomness: "ab".repeat(32),
        signature: Some("cd".repeat(48)),
    }
}

pub(crate) fn member(records: &[EnterpriseRecord], inspectors: Vec<Inspector>) -> Member {
    let inspectors = Inspectors::new(inspectors).unwrap();
    Member::new(usual_plan(), roster(records), inspectors, Secret::new([9; 32])).unwrap()
}

pub(crate) fn transcript() -> Transcript {
    conduct(vec![member(&records(), inspectors())], Some(beacon())).unwrap()
}

pub(crate) fn flip(bytes: &mut Bytes32) {
    bytes.0[0] ^= 1;
}
