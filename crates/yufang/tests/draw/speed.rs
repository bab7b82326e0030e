//! Speed as ratios, only meant in a release build: `cargo test --release --test draw -- --ignored`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use yufang::draw::roster::{Enterprise, RosterBuilder, Status};
use yufang::draw::sample::{Candidates, select};
use yufang::draw::suite::Suite;
use yufang::draw::ticket::Tickets;

use crate::world::{plan, seed};

/// The best of several runs, which other load on the machine disturbs least.
fn best(mut run: impl FnMut()) -> Duration {
    let mut time = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..7).map(|_| time()).min().unwrap()
}

#[test]
#[ignore = "speed, only meant in a release build"]
fn draw_tickets_keep_up_with_bare_hashing() {
    let ids: Vec<String> = (0..500_000).map(|number| format!("91110000MA{number:08}")).collect();
    let messages: Vec<[u8; 54]> = ids
        .iter()
        .map(|id| {
            let mut message = [7; 54];
            message[36..].copy_from_slice(id.as_bytes());
            message
        })
        .collect();
    let bare = best(|| messages.iter().for_each(|message| _ = black_box(Sha256::digest(message))));
    let tickets = Tickets::of_enterprises(Suite::Sha256, seed(1));
    let mut out = Vec::with_capacity(ids.len());
    let own = best(|| {
        out.clear();
        tickets.batch(ids.iter().map(String::as_str), &mut out);
        black_box(&out);
    });
    let ratio = bare.as_secs_f64() / own.as_secs_f64();
    println!("bare {bare:?}, tickets {own:?}, rate {ratio:.2} of bare hashing");
    assert!(ratio > 0.8, "{ratio}");
}

#[test]
#[ignore = "speed, only meant in a release build"]
fn draw_of_a_million() {
    let start = Instant::now();
    let mut builder = RosterBuilder::new();
    for number in 0..1_000_000_u64 {
        // Not in the order of ids, so that the roster has something to sort.
        let id = format!("91110000MA{:08}", number * 7_919 % 1_000_003);
        let row = Enterprise {
            id: &id,
            stratum: ["红", "黄", "蓝"][(number % 3) as usize],
            group: "镇",
            size: 1 + number % 9,
            status: Status::Eligible,
            reason: "",
            salt: None,
        };
        builder.push(row).unwrap();
    }
    let roster = builder.finish().unwrap();
    println!("roster {:?}", start.elapsed());
    let start = Instant::now();
    let root = roster.root(Suite::Sha256);
    println!("root {:?} {root}", start.elapsed());
    let plan = plan(&serde_json::json!([
        {"stratum": "红", "rate": [1, 10]}, {"stratum": "黄", "rate": [1, 100]}, {"stratum": "蓝", "count": 100, "weighted": true},
    ]));
    let start = Instant::now();
    let tickets = Tickets::of_enterprises(Suite::Sha256, seed(1));
    let candidates = Candidates::gather(&plan, &roster, &tickets, 0..roster.len()).unwrap();
    println!("tickets {:?}", start.elapsed());
    let selection = select(&plan, &roster, seed(1), candidates);
    println!("selection {:?}", start.elapsed());
    assert_eq!(selection.inspected().len(), 33_334 + 3_334 + 100);
}
