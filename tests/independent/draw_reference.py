"""A slow second implementation of the draw yufang-draw/1, from a case's input to its output.

It shares nothing with the engine and takes no short cut, so that the two can be held against each
other. Usage: `python draw_reference.py CASE.json` (or the case on standard input); a case is either
the input itself or an object with `input`. A refused input prints `{"refused": why}`.
"""

import hashlib
import json
import sys
import unicodedata

PROTOCOL = "yufang-draw/1"
NO_LIMIT = 2**64 - 1


class Refused(Exception):
    """The input breaks a rule of the protocol."""


def refuse_unless(condition, why):
    if not condition:
        raise Refused(why)


# ---- SM3 (GB/T 32905), for builds of Python whose hashlib has none ----

def sm3(data):
    mask = 0xFFFFFFFF

    def rotl(x, k):
        k %= 32
        return ((x << k) | (x >> (32 - k))) & mask

    def p0(x):
        return x ^ rotl(x, 9) ^ rotl(x, 17)

    def p1(x):
        return x ^ rotl(x, 15) ^ rotl(x, 23)

    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    for at in range(0, len(padded), 64):
        w = [int.from_bytes(padded[at + 4 * j : at + 4 * j + 4], "big") for j in range(16)]
        for j in range(16, 68):
            w.append(p1(w[j - 16] ^ w[j - 9] ^ rotl(w[j - 3], 15)) ^ rotl(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            ss1 = rotl((rotl(a, 12) + e + rotl(t, j)) & mask, 7)
            ss2 = ss1 ^ rotl(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & mask & g)
            tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            d, c, b, a = c, rotl(b, 9), a, tt1
            h, g, f, e = g, rotl(f, 19), e, p0(tt2)
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)


HASHES = {"sha256": lambda data: hashlib.sha256(data).digest(), "sm3": sm3}
if "sm3" in hashlib.algorithms_available:
    HASHES["sm3"] = lambda data: hashlib.new("sm3", data).digest()


# ---- Bytes ----

def u64(n):
    return n.to_bytes(8, "big")


def lp(x):
    if isinstance(x, str):
        x = x.encode("utf-8")
    return len(x).to_bytes(4, "big") + x


def byte_list(xs):
    unique = sorted({x.encode("utf-8") for x in xs})
    return u64(len(unique)) + b"".join(lp(x) for x in unique)


def merkle(H, leaves):
    if not leaves:
        return H(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return H(b"\x01" + merkle(H, leaves[:split]) + merkle(H, leaves[split:]))


def canonical(value):
    """RFC 8785 for whole numbers, texts, lists and objects."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


# ---- Reading, strictly ----

def unique_object(pairs):
    keys = [key for key, _ in pairs]
    refuse_unless(len(set(keys)) == len(keys), "duplicate key")
    return dict(pairs)


def refuse_number(text):
    raise Refused("number that is not whole: " + text)


def read(text):
    return json.loads(text, object_pairs_hook=unique_object, parse_float=refuse_number,
                      parse_constant=refuse_number)


def check_texts(value):
    if isinstance(value, str):
        refuse_unless(unicodedata.is_normalized("NFC", value), "text not in NFC: " + value)
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Refused("lone surrogate") from None
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int):
        refuse_unless(0 <= value < 2**53, f"number out of bounds: {value}")
    elif isinstance(value, list):
        for item in value:
            check_texts(item)
    else:
        for key, item in value.items():
            check_texts(key)
            check_texts(item)


def keys(value, required, optional=()):
    refuse_unless(isinstance(value, dict), "an object is needed")
    for key in required:
        refuse_unless(key in value, "missing key " + key)
    for key in value:
        refuse_unless(key in required or key in optional, "unknown key " + key)


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool)


def text_member(value, *names):
    for name in names:
        refuse_unless(isinstance(value[name], str), name + " must be a text")


def hex_bytes(text, length, name):
    refuse_unless(isinstance(text, str) and len(text) == 2 * length
                  and all(c in "0123456789abcdef" for c in text), name + " must be hex of %d bytes" % length)
    return bytes.fromhex(text)


def check_ids(ids):
    seen, folded = set(), set()
    for name in ids:
        check_id(name)
        refuse_unless(name not in seen, "id twice: " + name)
        seen.add(name)
        fold = unicodedata.normalize("NFKC", name).upper()
        refuse_unless(fold not in folded, "ids that only look different: " + name)
        folded.add(fold)


def check_id(name):
    refuse_unless(isinstance(name, str), "an id must be a text")
    refuse_unless(1 <= len(name.encode("utf-8")) <= 255, "length of id " + name)
    for c in name:
        refuse_unless(not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"), "character in id " + name)


# ---- Steps 1 to 6 ----

def read_roster(records, salted):
    refuse_unless(isinstance(records, list), "the roster must be a list")
    required = ("id", "stratum", "group", "status", "reason") + (("salt",) if salted else ())
    for record in records:
        keys(record, required, ("size",))
        text_member(record, "stratum", "group", "status", "reason")
        record.setdefault("size", 1)
        refuse_unless(is_count(record["size"]), "size must be a whole number")
        refuse_unless(record["status"] in ("eligible", "must", "excluded"), "status " + record["status"])
        if record["status"] != "eligible":
            refuse_unless(record["reason"] != "", "a reason is needed")
    check_ids([record["id"] for record in records])


def roster_record(record):
    data = lp(record["id"]) + lp(record["stratum"]) + lp(record["group"]) + u64(record["size"])
    data += lp(record["status"]) + lp(record["reason"])
    return data + (lp(hex_bytes(record["salt"], 32, "salt")) if "salt" in record else b"")


def read_inspectors(records, salted):
    refuse_unless(isinstance(records, list), "the inspectors must be a list")
    required = ("id",) + (("salt",) if salted else ())
    for record in records:
        keys(record, required, ("capacity", "qualifications", "districts", "recusals"))
        if record.get("capacity") is None:
            record["capacity"] = NO_LIMIT
        refuse_unless(is_count(record["capacity"]), "capacity must be a whole number")
        for name in ("qualifications", "districts", "recusals"):
            texts = record.setdefault(name, [])
            refuse_unless(isinstance(texts, list) and all(isinstance(x, str) for x in texts), name)
        for recused in record["recusals"]:
            check_id(recused)
    check_ids([record["id"] for record in records])


def inspector_record(record):
    data = lp(record["id"]) + u64(record["capacity"])
    for name in ("qualifications", "districts", "recusals"):
        data += byte_list(record[name])
    return data + (lp(hex_bytes(record["salt"], 32, "salt")) if "salt" in record else b"")


def root(H, records, encode):
    ordered = sorted(records, key=lambda record: record["id"].encode("utf-8"))
    return merkle(H, [H(b"\x00" + encode(record)) for record in ordered])


def check_stratum(rule):
    keys(rule, ("stratum",), ("rate", "count", "rounding", "min", "max", "weighted", "reserves"))
    text_member(rule, "stratum")
    refuse_unless(("rate" in rule) != ("count" in rule), "exactly one of rate and count")
    if "rate" in rule:
        rate = rule["rate"]
        refuse_unless(isinstance(rate, list) and len(rate) == 2 and all(map(is_count, rate)), "rate")
        refuse_unless(rate[1] >= 1 and rate[0] <= rate[1], "rate out of bounds")
    for name in ("count", "min", "max", "reserves"):
        refuse_unless(name not in rule or is_count(rule[name]), name + " must be a whole number")
    refuse_unless(rule.get("rounding", "up") in ("up", "down", "half_up"), "rounding")
    refuse_unless(isinstance(rule.get("weighted", False), bool), "weighted")
    refuse_unless(not (rule.get("weighted") and rule.get("reserves", 0)), "reserves in a weighted stratum")


def check_plan(plan, suite):
    keys(plan, ("protocol", "name", "publisher", "period", "suite", "sequence", "previous", "salted",
                "beacon", "team", "needs", "strata"), ("joint", "opening_deadline", "bound"))
    text_member(plan, "protocol", "name", "publisher", "period", "suite", "previous")
    refuse_unless(plan["protocol"] == PROTOCOL, "protocol " + plan["protocol"])
    refuse_unless("/" not in plan["publisher"], "slash in publisher")
    refuse_unless(plan["suite"] == suite, "suite of the plan")
    refuse_unless(is_count(plan["sequence"]) and is_count(plan["team"]), "sequence and team are whole")
    if plan["previous"]:
        hex_bytes(plan["previous"], 32, "previous")
    refuse_unless(isinstance(plan["salted"], bool), "salted")
    if plan["beacon"] is not None:
        keys(plan["beacon"], ("name", "rule", "delay_seconds"))
        text_member(plan["beacon"], "name", "rule")
        refuse_unless(plan["beacon"]["name"] != "", "a beacon needs a name")
        refuse_unless(is_count(plan["beacon"]["delay_seconds"]), "delay_seconds")
    needs = plan["needs"]
    refuse_unless(isinstance(needs, dict) and all(isinstance(x, str) for x in needs.values()), "needs")
    refuse_unless(isinstance(plan["strata"], list), "strata")
    for rule in plan["strata"]:
        check_stratum(rule)
    names = [rule["stratum"] for rule in plan["strata"]]
    refuse_unless(len(set(names)) == len(names), "two rules for a stratum")
    refuse_unless("bound" not in plan or isinstance(plan["bound"], dict), "bound")
    refuse_unless(isinstance(plan.get("opening_deadline", ""), str), "opening_deadline")


class Member:
    def __init__(self, H, suite, data):
        keys(data, ("plan", "roster", "inspectors", "secret"))
        self.plan, self.roster, self.inspectors = data["plan"], data["roster"], data["inspectors"]
        check_plan(self.plan, suite)
        read_roster(self.roster, self.plan["salted"])
        read_inspectors(self.inspectors, self.plan["salted"])
        ruled = {rule["stratum"] for rule in self.plan["strata"]}
        for record in self.roster:
            refuse_unless(record["stratum"] in ruled, "no rule for stratum " + record["stratum"])
        self.publisher = self.plan["publisher"]
        self.secret = hex_bytes(data["secret"], 32, "secret")
        self.plan_digest = H(lp("yufang-draw/1 plan") + lp(canonical(self.plan)))
        self.roster_root = root(H, self.roster, roster_record)
        self.inspector_root = root(H, self.inspectors, inspector_record)
        self.commitment = H(lp("yufang-draw/1 commit") + lp(self.secret))
        self.announcement = H(
            lp("yufang-draw/1 announce") + self.plan_digest + u64(len(self.roster)) + self.roster_root
            + u64(len(self.inspectors)) + self.inspector_root + self.commitment)


# ---- Steps 7 to 13 ----

class Seed:
    def __init__(self, H, suite, members, beacon, number, randomness):
        joined = merkle(H, [H(b"\x00" + lp(m.publisher) + m.announcement) for m in members])
        data = lp("yufang-draw/1 seed") + lp(suite) + u64(len(members)) + joined
        data += lp(beacon) + u64(number) + lp(randomness) + b"".join(lp(m.secret) for m in members)
        self.H, self.value = H, H(data)

    def key(self, label):
        return self.H(lp("yufang-draw/1 ticket") + self.value + lp(label))

    def below(self, n, label):
        attempt = 0
        while True:
            data = lp("yufang-draw/1 uniform") + self.value + lp(label) + u64(attempt)
            v = int.from_bytes(self.H(data), "big")
            if v < 2**256 - 2**256 % n:
                return v % n
            attempt += 1


def sample_size(rule, eligible):
    if "count" in rule:
        wanted = rule["count"]
    else:
        num, den = rule["rate"]
        rounding = rule.get("rounding", "up")
        if rounding == "up":
            wanted = -(-eligible * num // den)
        elif rounding == "down":
            wanted = eligible * num // den
        else:
            wanted = (2 * eligible * num + den) // (2 * den)
    if "max" in rule:
        wanted = min(wanted, rule["max"])
    return min(eligible, max(rule.get("min", 0), wanted))


def draw_by_size(seed, publisher, stratum, units, n):
    """units: (ticket order, size, id). Gives the ids drawn and each one's (num, den)."""
    chance, rest = {}, list(units)
    while n > 0 and rest:
        total = sum(size for _, size, _ in rest)
        certain = [unit for unit in rest if n * unit[1] >= total]
        if not certain:
            break
        for unit in certain:
            chance[unit[2]] = (1, 1)
        rest = [unit for unit in rest if n * unit[1] < total]
        n -= len(certain)
    if n > 0 and rest:
        total = sum(size for _, size, _ in rest)
        start = seed.below(total, f"start/{publisher}/{stratum}")
        low = 0
        for _, size, name in sorted(rest):
            high = low + size
            if any(n * low <= start + k * total < n * high for k in range(n + 1)):
                chance[name] = (n * size, total)
            low = high
    return chance


def select(member, seed):
    key = seed.key("enterprise")
    order = {}
    for record in member.roster:
        ticket = seed.H(key + lp(record["id"]))
        order[record["id"]] = (int.from_bytes(ticket, "big"), record["id"].encode("utf-8"))
    must = [r["id"] for r in member.roster if r["status"] == "must"]
    strata, chance = [], {name: (1, 1) for name in must}
    for rule in member.plan["strata"]:
        eligible = [r for r in member.roster if r["status"] == "eligible" and r["stratum"] == rule["stratum"]]
        n, reserves = sample_size(rule, len(eligible)), []
        if rule.get("weighted"):
            for record in eligible:
                refuse_unless(record["size"] > 0, "size zero: " + record["id"])
            units = [(order[r["id"]], r["size"], r["id"]) for r in eligible]
            drawn_chance = draw_by_size(seed, member.publisher, rule["stratum"], units, n)
            drawn = sorted(drawn_chance, key=order.get)
        else:
            in_order = sorted((r["id"] for r in eligible), key=order.get)
            drawn, reserves = in_order[:n], in_order[n : n + rule.get("reserves", 0)]
            drawn_chance = {name: (n, len(eligible)) for name in drawn}
        chance.update(drawn_chance)
        strata.append({"stratum": rule["stratum"], "eligible": len(eligible), "drawn": drawn, "reserves": reserves})
    return sorted(must, key=order.get), strata, order, chance


# ---- Step 14 ----

class Assignment:
    """Places to fill, asked anew from nothing for every question."""

    def __init__(self, plan, inspectors, enterprises):
        self.team, self.enterprises, self.inspectors = plan["team"], enterprises, inspectors
        self.may, self.holds = {}, {}
        for e in enterprises:
            self.may[e["id"]] = [i["id"] for i in inspectors if e["id"] not in i["recusals"]
                                 and (not i["districts"] or e["group"] in i["districts"])]
            need = plan["needs"].get(e["stratum"])
            self.holds[e["id"]] = {i["id"] for i in inspectors if need is None or need in i["qualifications"]}

    def fillable(self, limit, chosen):
        """Whether all teams can be filled with the members in `chosen` kept, nobody over `limit`."""
        room = {i["id"]: min(i["capacity"], limit) for i in self.inspectors}
        seats = []  # each: the inspectors who may take it, by enterprise
        for e in self.enterprises:
            taken = chosen.get(e["id"], [])
            for i in taken:
                room[i] -= 1
            left = self.team - len(taken)
            if left == 0:
                if taken and not self.holds[e["id"]] & set(taken):
                    return False
                continue
            free = [i for i in self.may[e["id"]] if i not in taken]
            satisfied = bool(self.holds[e["id"]] & set(taken))
            for at in range(left):
                first = at == 0 and not satisfied
                seats.append((e["id"], [i for i in free if i in self.holds[e["id"]]] if first else free))
        if min(room.values(), default=0) < 0:
            return False
        # A seat, then the pair (enterprise, inspector), which takes one seat, then the inspector.
        graph = {}
        for at, (enterprise, allowed) in enumerate(seats):
            connect(graph, "source", ("seat", at), 1)
            for i in allowed:
                connect(graph, ("seat", at), ("pair", enterprise, i), 1)
                connect(graph, ("pair", enterprise, i), ("inspector", i), 1, once=True)
        for i, free_room in room.items():
            connect(graph, ("inspector", i), "sink", free_room)
        return all(push_one(graph) for _ in seats)


def connect(graph, start, end, capacity, once=False):
    if once and end in graph.get(start, {}):
        return
    graph.setdefault(start, {})[end] = capacity
    graph.setdefault(end, {}).setdefault(start, 0)


def push_one(graph):
    """One more unit from source to sink, by depth first search."""
    came_from, stack = {"source": None}, ["source"]
    while stack and "sink" not in came_from:
        node = stack.pop()
        for other, capacity in graph.get(node, {}).items():
            if capacity > 0 and other not in came_from:
                came_from[other] = node
                stack.append(other)
    if "sink" not in came_from:
        return False
    node = "sink"
    while came_from[node] is not None:
        graph[came_from[node]][node] -= 1
        graph[node][came_from[node]] += 1
        node = came_from[node]
    return True


def assign(member, seed, chosen_ids):
    if member.plan["team"] == 0 or not chosen_ids:
        return 0, {}
    by_id = {record["id"]: record for record in member.roster}
    inspectors = member.inspectors
    problem = Assignment(member.plan, inspectors, [by_id[name] for name in chosen_ids])
    limits = range(1, len(chosen_ids) + 1)
    if not problem.fillable(len(chosen_ids), {}):
        return None, None
    limit = next(x for x in limits if problem.fillable(x, {}))
    key = seed.key("inspector/" + member.publisher)
    teams = {}
    for name in chosen_ids:
        teams[name] = []
        pairs = sorted((int.from_bytes(seed.H(key + lp(name) + lp(i["id"])), "big"), i["id"].encode("utf-8"),
                        i["id"]) for i in inspectors if i["id"] in problem.may[name])
        for _, _, inspector in pairs:
            if len(teams[name]) < member.plan["team"]:
                teams[name].append(inspector)
                if not problem.fillable(limit, teams):
                    teams[name].pop()
    return limit, teams


def check_round(data, members):
    text_member(data, "beacon", "randomness")
    refuse_unless(is_count(data["round"]), "round")
    refuse_unless(len(data["randomness"]) % 2 == 0
                  and all(c in "0123456789abcdef" for c in data["randomness"]), "randomness must be hex")
    publishers = [m.publisher for m in members]
    refuse_unless(members and len(set(publishers)) == len(publishers), "publishers must differ")
    for m in members:
        refuse_unless(m.plan["beacon"] == members[0].plan["beacon"], "beacons differ")
        refuse_unless(len(members) == 1 or "joint" in m.plan, "joint is missing")
        refuse_unless(m.plan.get("joint", publishers) == publishers, "joint names others")
    beacon = members[0].plan["beacon"]
    if beacon is None:
        refuse_unless((data["beacon"], data["round"], data["randomness"]) == ("", 0, ""), "no beacon was planned")
    else:
        refuse_unless(data["beacon"] == beacon["name"] and data["randomness"], "the planned beacon is missing")


def draw(data):
    check_texts(data)
    keys(data, ("suite", "members", "beacon", "round", "randomness"))
    refuse_unless(isinstance(data["suite"], str) and data["suite"] in HASHES, "suite")
    H = HASHES[data["suite"]]
    refuse_unless(isinstance(data["members"], list), "members")
    members = sorted((Member(H, data["suite"], m) for m in data["members"]), key=lambda m: m.publisher.encode("utf-8"))
    check_round(data, members)
    seed = Seed(H, data["suite"], members, data["beacon"], data["round"], bytes.fromhex(data["randomness"]))
    out = []
    for m in members:
        must, strata, order, chance = select(m, seed)
        chosen = sorted(must + [name for s in strata for name in s["drawn"]], key=order.get)
        max_load, teams = assign(m, seed, chosen)
        out.append({
            "publisher": m.publisher, "plan_digest": m.plan_digest.hex(), "roster_root": m.roster_root.hex(),
            "inspector_root": m.inspector_root.hex(), "commitment": m.commitment.hex(),
            "announcement": m.announcement.hex(), "must": must, "strata": strata,
            "max_load": max_load, "teams": teams,
            "inclusion": {name: list(fraction) for name, fraction in chance.items()},
        })
    return {"suite": data["suite"], "seed": seed.value.hex(), "members": out}


def main():
    text = open(sys.argv[1], encoding="utf-8").read() if len(sys.argv) > 1 else sys.stdin.read()
    try:
        data = read(text)
        answer = draw(data["input"] if "input" in data else data)
    except Refused as refused:
        answer = {"refused": str(refused)}
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)
    main()
