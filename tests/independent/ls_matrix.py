"""Published matrices of likelihood and severity."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from law import HERE, Expected, Invalid, Row, fold, number, quantity, read

MATRICES: dict[str, list[Row]] = {}
for line in read(HERE / "law" / "ls-matrix.csv"):
    MATRICES.setdefault(line["matrix"], []).append(line)
CONTINUOUS = "highway_waterway_LC"


def expect(row: Row) -> Expected:
    name = fold(row["matrix"])
    if name not in MATRICES:
        raise Invalid(f"no matrix {name!r}")
    bands = MATRICES[name]
    likelihood = number(row["likelihood"], 0, 10, 6)
    severity = number(row["severity"], 1, 10, 0)
    if name == CONTINUOUS:
        fits = likelihood > 0 and str(severity) in bands[0]["severity"].split("|")
    else:
        whole = likelihood.denominator == 1 and likelihood >= 1
        fits = whole and likelihood <= int(bands[0]["likelihood"]) and severity <= int(bands[0]["severity"])
    if not fits:
        raise Invalid(f"({likelihood}, {severity}) is outside of {name}")
    r = likelihood * severity
    # The published bands of whole products are closed at both ends; those of the continuous one open below.
    inside = [
        b["tier"]
        for b in bands
        if r <= Fraction(b["hi"]) and (r > Fraction(b["lo"]) or name != CONTINUOUS and r == Fraction(b["lo"]))
    ]
    (tier,) = inside
    return Expected([tier], {"R": r})


def rows(rng: random.Random, count: int) -> Iterator[Row]:
    every = [(m, str(x), str(s)) for m in MATRICES if m != CONTINUOUS for x, s in product(range(8), range(8))]
    for s in ("1", "2", "5", "10", "3"):
        for edge in (5, 20, 55):
            for off in (Fraction(0), Fraction(-1, 10**6), Fraction(1, 10**6)):
                every.append((CONTINUOUS, quantity(Fraction(edge) / Fraction(s) + off), s))
    for at in range(count):
        if at < len(every):
            matrix, likelihood, severity = every[at]
        else:
            matrix = rng.choice([*MATRICES, CONTINUOUS])
            likelihood = (
                quantity(Fraction(rng.randint(0, 10**7), 10**6))
                if matrix == CONTINUOUS
                else rng.choice(["1", "2", "3.0", "4", "5", "6", "2.5", ""])
            )
            severity = rng.choice(
                ["1", "2", "5", "10"] if matrix == CONTINUOUS else ["1", "2", "3", "4", "5", "6", "7", ""]
            )
        yield {"id": f"风险点{at}", "matrix": matrix, "likelihood": likelihood, "severity": severity}
