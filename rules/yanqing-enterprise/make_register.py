"""Makes a synthetic register: no enterprise in it exists. The same seed gives the same files.

Usage: python3 make_register.py CODES_FOLDER OUTPUT_FOLDER

Every credit code carries a check character that is wrong under GB 32100, so that none can belong to a
real enterprise. Gaps, coarse codes and faulty rows are sown on purpose.
"""

import csv
import random
import sys
from pathlib import Path

SEED = 20160503
ENTERPRISES = 3000
INSPECTORS = 60
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEAD = [
    "信用代码", "名称", "行业", "属地", "场所", "可能性", "后果", "距学校", "标准化", "信用", "超期隐患", "停产",
    "黑名单", "上次检查",
]
# Row number -> what is wrong with it, or unusual about it. All others are sound.
SOWN = {
    7: {"后果": "高"},
    211: {"行业": "Z9999"},
    404: {"黑名单": ""},
    808: {"超期隐患": "-2"},
    1007: {"后果": "6"},
    1313: {"属地": "110120001001"},
    1515: {"距学校": "120.55"},
    1818: {"上次检查": "2016-02-30"},
    2007: {"后果": ""},
    2222: {"上次检查": "2016-12-01"},
    # Sound, but written otherwise: digits alone, full width, a whole number with decimals.
    50: {"行业": "2614"},
    51: {"可能性": "３", "行业": "Ｃ２６１４"},
    52: {"后果": "4.0"},
    53: {"停产": "true", "黑名单": "0"},
}
MEAN_TONNES = {
    "氯": 2, "氨": 5, "甲醇": 60, "乙醇": 60, "汽油(乙醇汽油、甲醇汽油)": 40, "硝化棉": 0.2,
    "液化石油气(含丙烷、丁烷及其混合物)": 8,
}


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, head: list[str], rows: list[list[object]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def credit_code(rng: random.Random) -> str:
    """Seventeen characters and a check character that is not theirs."""
    body = "91110119" + "".join(rng.choice(LETTERS) for _ in range(9))
    total = sum(LETTERS.index(letter) * 3**at for at, letter in enumerate(body))
    right = LETTERS[-total % 31]
    return body + rng.choice([letter for letter in LETTERS if letter != right])


def day(rng: random.Random, years: str) -> str:
    return f"201{rng.choice(years)}-{rng.randint(1, 9):02d}-{rng.randint(1, 28):02d}"


def enterprise(rng: random.Random, number: int, classes: list[str], villages: list[str]) -> dict[str, object]:
    industry = rng.choice(classes)
    # One in fifty knows only its industry's division, one in fifty only its township.
    if rng.random() < 0.02:
        industry = industry[:3]
    place = rng.choice(villages)
    if rng.random() < 0.02:
        place = place[:9]
    row: dict[str, object] = {
        "信用代码": credit_code(rng),
        "名称": f"示例企业{number + 1:04d}",
        "行业": industry,
        "属地": place,
        "场所": rng.choice(["", "N11", "N11", "N11", "N1", "G11", "G12", "G21", "G22", "G31", "G32"]),
        "可能性": "" if rng.random() < 0.02 else rng.choices(range(1, 6), [25, 33, 24, 12, 6])[0],
        "后果": rng.choices(range(1, 6), [30, 30, 22, 12, 6])[0],
        "距学校": "" if rng.random() < 0.03 else round(rng.gammavariate(2, 900), 1),
        "标准化": rng.choices(["一级", "二级", "三级", "未达标", ""], [2, 8, 30, 55, 5])[0],
        "信用": rng.choices(["A", "B", "C", "D", ""], [20, 60, 12, 3, 5])[0],
        "超期隐患": min(int(rng.expovariate(0.6)), 60),
        "停产": "是" if rng.random() < 0.03 else "否",
        "黑名单": "是" if rng.random() < 0.01 else "否",
        "上次检查": "" if rng.random() < 0.3 else day(rng, "456"),
    }
    return row | SOWN.get(number, {})


def inspectors(rng: random.Random, villages: list[str], keys: list[str]) -> list[list[object]]:
    rows: list[list[object]] = []
    towns = sorted({code[:9] for code in villages})
    for number in range(INSPECTORS):
        skills = [skill for skill, share in (("危化", 0.4), ("消防", 0.3), ("特种设备", 0.2)) if rng.random() < share]
        # A district is compared whole: who serves a township names it and each village of it.
        own = rng.sample(towns, 3) if rng.random() < 0.2 else []
        districts = [code for town in own for code in [town, *(v for v in villages if v.startswith(town))]]
        recusals = rng.sample(keys, 2) if rng.random() < 0.2 else []
        capacity = 40 if rng.random() < 0.1 else ""
        rows.append([f"JC{number + 1:03d}", capacity, "|".join(skills), "|".join(districts), "|".join(recusals)])
    return rows


def main(codes: str, output: str) -> None:
    rng = random.Random(SEED)
    classes = [row["code"] for row in read(Path(codes) / "industries.csv") if len(row["code"]) == 5]
    villages = [row["code"] for row in read(Path(codes) / "yanqing.csv") if len(row["code"]) == 12]
    register, substances, accidents = [], [], []
    for number in range(ENTERPRISES):
        row = enterprise(rng, number, classes, villages)
        key = row["信用代码"]
        register.append([row[name] for name in HEAD])
        for _ in range(rng.choices([0, 1, 2, 3], [85, 9, 4, 2])[0]):
            name = rng.choice(list(MEAN_TONNES))
            substances.append([key, name, round(rng.expovariate(1 / MEAN_TONNES[name]), 3)])
        for _ in range(rng.choices([0, 1, 2], [92, 6, 2])[0]):
            accidents.append([key, day(rng, "23456"), rng.choices([0, 1, 2, 3], [85, 10, 4, 1])[0]])
    # One substance that no table knows, one accident of the future.
    substances.append([register[99][0], "绿气", 1])
    accidents.append([register[100][0], "2016-11-11", 0])
    folder = Path(output)
    write(folder / "enterprises.csv", HEAD, register)
    write(folder / "substances.csv", ["信用代码", "名称", "数量"], substances)
    write(folder / "accidents.csv", ["信用代码", "日期", "死亡"], accidents)
    keys = [row[0] for row in register]
    write(folder / "inspectors.csv", ["id", "capacity", "qualifications", "districts", "recusals"], inspectors(rng, villages, keys))


if __name__ == "__main__":
    main(*sys.argv[1:])
