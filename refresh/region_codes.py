"""Rebuild src/hegui/detect/data/region_codes.txt, the administrative division codes (行政区划代码, GB/T 2260).

Reads provinces.csv, cities.csv and areas.csv of the source and merges them, one code and name a line, in the order of the codes.
Source: modood/Administrative-divisions-of-China (WTFPL 2), by way of its folder dist/.

    python3.11 refresh/region_codes.py FOLDER AS_OF

FOLDER holds the three files, AS_OF is the day they were taken (YYYY-MM-DD).
"""

import csv
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src/hegui/detect/data/region_codes.txt"

# What a sound source holds: provinces, cities, counties.
BOUNDS = {"provinces.csv": range(31, 35), "cities.csv": range(300, 400), "areas.csv": range(2700, 3200)}


def rows(folder: Path) -> dict[str, str]:
    """Name by code, all three levels."""
    names: dict[str, str] = {}
    for file, bounds in BOUNDS.items():
        with (folder / file).open(encoding="utf-8") as lines:
            found = {row["code"]: row["name"] for row in csv.DictReader(lines)}
        if len(found) not in bounds:
            sys.exit(f"{file}: {len(found)} rows are not {bounds.start} to {bounds.stop - 1}; is the source whole?")
        names |= found
    return names


def main(folder: Path, as_of: str) -> None:
    """Write the table."""
    head = (
        f"# Origin: modood/Administrative-divisions-of-China (WTFPL 2), taken {as_of}, made by refresh/region_codes.py."
    )
    lines = [head, *(f"{code} {name}" for code, name in sorted(rows(folder).items()))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
