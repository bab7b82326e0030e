//! What the benchmarks run on.

mod typed;

pub use typed::Typed;
use yufang::Rules;
use yufang::date::Date;
use yufang_packs::pack;
use yufang_rows::{Batch, BatchSize, CsvOptions, CsvReader, ListFile, Shape};

/// A pack's rules and rows.
pub struct Workload {
    /// The rules.
    pub rules: Rules,
    /// The rows.
    pub rows: Batch,
}

/// A rule set of the benchmark's own, of 12 fields and without lists, and `count` rows for it.
///
/// # Panics
/// Where the embedded pack is broken.
pub fn flat(count: usize) -> Workload {
    let rules = rules("bench-workload", None);
    let mut text = String::from(
        "id,industry,township,likelihood,consequence,standard_level,accidents_3y,overdue_hazards,\
         distance_to_school_m,has_major_hazard,blacklisted\n",
    );
    let mut state = 20_240_607u64;
    for row in 0..count {
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        let industry = ["A010", "B060", "C261", "C266", "E471", "G594", "K700", "Q840"][below(8) as usize];
        let (town, likelihood, consequence) = (100 + below(18), 1 + below(5), 1 + below(5));
        let (level, accidents, overdue) = (below(4), below(6), below(40));
        let (metres, tenths) = (below(5000), below(10));
        let (hazard, black) = (u8::from(below(33) == 0), u8::from(below(100) == 0));
        text.push_str(&format!(
            "{row:018},{industry},330109{town},{likelihood},{consequence},{level},{accidents},{overdue},\
             {metres}.{tenths},{hazard},{black}\n"
        ));
    }
    Workload { rows: read(&rules, &text), rules }
}

/// The Yanqing pack with its synthetic register: lists, codes, gaps.
///
/// # Panics
/// Where the embedded pack is broken.
pub fn yanqing() -> Workload {
    let rules = rules("yanqing-enterprise", Date::parse("2016-09-30"));
    let pack = pack("yanqing-enterprise").expect("the pack");
    let file =
        |name: &str| String::from_utf8_lossy(pack.file(name).expect("a file of the pack")).into_owned();
    let mut rows = read(&rules, &file("enterprises.csv"));
    let model = rules.model();
    for (at, name) in [(0, "substances.csv"), (1, "accidents.csv")] {
        let key = &model.subject.fields[model.key().expect("a key").index()];
        let mut list = ListFile::new(model.subject.lists[at].name.clone(), name, key);
        let text = file(name);
        let reader = CsvReader::new(name, text.as_bytes(), Shape::of_list(model, at), CsvOptions::default());
        for batch in reader.expect("a head") {
            list.add_batch(&batch.expect("rows")).expect("elements with owners");
        }
        list.attach(&mut rows).expect("no such column yet");
    }
    Workload { rules, rows }
}

fn rules(name: &str, as_of: Option<Date>) -> Rules {
    let set = yufang::compile(&pack(name).expect("the pack").bundle()).expect("a rule set without errors");
    set.at(as_of).expect("rules in force")
}

fn read(rules: &Rules, text: &str) -> Batch {
    let size = BatchSize { rows: usize::MAX, bytes: usize::MAX };
    let options = CsvOptions { size, ..CsvOptions::default() };
    let mut reader =
        CsvReader::new("rows", text.as_bytes(), Shape::of(rules.model()), options).expect("a head");
    reader.next().expect("a batch").expect("rows")
}
