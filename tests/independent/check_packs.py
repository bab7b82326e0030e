"""Holds four packs against the tables of their laws, without yufang: exact fractions, row by row.

    check_packs.py make PACK N OUT.csv [SEED]    random rows for a pack, edges among them
    check_packs.py compare PACK IN.csv OUT.csv   what `yufang grade` made of them; exit 1 if it differs

PACK is hazchem-2018-19, gb18218-2018, lec or ls-matrix. Nothing here reads a rule file: points, caps, bands and
listed values stand in law/*.csv, thresholds and correction factors in the standard's tables as printed.
"""

import csv
import json
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
STANDARD = HERE.parent.parent / "rules" / "gb18218-2018"
Row = dict[str, str]


class Invalid(Exception):
    """The row breaks its field's type or a requirement."""


class Expected(NamedTuple):
    """What a row must come to. `values` are exact columns, None where a gap leaves them open."""

    tiers: list[str]
    values: dict[str, Fraction | None]
    fired: str = ""


class Pack(NamedTuple):
    key: str
    outputs: list[str]
    rows: Callable[[random.Random, int], Iterator[Row]]
    expect: Callable[[Row], Expected]


def read(path: Path) -> list[Row]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fold(text: str) -> str:
    """How yufang compares texts: NFC, full width read as ASCII, outer white space gone."""
    narrow = (chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c == "　" else c
              for c in unicodedata.normalize("NFC", text.strip()))
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
        above = not row["lo"] or value > Fraction(row["lo"]) or row["lo_closed"] == "yes" and value == Fraction(row["lo"])
        below = not row["hi"] or value < Fraction(row["hi"]) or row["hi_closed"] == "yes" and value == Fraction(row["hi"])
        return above and below

    (tier,) = (row["tier"] for row in BANDS if row["pack"] == pack and inside(row))
    return tier


BANDS = read(HERE / "law" / "bands.csv")


# ---- 应急〔2018〕19号 -----------------------------------------------------------------------------

HAZCHEM = read(HERE / "law" / "hazchem-2018-19.csv")
FLAGS = {"是": 1, "true": 1, "1": 1, "否": 0, "false": 0, "0": 0, "": 0}
HEAVIEST_ONLY = "1.1"


def hazchem_expect(row: Row) -> Expected:
    deductions: dict[str, list[Fraction]] = {}
    caps: dict[str, Fraction] = {}
    score, red = Fraction(100), False
    for line in HAZCHEM:
        cell = fold(row.get(line["key"], ""))
        if line["kind"] == "flag":
            if cell not in FLAGS:
                raise Invalid(f"{cell!r} is no flag")
            count = Fraction(FLAGS[cell])
        else:
            count = number(cell, 0, 10000, 0) if cell else Fraction(0)
        if line["item"] == "direct_red":
            red = red or count > 0
            continue
        points = Fraction(line["points"]) * count
        caps[line["item"]] = Fraction(line["cap"])
        if points > 0:
            score += points
        else:
            deductions.setdefault(line["item"], []).append(-points)
    for item, losses in deductions.items():
        score -= min(caps[item], max(losses) if item == HEAVIEST_ONLY else sum(losses))
    tier = "红" if red else band("hazchem-2018-19", score)
    return Expected([tier], {"score": score}, "直接判红" if red else "")


# Rows at the edges of the bands, from both sides; 59.9 is where a binary float goes wrong.
HAZCHEM_EDGES: list[Row] = [
    {},
    {"mhi_level_1": "1"},
    {"mhi_level_1": "1", "key_supervised_kinds": "1"},
    {"mhi_level_1": "1", "hazardous_process_kinds": "7"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "no_dual_power": "1"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "no_dual_power": "1", "key_supervised_kinds": "1"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "reaction_risk_unassessed": "1", "no_auto_esd": "1"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "reaction_risk_unassessed": "1", "no_auto_esd": "1",
     "key_supervised_kinds": "1"},
    {"mhi_level_1": "是", "mhi_level_4": "是", "std_level_1": "true"},
    {"no_formal_design": "是", "std_level_1": "是"},
    {"class_B_places": "10", "class_A_places": "0"},
    {"class_B_places": "9", "fire_adjacent": "否"},
    {"explosives_kinds": "10000", "key_supervised_kinds": "10000"},
    {"explosives_kinds": "10001"},
    {"explosives_kinds": "-1"},
    {"explosives_kinds": "1.5"},
    {"explosives_kinds": "3.0"},
    {"outside_park": "也许"},
    {line["key"]: "1" for line in HAZCHEM if line["points"].startswith("-") and line["kind"] == "flag"}
    | {line["key"]: "99" for line in HAZCHEM if line["points"].startswith("-") and line["kind"] == "count"},
    {line["key"]: "1" for line in HAZCHEM if line["points"] and not line["points"].startswith("-")},
]


def hazchem_rows(rng: random.Random, count: int) -> Iterator[Row]:
    keys = [line["key"] for line in HAZCHEM]
    for at in range(count):
        row = {"id": f"企业{at}"} | dict.fromkeys(keys, "")
        if at < len(HAZCHEM_EDGES):
            yield row | HAZCHEM_EDGES[at]
            continue
        share = rng.choice([0.02, 0.08, 0.2, 0.5])
        for line in HAZCHEM:
            if line["kind"] == "count":
                row[line["key"]] = str(rng.choice([1, 1, 2, 3, 7, rng.randint(0, 10000)])) if rng.random() < share else rng.choice(["", "0"])
            elif rng.random() < (share if line["item"] != "direct_red" else 0.02):
                row[line["key"]] = rng.choice(["是", "true", "1", " 是 "])
            else:
                row[line["key"]] = rng.choice(["", "否", "false", "0"])
        if rng.random() < 0.01:
            row[rng.choice(keys)] = rng.choice(["10001", "-1", "二", "1.5"])
        yield row


# ---- GB 18218-2018 -------------------------------------------------------------------------------

TABLE1 = read(STANDARD / "standard_table1.csv")
TABLE2 = {row["symbol"]: row for row in read(STANDARD / "table2.csv")}
TABLE3 = read(STANDARD / "standard_table3.csv")


def entry_names(entry: Row) -> list[str]:
    return [fold(entry["name"]), *(fold(alias) for alias in entry["alias"].split(";") if alias)]


def entry_cas(entry: Row) -> list[str]:
    return re.findall(r"[0-9]+-[0-9]{2}-[0-9]", entry["cas"])


def lowest(pairs: Iterable[tuple[str, str]]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for key, value in pairs:
        found[key] = min(found.get(key, Fraction(value)), Fraction(value))
    return found


Q_BY_NAME = lowest((name, entry["Q_t"]) for entry in TABLE1 for name in entry_names(entry))
Q_BY_CAS = lowest((cas, entry["Q_t"]) for entry in TABLE1 for cas in entry_cas(entry))
BETA_BY_NAME: dict[str, Fraction] = {}
BETA_BY_CAS: dict[str, Fraction] = {}
for gas in TABLE3:
    BETA_BY_NAME[fold(gas["name"])] = Fraction(gas["beta"])
    for entry in TABLE1:
        if entry["no"] == gas["table1_no"]:
            BETA_BY_NAME |= dict.fromkeys(entry_names(entry), Fraction(gas["beta"]))
            BETA_BY_CAS |= dict.fromkeys(entry_cas(entry), Fraction(gas["beta"]))
ALPHA = [(100, Fraction(2)), (50, Fraction(3, 2)), (30, Fraction(6, 5)), (1, Fraction(1)), (0, Fraction(1, 2))]
MOST_SUBSTANCES = 500


class Part(NamedTuple):
    """One substance: its amount, and its threshold and factor where they are known."""

    q: Fraction
    threshold: Fraction | None
    beta: Fraction | None


def part(element: dict[str, object]) -> Part:
    text = {key: fold(str(element.get(key) or "")) for key in ("name", "cas", "class")}
    if element.get("q") in (None, ""):
        raise Invalid("no amount")
    q = number(str(element["q"]), 0, 10_000_000, 8)
    if not any(text.values()):
        raise Invalid("neither name nor CAS number nor class")
    known = {"name": Q_BY_NAME | BETA_BY_NAME, "cas": Q_BY_CAS | BETA_BY_CAS, "class": TABLE2}
    for key, table in known.items():
        if text[key] and text[key] not in table:
            raise Invalid(f"{key} {text[key]!r} is in no table")
    by_class = TABLE2.get(text["class"])
    threshold = Q_BY_NAME.get(text["name"]) or Q_BY_CAS.get(text["cas"])
    beta = BETA_BY_NAME.get(text["name"]) or BETA_BY_CAS.get(text["cas"])
    if by_class:
        threshold = threshold or Fraction(by_class["Q_t"])
        beta = beta or Fraction(by_class["beta_table4"])
    return Part(q, threshold, beta)


LEVELS = ["不构成", "四级", "三级", "二级", "一级"]


def gb18218_expect(row: Row) -> Expected:
    if not row["exposed"]:
        raise Invalid("exposed is missing")
    exposed = number(row["exposed"], 0, 10_000_000, 0)
    elements = json.loads(row["substances"], parse_float=str, parse_int=str) if row["substances"] else []
    if not 1 <= len(elements) <= MOST_SUBSTANCES:
        raise Invalid("no substance, or too many")
    parts = [part(element) for element in elements]
    alpha = next(value for least, value in ALPHA if exposed >= least)
    # A threshold that is not known is what one of the classes of table 2 would give: each is tried.
    # A factor that is not known leaves R unknown, and with S >= 1 every level possible.
    thresholds = {Fraction(entry["Q_t"]) for entry in TABLE2.values()}
    sums: set[tuple[Fraction, Fraction]] = {(Fraction(0), Fraction(0))}
    for own in parts:
        terms = [own.q / threshold for threshold in ({own.threshold} if own.threshold else thresholds)]
        sums = {(s + term, r + (own.beta or 0) * term) for s, r in sums for term in terms}
    known = all(own.beta for own in parts)
    tiers: set[str] = set()
    for s, r in sums:
        tiers |= {"不构成"} if s < 1 else {band("gb18218-2018", alpha * r)} if known else set(LEVELS[1:])
    exact_s = {s for s, _ in sums}
    exact_r = {alpha * r for _, r in sums}
    s = exact_s.pop() if len(exact_s) == 1 else None
    r = exact_r.pop() if known and len(exact_r) == 1 else None
    return Expected([tier for tier in LEVELS if tier in tiers], {"S": s, "R": r, "score": r})


def quantity(value: Fraction) -> str:
    """At most eight decimals, cut off."""
    whole, rest = divmod(value.numerator * 10**8 // value.denominator, 10**8)
    return f"{whole}.{rest:08d}".rstrip("0").rstrip(".")


def gb18218_edges() -> Iterator[tuple[str, list[Row]]]:
    petrol = {"name": "汽油(乙醇汽油、甲醇汽油)", "class": "W5.2"}
    methanol = {"name": "甲醇", "class": "W5.2"}
    yield "20", [petrol | {"q": "120"}, methanol | {"q": "200"}]
    yield "20", [petrol | {"q": "120"}, methanol | {"q": "199.99999999"}]
    yield "0", [petrol | {"q": "200"}]
    yield "500", [petrol | {"q": "199.9"}]
    yield "100", [{"name": "碳酰氯", "q": "1.5"}]
    yield "100", [{"cas": "75-44-5", "q": "0.1"}, {"name": "光气", "q": "0.2"}]
    yield "49", [{"name": "液化石油气（含丙烷、丁烷及其混合物）", "class": "W2", "q": "500"}]
    yield "100", [{"name": "氨", "q": "28.12272694"}]
    for exposed, alpha in (("0", "0.5"), ("1", "1"), ("29", "1"), ("30", "1.2"), ("49", "1.2"), ("50", "1.5"), ("99", "1.5"), ("100", "2"), ("10000000", "2")):
        for r in (10, 50, 100):
            q = Fraction(r) * 5 / 4 / Fraction(alpha)
            for off in (Fraction(0), Fraction(-1, 10**8), Fraction(1, 10**8)):
                yield exposed, [{"name": "氯", "q": quantity(q + off)}]
    for elements in ([], [{"q": "1"}], [{"name": "绿气", "class": "J1", "q": "1"}], [{"cas": "1-11-1", "class": "J1", "q": "1"}],
                     [{"class": "J9", "q": "1"}], [{"name": "氯"}], [{"name": "氯", "q": "-1"}], [{"name": "氯", "q": "1.000000001"}],
                     [{"name": "甲烷", "q": "60"}], [{"cas": "74-82-8", "class": "W2", "q": "60"}], [{"name": "硝化棉", "class": "W1.1", "q": "1"}],
                     [{"cas": "9004-70-0", "class": "W8", "q": "0.99999999"}], [{"name": "氯化氢", "cas": "7647-01-0", "q": "20"}],
                     [{"name": "一氧化碳", "class": "J3", "q": "60"}], [{"name": "甲醇", "q": "499"}], [{"name": "甲醇", "q": "6000"}]):
        yield "60", elements
    yield "", [{"name": "氯", "q": "5"}]
    yield "60.5", [{"name": "氯", "q": "5"}]


def gb18218_rows(rng: random.Random, count: int) -> Iterator[Row]:
    edges = list(gb18218_edges())
    names, cas, classes = sorted(Q_BY_NAME), sorted(Q_BY_CAS), sorted(TABLE2)
    wide = str.maketrans("()%<>,", "（）％＜＞，")
    for at in range(count):
        if at < len(edges):
            exposed, elements = edges[at]
            yield {"id": f"单元{at}", "exposed": exposed, "substances": json.dumps(elements, ensure_ascii=False)}
            continue
        exposed = str(rng.choice([0, 1, 29, 30, 49, 50, 99, 100, rng.randint(0, 200), rng.randint(0, 10**7)]))
        elements = []
        for _ in range(rng.choice([1, 1, 2, 3, 5])):
            element: Row = {}
            if rng.random() < 0.6:
                name = rng.choice(names)
                element["name"] = rng.choice([name, name, name.translate(wide), f" {name} "])
            if rng.random() < 0.4:
                element["cas"] = rng.choice(cas)
            if rng.random() < 0.9 or not element:
                element["class"] = rng.choice(classes)
            if rng.random() < 0.01:
                element[rng.choice(["name", "cas", "class"])] = rng.choice(["不存在", "0-00-0"])
            scale = rng.choice(["0.01", "0.5", "5", "60"])
            q = quantity(Fraction(scale) * rng.randint(0, 10**6) / 10**5)
            elements.append(element | {"q": q})
        cell = json.dumps(elements, ensure_ascii=False)
        if rng.random() < 0.5:
            cell = re.sub(r'"q": "([^"]*)"', r'"q": \1', cell)
        yield {"id": f"单元{at}", "exposed": exposed, "substances": cell}


# ---- LEC -----------------------------------------------------------------------------------------

LEC: dict[str, list[str]] = {}
for line in read(HERE / "law" / "lec.csv"):
    LEC.setdefault(line["axis"], []).append(line["value"])


def lec_expect(row: Row) -> Expected:
    d = Fraction(1)
    for axis, listed in LEC.items():
        value = number(row[axis], 0, 100, 6)
        if value not in map(Fraction, listed):
            raise Invalid(f"{axis} {value} is not listed")
        d *= value
    return Expected([band("lec", d)], {"D": d, "score": d})


def lec_rows(rng: random.Random, count: int) -> Iterator[Row]:
    every = list(product(*LEC.values()))
    for at in range(count):
        # First each combination once, then again in other spellings, a fault now and then.
        values = dict(zip(LEC, every[at] if at < len(every) else rng.choice(every)))
        if at >= len(every):
            axis = rng.choice(list(values))
            faulty = rng.random() < 0.05
            values[axis] = rng.choice(["", "5", "16", "高"] if faulty else [f"{float(values[axis]):.2f}", " " + values[axis]])
        yield {"id": f"作业{at}"} | values


# ---- LS matrices ---------------------------------------------------------------------------------

MATRICES: dict[str, list[Row]] = {}
for line in read(HERE / "law" / "ls-matrix.csv"):
    MATRICES.setdefault(line["matrix"], []).append(line)
CONTINUOUS = "highway_waterway_LC"


def ls_expect(row: Row) -> Expected:
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
    inside = [b["tier"] for b in bands if r <= Fraction(b["hi"]) and
              (r > Fraction(b["lo"]) or name != CONTINUOUS and r == Fraction(b["lo"]))]
    (tier,) = inside
    return Expected([tier], {"R": r})


def ls_rows(rng: random.Random, count: int) -> Iterator[Row]:
    every = [(m, str(l), str(s)) for m in MATRICES if m != CONTINUOUS for l, s in product(range(8), range(8))]
    for s in ("1", "2", "5", "10", "3"):
        for edge in (5, 20, 55):
            for off in (Fraction(0), Fraction(-1, 10**6), Fraction(1, 10**6)):
                every.append((CONTINUOUS, quantity(Fraction(edge) / Fraction(s) + off), s))
    for at in range(count):
        if at < len(every):
            matrix, likelihood, severity = every[at]
        else:
            matrix = rng.choice([*MATRICES, CONTINUOUS])
            likelihood = quantity(Fraction(rng.randint(0, 10**7), 10**6)) if matrix == CONTINUOUS else rng.choice(["1", "2", "3.0", "4", "5", "6", "2.5", ""])
            severity = rng.choice(["1", "2", "5", "10"] if matrix == CONTINUOUS else ["1", "2", "3", "4", "5", "6", "7", ""])
        yield {"id": f"风险点{at}", "matrix": matrix, "likelihood": likelihood, "severity": severity}


# ---- Make and compare ----------------------------------------------------------------------------

PACKS = {
    "hazchem-2018-19": Pack("id", [], hazchem_rows, hazchem_expect),
    "gb18218-2018": Pack("id", ["S", "R"], gb18218_rows, gb18218_expect),
    "lec": Pack("id", ["D"], lec_rows, lec_expect),
    "ls-matrix": Pack("id", ["R"], ls_rows, ls_expect),
}


def make(pack: Pack, count: int, target: str, seed: int) -> None:
    rows = list(pack.rows(random.Random(seed), count))
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def differences(pack: Pack, row: Row, out: Row) -> Iterator[str]:
    """What is wrong with one row of output."""
    if out[pack.key] != row[pack.key].strip():
        yield f"key {out[pack.key]!r}, not {row[pack.key]!r}"
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
            if (out["status"], out["tier"], out["possible"]) != ("graded", expected.tiers[0], expected.tiers[0]):
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
    needed = {pack.key, "status", "tier", "possible", "score", "fired", "error", *pack.outputs}
    lacking = needed - set(outs[0] if outs else needed)
    if lacking:
        print(f"1 difference: the output lacks {', '.join(sorted(lacking))}")
        return 1
    for row, out in zip(rows, outs):
        found += [f"{row[pack.key]}: {text}" for text in differences(pack, row, out)]
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
