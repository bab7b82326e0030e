"""Makes licences.csv from the City of Chicago's food inspections: the latest inspection of each licence.

Usage: python3 make_licences.py FOOD_INSPECTIONS.csv licences.csv

Of several inspections on the latest day, the one with the greatest Inspection_ID counts. The outcome
(Results and the *Count columns) is left out: a rule that read it would know what it is to foretell.
"""

import csv
import sys

KEPT = [
    "License",
    "Inspection_ID",
    "DBA_Name",
    "Facility_Type",
    "Risk",
    "Address",
    "Zip",
    "Inspection_Date",
    "Inspection_Type",
    "Latitude",
    "Longitude",
    "pastFail",
    "pastCritical",
    "pastSerious",
    "timeSinceLast",
    "firstRecord",
]


def main(source: str, target: str) -> None:
    latest: dict[str, dict[str, str]] = {}
    with open(source, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            best = latest.get(row["License"])
            if best is None or age(row) > age(best):
                latest[row["License"]] = row
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, KEPT, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for licence in sorted(latest, key=int):
            writer.writerow(latest[licence])
    print(f"{len(latest)} licences")


def age(row: dict[str, str]) -> tuple[str, int]:
    return row["Inspection_Date"], int(row["Inspection_ID"])


if __name__ == "__main__":
    main(*sys.argv[1:])
