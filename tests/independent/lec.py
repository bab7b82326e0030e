"""LEC: danger of working conditions."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from law import HERE, Expected, Invalid, Row, band, number, read

LEC: dict[str, list[str]] = {}
for line in read(HERE / "law" / "lec.csv"):
    LEC.setdefault(line["axis"], []).append(line["value"])


def expect(row: Row) -> Expected:
    d = Fraction(1)
    for axis, listed in LEC.items():
        value = number(row[axis], 0, 100, 6)
        if value not in map(Fraction, listed):
            raise Invalid(f"{axis} {value} is not listed")
        d *= value
    return Expected([band("lec", d)], {"D": d, "score": d})


def rows(rng: random.Random, count: int) -> Iterator[Row]:
    every = list(product(*LEC.values()))
    for at in range(count):
        # First each combination once, then again in other spellings, a fault now and then.
        values = dict(zip(LEC, every[at] if at < len(every) else rng.choice(every)))
        if at >= len(every):
            axis = rng.choice(list(values))
            faulty = rng.random() < 0.05
            values[axis] = rng.choice(
                ["", "5", "16", "高"] if faulty else [f"{float(values[axis]):.2f}", " " + values[axis]]
            )
        yield {"id": f"作业{at}"} | values
