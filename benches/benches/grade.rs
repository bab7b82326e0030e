//! Parse and check; grade 1, 1,000 and 1,000,000 rows; explain; and how many times faster than the
//! reference interpreter the plan is, in one run.

use std::hint::black_box;
use std::time::Instant;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use yufang::column::Columns;
use yufang::{Rules, reference};
use yufang_benches::{Typed, Workload, flat, yanqing};
use yufang_packs::pack;

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse and check");
    for name in ["hazchem-2018-19", "yanqing-enterprise"] {
        let bundle = pack(name).expect("the pack").bundle();
        group.throughput(Throughput::Bytes(bundle.text().len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| yufang::compile(black_box(&bundle)).is_ok()));
    }
}

fn grade(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("grade");
    group.sample_size(10);
    for count in [1, 1_000, 1_000_000] {
        let work = flat(count);
        both(&mut group, &format!("{count} rows"), &work);
    }
    both(&mut group, "yanqing with lists", &yanqing());
}

/// Grades rows as text, as CSV brings them, and typed, as Parquet and data frames do.
fn both(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, work: &Workload) {
    let (text, typed) = (work.rows.columns(), Typed::new(&work.rules, &work.rows.columns()));
    group.throughput(Throughput::Elements(text.rows as u64));
    group.bench_function(format!("{name}, text"), |bencher| bencher.iter(|| graded(&work.rules, &text)));
    let typed = typed.columns();
    group.bench_function(format!("{name}, typed"), |bencher| bencher.iter(|| graded(&work.rules, &typed)));
}

fn graded(rules: &Rules, columns: &Columns<'_>) -> usize {
    rules.grade(columns).expect("columns that fit").rows()
}

fn explain(criterion: &mut Criterion) {
    let work = yanqing();
    let columns = work.rows.columns();
    let binding =
        work.rules.bind(columns.columns.iter().map(|(name, _)| name.as_ref())).expect("columns that fit");
    criterion.bench_function("explain one row", |bencher| {
        bencher.iter(|| {
            work.rules.explain(&binding, &columns, 0).expect("a row").text(yufang::Language::Zh).len()
        });
    });
}

/// Prints how many times as many rows a second the plan grades as the reference interpreter, both from
/// typed values.
fn ratio(_: &mut Criterion) {
    let work = yanqing();
    let columns = work.rows.columns();
    let names = columns.columns.iter().map(|(name, _)| name.as_ref());
    let binding = work.rules.bind(names).expect("columns that fit");
    let facts = |row| work.rules.facts(&binding, &columns, row).expect("columns that fit");
    let facts: Vec<_> = (0..columns.rows).map(facts).collect();
    let typed = Typed::new(&work.rules, &columns);
    let typed = typed.columns();
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        slow.push(seconds(|| {
            facts.iter().for_each(|row| drop(black_box(reference::grade(work.rules.model(), row))));
        }));
        let passes = 20;
        let all = seconds(|| {
            (0..passes).for_each(|_| _ = black_box(graded(&work.rules, &typed)));
        });
        fast.push(all / f64::from(passes));
    }
    let each = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2] / facts.len() as f64
    };
    let (slow, fast) = (each(&mut slow), each(&mut fast));
    println!(
        "plan over reference on yanqing: {:.0} times ({:.2} against {:.2} µs a row, medians of 7)",
        slow / fast,
        fast * 1e6,
        slow * 1e6
    );
}

fn seconds(run: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    run();
    begin.elapsed().as_secs_f64()
}

criterion_group!(benches, compile, grade, explain, ratio);
criterion_main!(benches);
