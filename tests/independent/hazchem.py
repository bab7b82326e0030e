"""应急〔2018〕19号: the score sheet for firms that produce or store hazardous chemicals."""

import random
from collections.abc import Iterator
from fractions import Fraction

from law import HERE, Expected, Invalid, Row, band, fold, number, read

HAZCHEM = read(HERE / "law" / "hazchem-2018-19.csv")
FLAGS = {"是": 1, "true": 1, "1": 1, "否": 0, "false": 0, "0": 0, "": 0}
HEAVIEST_ONLY = "1.1"


def expect(row: Row) -> Expected:
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
EDGES: list[Row] = [
    {},
    {"mhi_level_1": "1"},
    {"mhi_level_1": "1", "key_supervised_kinds": "1"},
    {"mhi_level_1": "1", "hazardous_process_kinds": "7"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "no_dual_power": "1"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "no_dual_power": "1", "key_supervised_kinds": "1"},
    {"mhi_level_1": "1", "external_distance_fail": "1", "reaction_risk_unassessed": "1", "no_auto_esd": "1"},
    {
        "mhi_level_1": "1",
        "external_distance_fail": "1",
        "reaction_risk_unassessed": "1",
        "no_auto_esd": "1",
        "key_supervised_kinds": "1",
    },
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


def rows(rng: random.Random, count: int) -> Iterator[Row]:
    keys = [line["key"] for line in HAZCHEM]
    for at in range(count):
        row = {"id": f"企业{at}"} | dict.fromkeys(keys, "")
        if at < len(EDGES):
            yield row | EDGES[at]
            continue
        share = rng.choice([0.02, 0.08, 0.2, 0.5])
        for line in HAZCHEM:
            if line["kind"] == "count":
                row[line["key"]] = (
                    str(rng.choice([1, 1, 2, 3, 7, rng.randint(0, 10000)]))
                    if rng.random() < share
                    else rng.choice(["", "0"])
                )
            elif rng.random() < (share if line["item"] != "direct_red" else 0.02):
                row[line["key"]] = rng.choice(["是", "true", "1", " 是 "])
            else:
                row[line["key"]] = rng.choice(["", "否", "false", "0"])
        if rng.random() < 0.01:
            row[rng.choice(keys)] = rng.choice(["10001", "-1", "二", "1.5"])
        yield row
