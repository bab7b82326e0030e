#!/bin/sh
# Grades 12,367 real food licences of the City of Chicago, and explains one of them.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet -p yufang-cli
yufang=target/release/yufang
out=target/chicago-graded.csv
"$yufang" grade pack:chicago-food rules/chicago-food/licences.csv -o "$out" --force --lang "${YUFANG_LANG:-en}"
echo
"$yufang" explain pack:chicago-food rules/chicago-food/licences.csv --id 40 --lang "${YUFANG_LANG:-en}"
echo
echo "All verdicts: $out"
