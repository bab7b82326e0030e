"""Makes the lookup tables of this pack from the standard's tables, which lie beside them as printed.

Usage: python3 make_tables.py [FOLDER]

standard_table1.csv has one row for each of the 85 entries; a name or CAS number that several entries
share (硝化棉, 9004-70-0) gets a row for each, and the rule file picks the lowest threshold.
standard_table3.csv names its gases alone; the entry of table 1 that is the same substance (column
table1_no) lends it aliases and CAS number. Carbon monoxide has no entry of its own in table 1, and
so has neither.
"""

import csv
import re
import sys
from pathlib import Path


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, head: list[str], rows: list[tuple[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def names(entry: dict[str, str]) -> list[str]:
    return [entry["name"], *filter(None, entry["alias"].split(";"))]


def cas_numbers(entry: dict[str, str]) -> list[str]:
    """Some entries name the part that a number belongs to: `74-98-6(丙烷)`."""
    return [re.sub(r"\(.*\)$", "", number) for number in filter(None, entry["cas"].split(";"))]


def main(folder: str) -> None:
    here = Path(folder)
    entries = read(here / "standard_table1.csv")
    gases = read(here / "standard_table3.csv")
    by_number = {entry["no"]: entry for entry in entries}
    gas_names, gas_cas = [], []
    for gas in gases:
        entry = by_number.get(gas["table1_no"])
        own = names(entry) if entry else []
        gas_names += [(name, gas["beta"]) for name in dict.fromkeys([gas["name"], *own])]
        gas_cas += [(number, gas["beta"]) for number in (cas_numbers(entry) if entry else [])]
    write(here / "table1_names.csv", ["name", "Q_t"], [(n, e["Q_t"]) for e in entries for n in names(e)])
    write(here / "table1_cas.csv", ["cas", "Q_t"], [(c, e["Q_t"]) for e in entries for c in cas_numbers(e)])
    write(here / "table3_names.csv", ["name", "beta"], gas_names)
    write(here / "table3_cas.csv", ["cas", "beta"], gas_cas)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).parent))
