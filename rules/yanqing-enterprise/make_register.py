"""Makes a synthetic register: no enterprise in it exists. The same seed gives the same files.

Usage: python3 make_register.py CODES_FOLDER OUTPUT_FOLDER
"""

import csv
import random
import sys
from pathlib import Path

SEED = 20160503
ENTERPRISES = 3000
INSPECTORS = 60
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, head: list[str], rows: list[list[object]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def main(codes: str, output: str) -> None:
    rng = random.Random(SEED)
    industries = [row["code"] for row in read(Path(codes) / "industries.csv")]
    classes = [code for code in industries if len(code) == 5]
    places = [row["code"] for row in read(Path(codes) / "yanqing.csv")]
    villages = [code for code in places if len(code) == 12]
    enterprises, substances, accidents = [], [], []
    for number in range(ENTERPRISES):
        key = "91110119" + "".join(rng.choice(LETTERS) for _ in range(9)) + rng.choice(LETTERS)
        # One in fifty knows only its industry's division; one in fifty has not told its likelihood.
        industry = rng.choice(classes)
        if rng.random() < 0.02:
            industry = industry[:3]
        likelihood = "" if rng.random() < 0.02 else rng.choices(range(1, 6), [25, 33, 24, 12, 6])[0]
        consequence: object = rng.choices(range(1, 6), [30, 30, 22, 12, 6])[0]
        if number % 1000 == 7:
            consequence = "高"
        distance = "" if rng.random() < 0.03 else round(rng.gammavariate(2, 900), 1)
        inspected = "" if rng.random() < 0.3 else f"201{rng.choice('456')}-{rng.randint(1, 9):02d}-{rng.randint(1, 28):02d}"
        enterprises.append([
            key, f"示例企业{number + 1:04d}", industry, rng.choice(villages),
            rng.choice(["", "N11", "N11", "G11", "G21", "G31"]), likelihood, consequence, distance,
            rng.choices(["一级", "二级", "三级", "未达标"], [2, 8, 30, 60])[0],
            rng.choices("ABCD", [20, 65, 12, 3])[0], min(int(rng.expovariate(0.6)), 60),
            "是" if rng.random() < 0.03 else "否", "是" if rng.random() < 0.01 else "否", inspected,
        ])
        for _ in range(rng.choices([0, 1, 2, 3], [85, 9, 4, 2])[0]):
            substance = rng.choice(["氯", "氨", "甲醇", "乙醇", "液化石油气(含丙烷、丁烷及其混合物)"])
            substances.append([key, substance, round(rng.expovariate(0.2), 3)])
        for _ in range(rng.choices([0, 1, 2], [92, 6, 2])[0]):
            day = f"201{rng.choice('23456')}-{rng.randint(1, 9):02d}-{rng.randint(1, 28):02d}"
            accidents.append([key, day, rng.choices([0, 1, 2, 3], [85, 10, 4, 1])[0]])
    inspectors = []
    towns = sorted({code[:9] for code in villages})
    for number in range(INSPECTORS):
        skills = [skill for skill, share in (("危化", 0.4), ("消防", 0.3), ("特种设备", 0.2)) if rng.random() < share]
        districts = rng.sample(towns, 6) if rng.random() < 0.3 else []
        inspectors.append([f"JC{number + 1:03d}", "", "|".join(skills), "|".join(districts), ""])
    folder = Path(output)
    write(folder / "enterprises.csv", [
        "信用代码", "名称", "行业", "属地", "场所", "可能性", "后果", "距学校", "标准化", "信用", "超期隐患", "停产",
        "黑名单", "上次检查",
    ], enterprises)
    write(folder / "substances.csv", ["信用代码", "名称", "数量"], substances)
    write(folder / "accidents.csv", ["信用代码", "日期", "死亡"], accidents)
    write(folder / "inspectors.csv", ["id", "capacity", "qualifications", "districts", "recusals"], inspectors)


if __name__ == "__main__":
    main(*sys.argv[1:])
