"""Holds four packs against the tables of their laws, without yufang: exact fractions, row by row.

    check_packs.py make PACK N OUT.csv [SEED]    random rows for a pack, edges among them
    check_packs.py compare PACK IN.csv OUT.csv   what `yufang grade` made of them; exit 1 if it differs

PACK is hazchem-2018-19, gb18218-2018, lec or ls-matrix. Nothing here reads a rule file: points, caps,
bands and listed values stand in law/*.csv, thresholds and factors in the standard's tables as printed.
"""

import csv
import random
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import gb18218
import hazchem
import lec
import ls_matrix
from law import Expected, Invalid, Row, read

KEY = "id"


class Pack(NamedTuple):
    """What a pack puts out beside its score, its random rows, and what its law makes of one."""

    outputs: list[str]
    rows: Callable[[random.Random, int], Iterator[Row]]
    expect: Callable[[Row], Expected]


PACKS = {
    "hazchem-2018-19": Pack([], hazchem.rows, hazchem.expect),
    "gb18218-2018": Pack(["S", "R"], gb18218.rows, gb18218.expect),
    "lec": Pack(["D"], lec.rows, lec.expect),
    "ls-matrix": Pack(["R"], ls_matrix.rows, ls_matrix.expect),
}


def make(pack: Pack, count: int, target: str, seed: int) -> None:
    rows = list(pack.rows(random.Random(seed), count))
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def differences(pack: Pack, row: Row, out: Row) -> Iterator[str]:
    """What is wrong with one row of output."""
    if out[KEY] != row[KEY].strip():
        yield f"key {out[KEY]!r}, not {row[KEY]!r}"
    try:
        expected = pack.expect(row)
    except Invalid as why:
        if out["status"] != "invalid" or out["tier"] or not out["error"]:
            yield f"{out['status']} {out['tier']}, not invalid: {why}"
        return
    possible = out["possible"].split("|")
    if len(expected.tiers) == 1:
        # Where something is unknown and yet only one tier is left, a wider answer is sound too.
        certain = None not in expected.values.values()
        if out["status"] == "graded" or certain:
            if (out["status"], out["tier"], out["possible"]) != (
                "graded",
                expected.tiers[0],
                expected.tiers[0],
            ):
                yield f"{out['status']} {out['possible']}, not {expected.tiers[0]}"
        elif out["status"] != "undetermined" or expected.tiers[0] not in possible:
            yield f"{out['status']} {out['possible']}, not {expected.tiers[0]}"
    elif out["status"] != "undetermined" or out["tier"] or not set(expected.tiers) <= set(possible):
        yield f"{out['status']} {out['possible']}, not {'|'.join(expected.tiers)}"
    for name, value in expected.values.items():
        if value is None and out[name]:
            yield f"{name} {out[name]}, though it is not known"
        elif value is not None and not out[name] and None not in expected.values.values():
            yield f"{name} is empty, not {value}"
        elif value is not None and out[name] and Fraction(out[name]) != value:
            yield f"{name} {out[name]}, not {value}"
    if out["fired"] != expected.fired:
        yield f"fired {out['fired']!r}, not {expected.fired!r}"


def compare(pack: Pack, source: str, output: str) -> int:
    rows, outs = read(Path(source)), read(Path(output))
    found = [f"{len(outs)} rows of output for {len(rows)} of input"] if len(rows) != len(outs) else []
    needed = {KEY, "status", "tier", "possible", "score", "fired", "error", *pack.outputs}
    lacking = needed - set(outs[0] if outs else needed)
    if lacking:
        print(f"1 difference: the output lacks {', '.join(sorted(lacking))}")
        return 1
    for row, out in zip(rows, outs):
        found += [f"{row[KEY]}: {text}" for text in differences(pack, row, out)]
    for text in found[:20]:
        print(text)
    statuses = [out["status"] for out in outs]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in sorted(set(statuses)))
    print(f"{len(found)} differences in {len(rows)} rows ({counts})")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["make", name, count, target, *seed] if name in PACKS and len(seed) < 2:
            make(PACKS[name], int(count), target, int(seed[0]) if seed else 1)
            return 0
        case ["compare", name, source, output] if name in PACKS:
            return compare(PACKS[name], source, output)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
