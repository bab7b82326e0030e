"""Holds the engine's draw against the slow reference on random cases, refusals among them.

`python draw_compare.py [--count N] [--seed N] COMMAND…`, where COMMAND reads one input a line and
writes one outcome a line, such as `cargo run -q -p yufang --example draw_raw`.
"""

import argparse
import copy
import json
import math
import random
import subprocess
import sys

import draw_reference

STRATA = ["红", "橙", "黄", "low", "😀", "ﾐ"]
GROUPS = ["甲镇", "乙镇", "town", ""]
SKILLS = ["危化", "特种", "x"]


def hex32(rng):
    return rng.randbytes(32).hex()


def enterprise(rng, number, salted):
    name = rng.choice(["9111%04d", "Ent-%d", "企业%d", "é%d", "p%d" + "9" * 40, "ab%d"]) % number
    status = rng.choice(["eligible"] * 8 + ["must", "excluded"])
    record = {"id": name, "stratum": rng.choice(STRATA), "group": rng.choice(GROUPS), "status": status,
              "reason": rng.choice(["停产", "r"]) if status != "eligible" else rng.choice(["", "note"])}
    if rng.random() < 0.8:
        record["size"] = rng.choice([1, 2, 3, 50, 1000, rng.randint(1, 2**53 - 1)])
    if salted:
        record["salt"] = hex32(rng)
    return record


def inspector(rng, number, salted, ids):
    record = {"id": rng.choice(["执法%d", "I%d", "é%d"]) % number}
    if rng.random() < 0.5:
        record["capacity"] = rng.choice([None, 0, 1, 2, 3, 9])
    for key, pool in (("qualifications", SKILLS), ("districts", GROUPS)):
        if rng.random() < 0.6:
            record[key] = rng.choices(pool, k=rng.randint(0, 3))
    if rng.random() < 0.6:
        record["recusals"] = rng.choices(ids + ["unknown"], k=rng.randint(0, 4))
    if salted:
        record["salt"] = hex32(rng)
    return record


def stratum_rule(rng, name):
    rule = {"stratum": name}
    if rng.random() < 0.7:
        den = rng.choice([1, 2, 3, 7, 100])
        rule["rate"] = [rng.randint(0, den), den]
    else:
        rule["count"] = rng.randint(0, 6)
    for key, values in (("rounding", ["up", "down", "half_up"]), ("min", [0, 1, 2]), ("max", [0, 1, 3])):
        if rng.random() < 0.3:
            rule[key] = rng.choice(values)
    if rng.random() < 0.35:
        rule["weighted"] = rng.random() < 0.8
    if not rule.get("weighted") and rng.random() < 0.4:
        rule["reserves"] = rng.randint(0, 3)
    return rule


def member(rng, suite, publisher, publishers, beacon):
    salted = rng.random() < 0.3
    roster = [enterprise(rng, n, salted) for n in range(rng.choice([0, 1, 5, 12, 24]))]
    ids = [record["id"] for record in roster]
    inspectors = [inspector(rng, n, salted, ids) for n in range(rng.choice([0, 2, 4, 7]))]
    strata = [stratum_rule(rng, name) for name in STRATA]
    rng.shuffle(strata)
    plan = {
        "protocol": "yufang-draw/1", "name": 'n"\\\n/é', "publisher": publisher, "period": "2026-Q4",
        "suite": suite, "sequence": rng.randint(0, 9), "previous": rng.choice(["", hex32(rng)]),
        "salted": salted, "beacon": beacon, "team": rng.choice([0, 1, 1, 2, 2, 3]),
        "needs": {name: rng.choice(SKILLS) for name in STRATA if rng.random() < 0.25}, "strata": strata,
    }
    if len(publishers) > 1 or rng.random() < 0.2:
        plan["joint"] = publishers
    if rng.random() < 0.3:
        plan["bound"] = {"😀": [True, None, 3], "ﾐ": {}, "a": "\t\u007f"}
    if rng.random() < 0.2:
        plan["opening_deadline"] = "2026-12-31"
    return {"plan": plan, "roster": roster, "inspectors": inspectors, "secret": hex32(rng)}


def valid_case(rng):
    suite = rng.choice(["sha256", "sm3"])
    named = rng.random() < 0.6
    beacon = {"name": "drand:x", "rule": "r", "delay_seconds": 60} if named else None
    publishers = sorted(rng.sample(["甲局", "乙局", "C"], rng.choice([1, 1, 1, 2, 3])), key=str.encode)
    members = [member(rng, suite, name, publishers, beacon) for name in publishers]
    rng.shuffle(members)
    return {"suite": suite, "members": members, "beacon": "drand:x" if named else "",
            "round": rng.randint(1, 9**9) if named else 0, "randomness": hex32(rng) if named else ""}


def pick_list(rng, case, name):
    lists = [m[name] for m in case["members"] if m[name]]
    return rng.choice(lists) if lists else None


def change_record(rng, case, key, value, name="roster"):
    records = pick_list(rng, case, name)
    if records:
        rng.choice(records)[key] = value


def double(rng, case, change):
    records = pick_list(rng, case, "roster")
    if records:
        record = copy.deepcopy(records[0])
        record["id"] = change(record["id"])
        records.append(record)


def plan_of(rng, case):
    return rng.choice(case["members"])["plan"]


def rule_of(rng, case):
    return rng.choice(plan_of(rng, case)["strata"])


SPOILERS = [
    lambda r, c: change_record(r, c, "id", "A 1"),
    lambda r, c: change_record(r, c, "id", ""),
    lambda r, c: change_record(r, c, "id", "x\u200b"),
    lambda r, c: change_record(r, c, "id", "e\u0301"),
    lambda r, c: change_record(r, c, "id", "啊" * 86),
    lambda r, c: change_record(r, c, "size", 2**53),
    lambda r, c: change_record(r, c, "size", 0),
    lambda r, c: change_record(r, c, "size", 1.5),
    lambda r, c: change_record(r, c, "size", None),
    lambda r, c: change_record(r, c, "status", "maybe"),
    lambda r, c: change_record(r, c, "salt", "00"),
    lambda r, c: change_record(r, c, "extra", 1),
    lambda r, c: change_record(r, c, "group", "e\u0301"),
    lambda r, c: change_record(r, c, "stratum", "no rule"),
    lambda r, c: change_record(r, c, "capacity", -1, "inspectors"),
    lambda r, c: change_record(r, c, "recusals", ["a b"], "inspectors"),
    lambda r, c: change_record(r, c, "districts", None, "inspectors"),
    lambda r, c: double(r, c, lambda name: name),
    lambda r, c: double(r, c, lambda name: "".join(chr(ord(x) + 0xFEE0) if "!" <= x <= "~" else x for x in name)),
    lambda r, c: double(r, c, str.upper),
    lambda r, c: plan_of(r, c).update(protocol="yufang-draw/2"),
    lambda r, c: plan_of(r, c).update(publisher="a/b"),
    lambda r, c: plan_of(r, c).update(previous="xyz"),
    lambda r, c: plan_of(r, c).update(joint=["nobody"]),
    lambda r, c: plan_of(r, c).update(team=None),
    lambda r, c: plan_of(r, c).update(note="x"),
    lambda r, c: plan_of(r, c).pop("beacon"),
    lambda r, c: plan_of(r, c).update(beacon=None),
    lambda r, c: plan_of(r, c).update(suite="md5"),
    lambda r, c: plan_of(r, c)["strata"].pop(),
    lambda r, c: plan_of(r, c)["strata"].append({"stratum": "红", "count": 1}),
    lambda r, c: rule_of(r, c).update(rate=[2, 1]),
    lambda r, c: rule_of(r, c).update(rate=[0, 0]),
    lambda r, c: rule_of(r, c).update(min=None),
    lambda r, c: rule_of(r, c).update(weighted=True, reserves=1),
    lambda r, c: rule_of(r, c).update(rounding="even"),
    lambda r, c: rule_of(r, c).update(weighted=1),
    lambda r, c: c.update(randomness="0G"),
    lambda r, c: c.update(randomness=""),
    lambda r, c: c.update(beacon="other"),
    lambda r, c: c.update(round=2**53),
    lambda r, c: c.update(members=[]),
    lambda r, c: c["members"].append(copy.deepcopy(c["members"][0])),
    lambda r, c: r.choice(c["members"]).update(secret="AA" * 32),
    lambda r, c: r.choice(c["members"]).update(secret="aa" * 31),
]


def expected_of(text):
    try:
        return draw_reference.draw(draw_reference.read(text))
    except draw_reference.Refused as refused:
        return {"refused": str(refused)}


def lowest_terms(expected):
    for m in expected.get("members", []):
        for name, (num, den) in m["inclusion"].items():
            common = math.gcd(num, den)
            m["inclusion"][name] = f"{num // common}/{den // common}" if den != common else str(num // common)


def agrees(expected, found):
    if "refused" in expected or "refused" in found:
        return ("refused" in expected) == ("refused" in found)
    lowest_terms(expected)
    for m in found["members"]:
        if (m["teams"] is None) != ("infeasible" in m):
            return False
        m.pop("infeasible", None)
    return expected == found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = []
    for number in range(options.count):
        case = valid_case(rng)
        if number % 3 == 2:
            SPOILERS[number // 3 % len(SPOILERS)](rng, case)
        text = json.dumps(case, ensure_ascii=False)
        if number % 50 == 49:
            text = text[:-1] + ', "suite": "sm3"}'
        texts.append(text)
    run = subprocess.run(options.command, input="\n".join(texts), text=True, capture_output=True, check=True)
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    if len(outcomes) != len(texts):
        sys.exit(f"{len(texts)} inputs gave {len(outcomes)} outcomes")
    refused = unfilled = 0
    for number, (text, found) in enumerate(zip(texts, outcomes)):
        expected = expected_of(text)
        refused += "refused" in expected
        unfilled += any(m["teams"] is None for m in expected.get("members", []))
        if not agrees(copy.deepcopy(expected), copy.deepcopy(found)):
            print(text)
            sys.exit(f"case {number}: expected {expected}\nfound {found}")
    print(f"{len(texts)} cases agree; {refused} were refused, {unfilled} had no teams")


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)
    main()
