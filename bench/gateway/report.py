"""Turn the rounds of a run into medians, marks and a Markdown table.

Knows which figures are compared with nginx (rates, cost) and which with the mock itself (times), and the limits hegui
promised. Knows nothing of how a figure was taken. Works on plain dictionaries: rounds[target] is a list of
{figure: number or None}. Rules: the limits are those of the issue that asked for the gateway; a figure nobody measured
makes its mark "not measured", never "pass".
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Figures = Mapping[str, float | None]

FULL_ROUNDS = 3  # below this the figures are a look, not a measurement


@dataclass(frozen=True)
class Row:
    """One line of the table; `against` says what the bracket compares with: "nginx" (ratio), "direct" (difference)."""

    figure: str
    title: str
    decimals: int
    against: str = ""


ROWS = (
    Row("rps_32", "requests/s, 32 connections", 0, "nginx"),
    Row("cpu_us_per_request", "— CPU µs per request", 1, "nginx"),
    Row("core_32", "— share of its core in use, %", 0),
    Row("rps_1", "requests/s, 1 connection", 0, "nginx"),
    Row("latency_p50_ms", "— latency p50, ms", 3, "direct"),
    Row("latency_p99_ms", "— latency p99, ms", 3, "direct"),
    Row("events_per_s", "streamed events/s, 16 connections", 0, "nginx"),
    Row("characters_per_s", "— streamed characters/s", 0, "nginx"),
    Row("cpu_us_per_event", "— CPU µs per event", 1, "nginx"),
    Row("core_16", "— share of its core in use, %", 0),
    Row("ttft_p50_ms", "first token p50, ms, 100 paced streams in step", 2, "direct"),
    Row("ttft_p99_ms", "— first token p99, ms", 2, "direct"),
    Row("gap_p99_ms", "— gap between tokens p99, ms", 2, "direct"),
    Row("cpu_us_per_paced_event", "— CPU µs per event", 1, "nginx"),
    Row("spread_ttft_p50_ms", "first token p50, ms, 100 paced streams out of step", 2, "direct"),
    Row("spread_ttft_p99_ms", "— first token p99, ms", 2, "direct"),
    Row("spread_gap_p99_ms", "— gap between tokens p99, ms", 2, "direct"),
    Row("resident_mb", "resident memory after, MB", 1, "nginx"),
    Row("errors", "errors", 0),
)


@dataclass(frozen=True)
class Limit:
    """A promise about one figure: at least (ratio) or at most (difference, or the figure itself) some value."""

    title: str
    figure: str
    against: str
    bound: float
    decimals: int
    unit: str = ""


LIMITS = (
    Limit("requests/s at 32 connections, of nginx's", "rps_32", "nginx", 0.15, 3),
    Limit("streamed events/s, of nginx's", "events_per_s", "nginx", 0.3, 3),
    Limit("latency p50 at 1 connection, above direct", "latency_p50_ms", "direct", 1.0, 3, " ms"),
    Limit("first token p50 of 100 paced streams, above direct", "ttft_p50_ms", "direct", 5.0, 2, " ms"),
    Limit("resident memory", "resident_mb", "", 110.0, 1, " MB"),
)


def medians(rounds: Sequence[Figures]) -> dict[str, float | None]:
    """The median of every figure over the rounds that have it; errors are added up and memory is the largest seen.

    >>> medians([{"rps_1": 3, "errors": 1}, {"rps_1": 5, "errors": 0}, {"rps_1": None, "errors": 0}])["rps_1"]
    4.0
    """
    result: dict[str, float | None] = {}
    for row in ROWS:
        values = [value for figures in rounds if (value := figures.get(row.figure)) is not None]
        if row.figure == "errors":
            result[row.figure] = sum(values)
        elif row.figure == "resident_mb":
            result[row.figure] = max(values, default=None)
        else:
            result[row.figure] = float(statistics.median(values)) if values else None
    return result


def compared(figure: str, against: str, mine: Figures, targets: Mapping[str, Figures]) -> float | None:
    """The ratio to nginx, the difference from direct, or the figure itself; None when a side was not measured."""
    value = mine.get(figure)
    if not against or value is None:
        return value
    base = targets.get(against, {}).get(figure)
    if base is None:
        return None
    if against == "direct":
        return value - base
    return value / base if base else None


def mark(limit: Limit, mine: Figures, targets: Mapping[str, Figures]) -> tuple[str, float | None]:
    """ "pass", "FAIL", "not measured" or "void: errors" (a wrong answer is quick), and what was compared."""
    value = compared(limit.figure, limit.against, mine, targets)
    if value is None:
        return "not measured", None
    held = value >= limit.bound if limit.against == "nginx" else value <= limit.bound
    if held and mine.get("errors"):
        return "void: errors", value
    return ("pass" if held else "FAIL"), value


def marks(targets: Mapping[str, Figures]) -> dict[str, dict[str, dict[str, float | str | None]]]:
    """The mark of every limit for every target that is a gateway."""
    result: dict[str, dict[str, dict[str, float | str | None]]] = {}
    for name, figures in targets.items():
        if name in ("direct", "nginx"):
            continue
        result[name] = {}
        for limit in LIMITS:
            word, value = mark(limit, figures, targets)
            result[name][limit.title] = {"limit": limit.bound, "value": value, "mark": word}
    return result


def _cell(row: Row, name: str, targets: Mapping[str, Figures]) -> str:
    value = targets[name].get(row.figure)
    if value is None:
        return "–"
    text = f"{value:,.{row.decimals}f}"
    if not row.against or name in ("direct", row.against):
        return text
    other = compared(row.figure, row.against, targets[name], targets)
    if other is None:
        return text
    return f"{text} (×{other:.2f})" if row.against == "nginx" else f"{text} ({other:+.{row.decimals}f})"


def _lines(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (header, rule, *body)]


PAIRED = ("rps_32", "cpu_us_per_request", "rps_1", "latency_p50_ms", "events_per_s", "cpu_us_per_event", "ttft_p50_ms")
"""What waiting for the disk could change."""


def paired(rounds: Sequence[Mapping[str, Figures]], one: str, other: str) -> dict[str, dict[str, float]]:
    """One target against another that was measured next to it: medians of both over the rounds, and of the rounds' ratios.

    >>> paired([{"a": {"rps_1": 10}, "b": {"rps_1": 5}}, {"a": {"rps_1": 20}, "b": {"rps_1": 15}}], "a", "b")["rps_1"]
    {'one': 15.0, 'other': 10.0, 'ratio': 0.625, 'least': 0.5, 'most': 0.75}
    """
    found = {}
    for figure in PAIRED:
        pairs = [(each[one].get(figure), each[other].get(figure)) for each in rounds]
        known = [(first, second) for first, second in pairs if first and second is not None]
        if known:
            ratios = [second / first for first, second in known]
            ones, others = zip(*known, strict=True)
            found[figure] = {
                "one": float(statistics.median(ones)),
                "other": float(statistics.median(others)),
                "ratio": statistics.median(ratios),
                "least": min(ratios),
                "most": max(ratios),
            }
    return found


def durability(rounds: Sequence[Mapping[str, Figures]]) -> str:
    """What waiting for the disk costs, as a table; empty where it was not measured."""
    if not rounds or not {"hegui", "hegui-durable"} <= rounds[0].keys():
        return ""
    titles = {row.figure: row for row in ROWS}
    body = []
    for figure, found in paired(rounds, "hegui", "hegui-durable").items():
        values = [f"{found[name]:,.{titles[figure].decimals}f}" for name in ("one", "other")]
        ratio = f"×{found['ratio']:.2f} ({found['least']:.2f} – {found['most']:.2f})"
        body.append([titles[figure].title, *values, ratio])
    header = ["waiting for the disk", "async", "before_last_byte", "ratio within a round, median (range)"]
    return "\n".join(["", *_lines(header, body)])


def markdown(targets: Mapping[str, Figures], *, caption: str, rounds: int) -> str:
    """The whole report: a caption, the table, the limits."""
    names = list(targets)
    lines = [caption, ""]
    lines += _lines(["", *names], [[row.title, *(_cell(row, name, targets) for name in names)] for row in ROWS])
    lines += ["", "In brackets: × is the ratio to nginx, + and − the difference from direct."]
    body = []
    for name, limits in marks(targets).items():
        for limit in LIMITS:
            entry = limits[limit.title]
            sign = "≥" if limit.against == "nginx" else "≤"
            value = entry["value"]
            shown = f"{value:.{limit.decimals}f}{limit.unit}" if isinstance(value, float) else "–"
            body.append([f"{name}: {limit.title}", f"{sign} {limit.bound:g}{limit.unit}", shown, str(entry["mark"])])
    if body:
        lines += ["", *_lines(["limit", "promised", "measured", "mark"], body)]
    if rounds < FULL_ROUNDS:
        lines += ["", f"A quick look, not a measurement: {rounds} round(s), a measurement takes {FULL_ROUNDS}."]
    return "\n".join(lines)
