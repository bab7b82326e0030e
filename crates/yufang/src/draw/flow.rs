//! Whether all places of all teams can be filled: a flow from enterprises to inspectors.
//!
//! An enterprise sends one unit for each place. Where its stratum needs a qualification, units for
//! inspectors without it pass a gate that is one place narrower than the team. An inspector takes
//! as many units as capacity and load limit allow. Searches go backwards from where flow is wanted
//! and visit each enterprise once, by bitsets over the enterprises.

/// A set of enterprises.
pub(super) type Bits = Vec<u64>;

/// Puts a member into a set.
pub(super) fn insert(bits: &mut Bits, at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

fn remove(bits: &mut Bits, at: usize) {
    bits[at / 64] &= !(1 << (at % 64));
}

/// Whether a set has a member.
pub(super) fn holds(bits: &Bits, at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// The teams to fill.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// Inspectors for each enterprise.
    pub team: usize,
    /// How many enterprises.
    pub enterprises: usize,
    /// For each inspector, whom it may serve on any place.
    pub direct: Vec<Bits>,
    /// For each inspector, whom it may serve on a place that asks for no qualification only.
    pub gated: Vec<Bits>,
    /// For each inspector, how many it can serve.
    pub capacity: Vec<usize>,
}

/// Flow under a load limit. A member that is fixed stays in its team.
#[derive(Debug, Clone)]
pub(super) struct Flow<'a> {
    places: &'a Places,
    room: Vec<usize>,
    load: Vec<usize>,
    teams: Vec<Vec<usize>>,
    fixed: Vec<Vec<usize>>,
    gate: Vec<usize>,
    seated: Vec<Bits>,
    open: Bits,
}

/// Where each node's flow could go next on its way to the goal of a search.
pub(super) struct Reach(Vec<usize>);

/// A search under way, with what it has not seen yet.
struct Search {
    next: Vec<usize>,
    waiting: Vec<usize>,
    at: usize,
    enterprises: Bits,
    gates: Bits,
    count: usize,
}

impl Search {
    /// Notes that `node` can pass a unit on to the node that the search is at.
    fn visit(&mut self, node: usize) {
        if self.next[node] != UNREACHED {
            return;
        }
        self.next[node] = self.at;
        self.waiting.push(node);
        if node < self.count {
            remove(&mut self.enterprises, node);
        } else if node < 2 * self.count {
            remove(&mut self.gates, node - self.count);
        }
    }
}

const UNREACHED: usize = usize::MAX;

impl<'a> Flow<'a> {
    /// Fills as many places as can be filled for the enterprises in `open`, nobody serving more
    /// than `limit`.
    pub(super) fn fill(places: &'a Places, limit: usize, open: Bits) -> Flow<'a> {
        let inspectors = places.capacity.len();
        let mut flow = Flow {
            places,
            room: places.capacity.iter().map(|capacity| *capacity.min(&limit)).collect(),
            load: vec![0; inspectors],
            teams: vec![Vec::new(); places.enterprises],
            fixed: vec![Vec::new(); places.enterprises],
            gate: vec![0; places.enterprises],
            seated: vec![vec![0; open.len()]; inspectors],
            open,
        };
        let waiting = (0..places.enterprises).filter(|at| holds(&flow.open, *at)).collect::<Vec<_>>();
        waiting.iter().for_each(|at| flow.seat_greedily(*at));
        for at in waiting {
            while flow.teams[at].len() < places.team && flow.augment(at) {}
        }
        flow
    }

    /// The enterprises whose teams are not closed, ascending.
    pub(super) fn open(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.open.iter().enumerate();
        words.flat_map(|(word, bits)| ones(*bits).map(move |bit| word * 64 + bit))
    }

    /// The fullest flow without one enterprise, from this one.
    pub(super) fn without(&self, at: usize) -> Flow<'a> {
        let mut rest = self.clone();
        remove(&mut rest.open, at);
        for inspector in std::mem::take(&mut rest.teams[at]) {
            remove(&mut rest.seated[inspector], at);
            rest.load[inspector] -= 1;
        }
        rest.gate[at] = 0;
        loop {
            let reach = rest.search(rest.sink());
            let waits = |at: &usize| rest.teams[*at].len() < rest.places.team && reach.0[*at] != UNREACHED;
            let Some(waiting) = rest.open().find(waits) else { return rest };
            rest.push(&reach, waiting, rest.sink());
        }
    }

    /// How many places are filled.
    pub(super) fn filled(&self) -> usize {
        self.load.iter().sum()
    }

    /// A first guess, so that few searches remain: the least loaded inspector for each place.
    fn seat_greedily(&mut self, at: usize) {
        for place in 0..self.places.team {
            let may = |inspector: &usize| {
                let fits = holds(&self.places.direct[*inspector], at)
                    || (place > 0 && holds(&self.places.gated[*inspector], at));
                fits && self.load[*inspector] < self.room[*inspector] && !holds(&self.seated[*inspector], at)
            };
            let best = (0..self.load.len()).filter(may).min_by_key(|inspector| self.load[*inspector]);
            let Some(inspector) = best else { return };
            self.seat(at, inspector);
            self.load[inspector] += 1;
            if holds(&self.places.gated[inspector], at) {
                self.gate[at] += 1;
            }
        }
    }

    fn augment(&mut self, at: usize) -> bool {
        let reach = self.search(self.sink());
        let found = reach.0[at] != UNREACHED;
        if found {
            self.push(&reach, at, self.sink());
        }
        found
    }

    /// From where flow can be moved so that `inspector` joins the team of `at` and somebody who is
    /// not fixed leaves it.
    pub(super) fn reach(&self, at: usize, inspector: usize) -> Reach {
        self.search(self.entrance(at, inspector))
    }

    /// The node of `at` that sends flow to `inspector`: itself or its gate.
    pub(super) fn entrance(&self, at: usize, inspector: usize) -> usize {
        if holds(&self.places.direct[inspector], at) { at } else { self.places.enterprises + at }
    }

    /// Whether `inspector` is in the team of `at` now, but could be moved.
    pub(super) fn is_seated(&self, at: usize, inspector: usize) -> bool {
        self.teams[at].contains(&inspector)
    }

    /// Whether the search found a way for `inspector`.
    pub(super) fn reaches(&self, reach: &Reach, inspector: usize) -> bool {
        reach.0[self.node(inspector)] != UNREACHED
    }

    /// Brings `inspector` into the team of `at` along a way that [`Flow::reach`] found.
    pub(super) fn bring(&mut self, reach: &Reach, at: usize, inspector: usize) {
        let entrance = self.entrance(at, inspector);
        self.seat(at, inspector);
        self.push(reach, self.node(inspector), entrance);
    }

    /// Fixes a seated member.
    pub(super) fn fix(&mut self, at: usize, inspector: usize) {
        self.teams[at].retain(|member| *member != inspector);
        self.fixed[at].push(inspector);
    }

    /// Closes a team whose members are all fixed, and gives them in the order of fixing.
    pub(super) fn close(&mut self, at: usize) -> Vec<usize> {
        remove(&mut self.open, at);
        std::mem::take(&mut self.fixed[at])
    }

    /// How many members of a team are fixed.
    pub(super) fn fixed(&self, at: usize) -> usize {
        self.fixed[at].len()
    }

    // Nodes: enterprises, their gates, inspectors, the sink.

    fn node(&self, inspector: usize) -> usize {
        2 * self.places.enterprises + inspector
    }

    fn sink(&self) -> usize {
        self.node(self.load.len())
    }

    /// All nodes from which one more unit can be led to `goal`, by what can still change.
    fn search(&self, goal: usize) -> Reach {
        let mut search = Search {
            next: vec![UNREACHED; self.sink() + 1],
            waiting: Vec::new(),
            at: goal,
            enterprises: self.open.clone(),
            gates: self.open.clone(),
            count: self.places.enterprises,
        };
        search.visit(goal);
        while let Some(node) = search.waiting.pop() {
            search.at = node;
            self.visit_before(node, &mut search);
        }
        Reach(search.next)
    }

    /// Visits the nodes that can pass a unit on to `node`.
    fn visit_before(&self, node: usize, search: &mut Search) {
        let count = self.places.enterprises;
        if node < count {
            self.visit_members(node, &self.places.direct, search);
            if self.gate[node] > 0 {
                search.visit(count + node);
            }
        } else if node < 2 * count {
            let at = node - count;
            self.visit_members(at, &self.places.gated, search);
            if self.gate[at] + 1 < self.places.team {
                search.visit(at);
            }
        } else if node == self.sink() {
            let with_room = (0..self.load.len()).filter(|at| self.load[*at] < self.room[*at]);
            with_room.for_each(|inspector| search.visit(self.node(inspector)));
        } else {
            let inspector = node - 2 * count;
            self.visit_senders(inspector, search);
            if self.load[inspector] > 0 {
                search.visit(self.sink());
            }
        }
    }

    /// Members who could leave a team by this entrance.
    fn visit_members(&self, at: usize, entrance: &[Bits], search: &mut Search) {
        let movable = self.teams[at].iter().filter(|member| holds(&entrance[**member], at));
        movable.for_each(|member| search.visit(self.node(*member)));
    }

    /// Enterprises and gates, not seen yet, that could send `inspector` a unit.
    fn visit_senders(&self, inspector: usize, search: &mut Search) {
        let (direct, gated) = (&self.places.direct[inspector], &self.places.gated[inspector]);
        for (word, seated) in self.seated[inspector].iter().enumerate() {
            let senders = search.enterprises[word] & direct[word] & !seated;
            ones(senders).for_each(|bit| search.visit(word * 64 + bit));
            let senders = search.gates[word] & gated[word] & !seated;
            ones(senders).for_each(|bit| search.visit(self.places.enterprises + word * 64 + bit));
        }
    }

    /// Leads one unit from `from` to `goal`.
    fn push(&mut self, reach: &Reach, from: usize, goal: usize) {
        let (count, sink) = (self.places.enterprises, self.sink());
        let mut node = from;
        while node != goal {
            let next = reach.0[node];
            if next == sink {
                self.load[node - 2 * count] += 1;
            } else if node == sink {
                self.load[next - 2 * count] -= 1;
            } else if node >= 2 * count {
                self.unseat(next % count, node - 2 * count);
            } else if next >= 2 * count {
                self.seat(node % count, next - 2 * count);
            } else if node < count {
                self.gate[node] += 1;
            } else {
                self.gate[next] -= 1;
            }
            node = next;
        }
    }

    fn seat(&mut self, at: usize, inspector: usize) {
        self.teams[at].push(inspector);
        insert(&mut self.seated[inspector], at);
    }

    fn unseat(&mut self, at: usize, inspector: usize) {
        self.teams[at].retain(|member| *member != inspector);
        remove(&mut self.seated[inspector], at);
    }
}

fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        word &= word.checked_sub(1)?;
        Some(bit)
    })
}
