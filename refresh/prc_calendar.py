"""Rebuild src/hegui/law/data/calendar/prc/<year>.yaml, the working calendar of the People's Republic of China.

Knows the days off and the made-up working days that the package chinesecalendar lists, from FIRST_YEAR to its last year, and
the notices of the State Council's General Office that announced them (typed by hand below). Refuses a year without a notice.
A day of December that the notice for the next year moved stands in the year it lies in, and that year lists both notices.
Source: chinesecalendar (MIT, Lirian Su); numbers and dates of the notices from reprints of them (confidence secondary).

    python3.11 -m venv /tmp/calendar
    /tmp/calendar/bin/pip install chinesecalendar==1.11.0
    /tmp/calendar/bin/python refresh/prc_calendar.py
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src/hegui/law/data/calendar/prc"

# The first clock in working days among our instruments runs from 2018-11-30 (security assessment, Art. 7).
FIRST_YEAR = 2018

# What a sound source makes of a year: weekdays off, weekend days worked.
WEEKDAYS_OFF = range(14, 25)
WEEKEND_DAYS_WORKED = range(4, 13)

# year: (title, number, day of signing, confidence)
NOTICES = {
    2018: [("国务院办公厅关于2018年部分节假日安排的通知", "国办发明电〔2017〕12号", "2017-11-30", "own_knowledge"),
           ("国务院办公厅关于2019年部分节假日安排的通知", "国办发明电〔2018〕15号", "2018-12-04", "secondary")],
    2019: [("国务院办公厅关于2019年部分节假日安排的通知", "国办发明电〔2018〕15号", "2018-12-04", "secondary"),
           ("国务院办公厅关于调整2019年劳动节假期安排的通知", "国办发明电〔2019〕3号", "2019-03-22", "secondary")],
    2020: [("国务院办公厅关于2020年部分节假日安排的通知", "国办发明电〔2019〕16号", "2019-11-21", "secondary"),
           ("国务院办公厅关于延长2020年春节假期的通知", "国办发明电〔2020〕1号", None, "secondary")],
    2021: [("国务院办公厅关于2021年部分节假日安排的通知", "国办发明电〔2020〕27号", "2020-11-25", "secondary")],
    2022: [("国务院办公厅关于2022年部分节假日安排的通知", "国办发明电〔2021〕11号", "2021-10-25", "secondary"),
           ("国务院办公厅关于2023年部分节假日安排的通知", "国办发明电〔2022〕16号", "2022-12-08", "secondary")],
    2023: [("国务院办公厅关于2023年部分节假日安排的通知", "国办发明电〔2022〕16号", "2022-12-08", "secondary"),
           ("国务院办公厅关于2024年部分节假日安排的通知", "国办发明电〔2023〕7号", "2023-10-25", "secondary")],
    2024: [("国务院办公厅关于2024年部分节假日安排的通知", "国办发明电〔2023〕7号", "2023-10-25", "secondary")],
    2025: [("国务院办公厅关于2025年部分节假日安排的通知", "国办发明电〔2024〕12号", "2024-11-12", "secondary")],
    2026: [("国务院办公厅关于2026年部分节假日安排的通知", "国办发明电〔2025〕7号", "2025-11-04", "secondary")],
}  # fmt: skip


def lines(
    year: int, rest: Mapping[date, str], make_up: Mapping[date, str], chinese: Mapping[str, str]
) -> Iterator[str]:
    """The file of one year."""
    version = metadata.version("chinesecalendar")
    yield f"# Origin: chinesecalendar {version} (MIT), made by refresh/prc_calendar.py; edit there."
    yield f"year: {year}"
    yield "notices:"
    for title, number, issued, confidence in NOTICES[year]:
        yield f"  - {{title: {title}, number: {number}, issued: {issued or 'null'}, confidence: {confidence}}}"
    yield "holidays:"
    for name, days in by_name(rest).items():
        yield f"  - name: {{zh: {chinese[name]}, en: {name}}}"
        yield f"    rest: [{', '.join(map(str, days))}]"
        yield f"    make_up: [{', '.join(str(day) for day in make_up if make_up[day] == name)}]"


def by_name(days: Mapping[date, str]) -> Mapping[str, list[date]]:
    """The days of each holiday, the holidays in the order of their first day."""
    found: dict[str, list[date]] = defaultdict(list)
    for day in sorted(days):
        found[days[day]].append(day)
    return found


def main() -> None:
    from chinese_calendar import constants

    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    for year in range(FIRST_YEAR, max(constants.holidays).year + 1):
        rest = {day: name for day, name in constants.holidays.items() if day.year == year}
        make_up = {day: name for day, name in sorted(constants.workdays.items()) if day.year == year}
        if year not in NOTICES:
            sys.exit(f"{year} is listed, but not the notice that announced it: add it to NOTICES")
        off, worked = sum(day.weekday() < 5 for day in rest), sum(day.weekday() > 4 for day in make_up)
        if off not in WEEKDAYS_OFF or worked not in WEEKEND_DAYS_WORKED or set(make_up.values()) - set(rest.values()):
            sys.exit(f"{year} is not sound: {off} weekdays off, {worked} weekend days worked; nothing more was written")
        (TARGET / f"{year}.yaml").write_text("\n".join(lines(year, rest, make_up, chinese)) + "\n", encoding="utf-8")
        print(f"{year}: {off} weekdays off, {worked} weekend days worked")


if __name__ == "__main__":
    main()
