//! Parse and check; grade 1, 1,000 and 1,000,000 rows; explain; and how many times faster than the
//! reference interpreter the plan is, in one run.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use yufang::reference;
use yufang_benches::{Workload, flat, yanqing};
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
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{count} rows"), |bencher| bencher.iter(|| graded(&work)));
    }
    let work = yanqing();
    group.throughput(Throughput::Elements(work.rows.rows() as u64));
    group.bench_function("yanqing with lists", |bencher| bencher.iter(|| graded(&work)));
}

fn graded(work: &Workload) -> usize {
    work.rules.grade(&work.rows.columns()).expect("columns that fit").rows()
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

/// Prints how many times as many rows a second the plan grades as the reference interpreter.
fn ratio(_: &mut Criterion) {
    let work = yanqing();
    let columns = work.rows.columns();
    let binding =
        work.rules.bind(columns.columns.iter().map(|(name, _)| name.as_ref())).expect("columns that fit");
    let facts: Vec<_> =
        (0..500).map(|row| work.rules.facts(&binding, &columns, row).expect("columns that fit")).collect();
    let begin = Instant::now();
    for row in &facts {
        black_box(reference::grade(work.rules.model(), row));
    }
    let slow = begin.elapsed().as_secs_f64() / facts.len() as f64;
    let rounds = 20;
    let begin = Instant::now();
    for _ in 0..rounds {
        black_box(graded(&work));
    }
    let fast = begin.elapsed().as_secs_f64() / (rounds * columns.rows) as f64;
    println!(
        "plan over reference on yanqing: {:.0} times ({:.2} against {:.2} µs a row)",
        slow / fast,
        fast * 1e6,
        slow * 1e6
    );
}

criterion_group!(benches, compile, grade, explain, ratio);
criterion_main!(benches);
