"""What all checks of laws share: rows, exact numbers, bands."""

import csv
import re
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
Row = dict[str, str]


class Invalid(Exception):
    """The row breaks its field's type or a requirement."""


class Expected(NamedTuple):
    """What a row must come to. `values` are exact columns, None where a gap leaves them open."""

    tiers: list[str]
    values: dict[str, Fraction | None]
    fired: str = ""


def read(path: Path) -> list[Row]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fold(text: str) -> str:
    """How yufang compares texts: NFC, full width read as ASCII, outer white space gone."""
    narrow = (
        chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c == "　" else c
        for c in unicodedata.normalize("NFC", text.strip())
    )
    return "".join(narrow).strip()


def number(text: str, low: Fraction | int, high: Fraction | int, decimals: int) -> Fraction:
    text = fold(text)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise Invalid(f"{text!r} is no number")
    value = Fraction(text)
    if not low <= value <= high or (value * 10**decimals).denominator != 1:
        raise Invalid(f"{text!r} is out of range or has too many decimals")
    return value


def band(pack: str, value: Fraction) -> str:
    """The tier whose band holds the value; the law's table must name exactly one."""

    def inside(row: Row) -> bool:
        above = (
            not row["lo"]
            or value > Fraction(row["lo"])
            or row["lo_closed"] == "yes"
            and value == Fraction(row["lo"])
        )
        below = (
            not row["hi"]
            or value < Fraction(row["hi"])
            or row["hi_closed"] == "yes"
            and value == Fraction(row["hi"])
        )
        return above and below

    (tier,) = (row["tier"] for row in BANDS if row["pack"] == pack and inside(row))
    return tier


BANDS = read(HERE / "law" / "bands.csv")


def quantity(value: Fraction) -> str:
    """At most eight decimals, cut off."""
    whole, rest = divmod(value.numerator * 10**8 // value.denominator, 10**8)
    return f"{whole}.{rest:08d}".rstrip("0").rstrip(".")
