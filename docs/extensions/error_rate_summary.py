"""Summary of the simulated error rates, made from the table that the simulation writes."""

import csv
from collections.abc import Iterator

from repository_links import ROOT

_TABLE = ROOT / "reports" / "statistics" / "error-rates.csv"
_KIND = "Two equal methods called different"
_TESTS = ("rule", "Welch", "pooled McNemar")


def write_error_rates() -> str:
    """Return a table of the smallest and the largest error rate, by number of seeds and pair of methods.

    Returns
    -------
    table : str
        Markdown.
    """
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == _KIND]
    return "\n".join(_lines(rows)) + "\n"


def _lines(rows: list[dict[str, str]]) -> Iterator[str]:
    yield f"| seeds | pair | {' | '.join(_TESTS)} |"
    yield f"|--:|:--|{'--:|' * len(_TESTS)}"
    for seeds, pair in dict.fromkeys((row["seeds"], row["pair"]) for row in rows):
        chosen = [row for row in rows if (row["seeds"], row["pair"]) == (seeds, pair)]
        yield f"| {seeds} | {pair} | {' | '.join(_range(chosen, test) for test in _TESTS)} |"


def _range(rows: list[dict[str, str]], test: str) -> str:
    rates = [100 * float(row[test]) for row in rows if row[test]]
    return f"{min(rates):.1f}–{max(rates):.1f}" if rates else "–"
