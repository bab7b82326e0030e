#!/bin/sh
# Runs every test, with what they need: style, lints, units, random rule sets against the reference
# interpreter, the packs against the laws' tables, and the core for the browser.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
say() { printf '\n== %s\n' "$1"; }

say "formatting and lints"
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings

say "the core alone, and for the browser"
cargo check -p yufang --no-default-features --locked
rustup target add wasm32-unknown-unknown
cargo check -p yufang --target wasm32-unknown-unknown --locked
if cargo tree -p yufang --edges normal --prefix none --locked | grep -E '^(arrow|parquet|rayon|tokio|chrono) '; then
    echo "the core depends on a crate that it must not know" >&2
    exit 1
fi

say "unit and integration tests"
cargo test --workspace --exclude yufang-tests --locked

say "random rule sets against the reference interpreter"
cargo test --release -p yufang-tests --locked

say "three packs against the tables of their laws: 100,000 random rows each"
cargo build --release -p yufang-cli --locked
yufang="$root/target/release/yufang"
work="$root/target/independent"
mkdir -p "$work"
for pack in hazchem-2018-19 gb18218-2018 lec; do
    python3 tests/independent/check_packs.py make "$pack" 100000 "$work/$pack.csv"
    "$yufang" grade "pack:$pack" "$work/$pack.csv" -o "$work/$pack-out.csv" --force --max-invalid 100000 2>"$work/$pack.log"
    python3 tests/independent/check_packs.py compare "$pack" "$work/$pack.csv" "$work/$pack-out.csv"
done

say "the draw against an independent reference"
cargo build --release -p yufang --example draw_raw --locked
(cd tests/independent && python3 draw_compare.py --count 300 "$root/target/release/examples/draw_raw")

say "examples of all packs"
for pack in rules/*/; do
    case "$pack" in rules/codes/) continue ;; esac
    "$yufang" test "$pack" --lang en 2>/dev/null
done
say "all tests passed"
