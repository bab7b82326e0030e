//! Inspector teams against brute force.

use std::collections::BTreeMap;

use yufang::draw::assign::{Case, Teams};
use yufang::draw::infeasible::Infeasible;
use yufang::draw::inspector::Inspector;
use yufang::draw::plan::Plan;
use yufang::draw::roster::EnterpriseRecord;
use yufang::draw::seed::Seed;
use yufang::draw::ticket::Tickets;

use crate::world::{Dice, enterprise, inspector, seed, usual_plan};

struct Small {
    plan: Plan,
    inspectors: Vec<Inspector>,
    enterprises: Vec<EnterpriseRecord>,
    seed: Seed,
}

/// For each enterprise its team, as a set of inspectors' bits.
type Assignment = Vec<u32>;

impl Small {
    fn random(number: u64) -> Small {
        let mut dice = Dice::new(number);
        let mut plan = usual_plan();
        plan.team = 1 + dice.below(3) as u64;
        let mut enterprises: Vec<EnterpriseRecord> = Vec::new();
        for at in 0..1 + dice.below(5) {
            let mut one = enterprise(&format!("E{at}"), ["红", "黄"][dice.below(2)], 1);
            one.group = ["甲", "乙"][dice.below(2)].into();
            enterprises.push(one);
        }
        let mut inspectors: Vec<Inspector> =
            (0..1 + dice.below(5)).map(|at| inspector(&format!("I{at}"))).collect();
        for one in &mut inspectors {
            if dice.chance(60) {
                one.capacity = Some(dice.below(5) as u64);
            }
            if dice.chance(50) {
                one.qualifications.insert("危化".into());
            }
            if dice.chance(40) {
                one.districts.insert(["甲", "乙"][dice.below(2)].into());
            }
            let recused = enterprises.iter().filter(|_| dice.chance(20)).map(|one| one.id.clone());
            one.recusals.extend(recused);
        }
        Small { plan, inspectors, enterprises, seed: seed(number) }
    }

    fn solve(&self) -> Result<Teams, Infeasible> {
        let enterprises = self.enterprises.iter().map(EnterpriseRecord::borrow).collect();
        Case::new(&self.plan, &self.inspectors, enterprises, &BTreeMap::new()).assign(self.seed)
    }

    fn may(&self, at: usize, number: usize) -> bool {
        let (enterprise, inspector) = (&self.enterprises[at], &self.inspectors[number]);
        let here = inspector.districts.is_empty() || inspector.districts.contains(&enterprise.group);
        here && !inspector.recusals.contains(&enterprise.id)
    }

    fn qualified(&self, at: usize, number: usize) -> bool {
        self.enterprises[at].stratum != "红" || self.inspectors[number].qualifications.contains("危化")
    }

    /// Sets of inspectors that can sit together for an enterprise: full teams, or also parts of one.
    fn sets(&self, at: usize, parts: bool) -> Vec<u32> {
        let team = self.plan.team as u32;
        let fits = |set: &u32| {
            let members = || (0..self.inspectors.len()).filter(|number| set >> number & 1 == 1);
            let places = if parts { set.count_ones() <= team } else { set.count_ones() == team };
            // In a part of a team, the place of the qualified one must still be free or well filled.
            let room = set.count_ones() < team || members().any(|number| self.qualified(at, number));
            places && room && members().all(|number| self.may(at, number))
        };
        (0..1 << self.inspectors.len()).filter(fits).collect()
    }

    /// All ways of filling the places of some enterprises within the capacities.
    fn all(&self, group: &[usize], parts: bool) -> Vec<Assignment> {
        let mut all: Vec<Assignment> = vec![Vec::new()];
        for at in group {
            let sets = self.sets(*at, parts);
            all = all
                .into_iter()
                .flat_map(|start| sets.iter().map(move |set| [start.as_slice(), &[*set]].concat()))
                .filter(|assignment| self.within_capacity(assignment))
                .collect();
        }
        all
    }

    fn within_capacity(&self, assignment: &Assignment) -> bool {
        self.loads(assignment)
            .iter()
            .zip(&self.inspectors)
            .all(|(load, one)| *load <= one.capacity.unwrap_or(99))
    }

    fn loads(&self, assignment: &Assignment) -> Vec<u64> {
        let load = |number: usize| assignment.iter().filter(|set| *set >> number & 1 == 1).count() as u64;
        (0..self.inspectors.len()).map(load).collect()
    }

    fn highest(&self, assignment: &Assignment) -> u64 {
        self.loads(assignment).into_iter().max().unwrap_or(0)
    }

    /// The choice as the protocol words it, among all assignments that remain possible.
    fn expected(&self, mut all: Vec<Assignment>) -> Teams {
        let max_load = all.iter().map(|one| self.highest(one)).min().unwrap();
        all.retain(|one| self.highest(one) == max_load);
        let tickets = Tickets::of_pairs(self.plan.suite, self.seed, &self.plan.publisher);
        let mut members = BTreeMap::new();
        for (at, enterprise) in self.enterprises.iter().enumerate() {
            let mut order: Vec<usize> = (0..self.inspectors.len()).collect();
            order.sort_by_key(|number| tickets.pair(&enterprise.id, &self.inspectors[*number].id));
            let mut team = Vec::new();
            for number in order {
                let holds = |one: &Assignment| one[at] >> number & 1 == 1;
                if all.iter().any(holds) {
                    all.retain(holds);
                    team.push(self.inspectors[number].id.clone());
                }
            }
            members.insert(enterprise.id.clone(), team);
        }
        assert_eq!(all.len(), 1, "the choice leaves one assignment");
        Teams { max_load, members }
    }

    fn check_explanation(&self, found: &Infeasible) {
        let infeasible = |group: &[usize]| self.all(group, false).is_empty();
        let mut group: Vec<usize> = (0..self.enterprises.len()).collect();
        for at in 0..self.enterprises.len() {
            let without: Vec<usize> = group.iter().copied().filter(|other| *other != at).collect();
            if infeasible(&without) {
                group = without;
            }
        }
        let ids: Vec<&str> = group.iter().map(|at| self.enterprises[*at].id.as_str()).collect();
        let named: Vec<&str> = found.enterprises.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(named, ids);
        let filled = |one: &Assignment| one.iter().map(|set| u64::from(set.count_ones())).sum::<u64>();
        let best = self.all(&group, true).iter().map(filled).max().unwrap_or(0);
        assert_eq!(found.places_short, self.plan.team * group.len() as u64 - best);
        for (at, one) in group.iter().zip(&found.enterprises) {
            for (number, inspector) in self.inspectors.iter().enumerate() {
                let excluded = one.recusal.contains(&inspector.id) || one.district.contains(&inspector.id);
                assert_eq!(excluded, !self.may(*at, number));
                let unqualified = self.may(*at, number) && !self.qualified(*at, number);
                assert_eq!(one.qualification.contains(&inspector.id), unqualified);
            }
        }
    }
}

#[test]
fn draw_teams_agree_with_brute_force() {
    let (mut solved, mut unsolved) = (0, 0);
    for number in 0..1500 {
        let small = Small::random(number);
        let everyone: Vec<usize> = (0..small.enterprises.len()).collect();
        let all = small.all(&everyone, false);
        match small.solve() {
            Ok(found) => {
                assert_eq!(found, small.expected(all), "case {number}");
                solved += 1;
            }
            Err(found) => {
                assert!(all.is_empty(), "case {number} can be solved");
                small.check_explanation(&found);
                unsolved += 1;
            }
        }
    }
    assert!(solved >= 400 && unsolved >= 400, "{solved} solved, {unsolved} not");
}

#[test]
fn draw_infeasible_names_what_excludes() {
    let mut small = Small::random(0);
    small.plan.team = 1;
    small.enterprises = vec![enterprise("E0", "黄", 1), enterprise("E1", "红", 1), enterprise("E2", "红", 1)];
    small.inspectors = ["I0", "I1", "I2"].map(inspector).to_vec();
    small.inspectors[0].recusals.insert("E1".into());
    small.inspectors[1].districts.insert("far".into());
    small.inspectors[2].qualifications.insert("危化".into());
    small.inspectors[2].capacity = Some(1);
    let found = small.solve().unwrap_err();
    small.check_explanation(&found);
    assert_eq!(found.to_string(), "no teams: 1 place(s) cannot be filled for E1, E2");
    let first = &found.enterprises[0];
    assert_eq!((&first.recusal, &first.district), (&vec!["I0".to_owned()], &vec!["I1".to_owned()]));
    assert_eq!((&first.qualification, &first.capacity), (&vec![], &vec!["I2".to_owned()]));
}

/// Two thousand enterprises and two hundred inspectors with recusals, districts and tight loads.
fn large() -> Small {
    let mut dice = Dice::new(3);
    let mut plan = usual_plan();
    plan.team = 2;
    let town = |number: usize| format!("T{}", number % 10);
    let mut enterprises: Vec<EnterpriseRecord> = Vec::new();
    for at in 0..2000 {
        let mut one = enterprise(&format!("91110000MA{at:08}"), if at % 4 == 0 { "红" } else { "黄" }, 1);
        one.group = town(dice.below(10));
        enterprises.push(one);
    }
    let mut inspectors: Vec<Inspector> = (0..200).map(|at| inspector(&format!("I{at:03}"))).collect();
    for (at, one) in inspectors.iter_mut().enumerate() {
        if at % 3 == 0 {
            one.qualifications.insert("危化".into());
        }
        one.districts.extend((0..dice.below(4)).map(|_| town(dice.below(10))));
        one.recusals.extend((0..20).map(|_| enterprises[dice.below(2000)].id.clone()));
        one.capacity = Some(15 + dice.below(10) as u64);
    }
    Small { plan, inspectors, enterprises, seed: seed(1) }
}

#[test]
#[ignore = "speed, only meant in a release build"]
fn draw_teams_of_thousands_in_a_second() {
    let large = large();
    let start = std::time::Instant::now();
    let teams = large.solve().unwrap();
    let time = start.elapsed();
    assert_eq!(teams.members.len(), 2000);
    assert!(time.as_millis() < 1000, "{time:?}, maximum load {}", teams.max_load);
    println!("{time:?}, maximum load {}", teams.max_load);
}

#[test]
#[ignore = "speed, only meant in a release build"]
fn draw_explains_a_large_shortage_in_seconds() {
    let mut large = large();
    // One place short of what all need, so that nearly everyone is in the group.
    for (at, one) in large.inspectors.iter_mut().enumerate() {
        one.districts.clear();
        one.capacity = Some(if at == 0 { 19 } else { 20 });
    }
    let start = std::time::Instant::now();
    let found = large.solve().unwrap_err();
    println!("{:?}, {} enterprises", start.elapsed(), found.enterprises.len());
    assert_eq!((found.places_short, found.enterprises.len()), (1, 2000));
    assert!(start.elapsed().as_secs() < 5);
}
