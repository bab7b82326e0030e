"""GB 18218-2018: major hazard installations of hazardous chemicals."""

import json
import random
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from law import HERE, Expected, Invalid, Row, band, fold, number, quantity, read

STANDARD = HERE.parent.parent / "rules" / "gb18218-2018"
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
ALPHA = [
    (100, Fraction(2)),
    (50, Fraction(3, 2)),
    (30, Fraction(6, 5)),
    (1, Fraction(1)),
    (0, Fraction(1, 2)),
]
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


def expect(row: Row) -> Expected:
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


def edges() -> Iterator[tuple[str, list[Row]]]:
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
    for exposed, alpha in (
        ("0", "0.5"),
        ("1", "1"),
        ("29", "1"),
        ("30", "1.2"),
        ("49", "1.2"),
        ("50", "1.5"),
        ("99", "1.5"),
        ("100", "2"),
        ("10000000", "2"),
    ):
        for r in (10, 50, 100):
            q = Fraction(r) * 5 / 4 / Fraction(alpha)
            for off in (Fraction(0), Fraction(-1, 10**8), Fraction(1, 10**8)):
                yield exposed, [{"name": "氯", "q": quantity(q + off)}]
    for elements in (
        [],
        [{"q": "1"}],
        [{"name": "绿气", "class": "J1", "q": "1"}],
        [{"cas": "1-11-1", "class": "J1", "q": "1"}],
        [{"class": "J9", "q": "1"}],
        [{"name": "氯"}],
        [{"name": "氯", "q": "-1"}],
        [{"name": "氯", "q": "1.000000001"}],
        [{"name": "甲烷", "q": "60"}],
        [{"cas": "74-82-8", "class": "W2", "q": "60"}],
        [{"name": "硝化棉", "class": "W1.1", "q": "1"}],
        [{"cas": "9004-70-0", "class": "W8", "q": "0.99999999"}],
        [{"name": "氯化氢", "cas": "7647-01-0", "q": "20"}],
        [{"name": "一氧化碳", "class": "J3", "q": "60"}],
        [{"name": "甲醇", "q": "499"}],
        [{"name": "甲醇", "q": "6000"}],
    ):
        yield "60", elements
    yield "", [{"name": "氯", "q": "5"}]
    yield "60.5", [{"name": "氯", "q": "5"}]


def rows(rng: random.Random, count: int) -> Iterator[Row]:
    sown = list(edges())
    names, cas, classes = sorted(Q_BY_NAME), sorted(Q_BY_CAS), sorted(TABLE2)
    wide = str.maketrans("()%<>,", "（）％＜＞，")
    for at in range(count):
        if at < len(sown):
            exposed, elements = sown[at]
            yield {
                "id": f"单元{at}",
                "exposed": exposed,
                "substances": json.dumps(elements, ensure_ascii=False),
            }
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
