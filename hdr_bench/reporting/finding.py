"""What a report opens with: which method is best for what, at what cost, and how sure that is."""

from dataclasses import dataclass

import pandas as pd

from hdr_bench.reporting.compare import COSTS
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.frame import largest_cost_set
from hdr_bench.reporting.pairs import Comparisons
from hdr_bench.reporting.tables.costs import is_one_machine, least_marks
from hdr_bench.reporting.tables.table import percent_places, significant, write_time

_MUCH_FASTER = 2.0
_MANY = 4


@dataclass(frozen=True)
class Glance:
    """The best method for one purpose.

    Attributes
    ----------
    purpose : str
        E.g. ``"Fastest to train"``.
    labels : tuple of str
        The best row first, then those that cannot be told from it.
    value : str
        The best one's figure, with its unit.
    accuracy : str
        The best one's accuracy, in percent.
    """

    purpose: str
    labels: tuple[str, ...]
    value: str
    accuracy: str


def finding(contents: RunContents, compared: Comparisons) -> str:
    """Say in a few sentences which method is most accurate, how sure that is, and what less would cost.

    Data sets do not compare: each has sentences of its own.
    """
    summary = contents.summary[contents.summary["accuracy"].notna()]
    datasets = contents.results[contents.results["status"] == "ok"].groupby("label")["dataset"].first()
    names = list(dict.fromkeys(datasets[label] for label in summary["case"]))
    found = {name: _found_on(summary[summary["case"].map(datasets) == name], contents, compared) for name in names}
    if len(found) == 1:
        return "".join(found.values())
    return " ".join(f"On {name}: {text}" for name, text in found.items())


def _found_on(summary: pd.DataFrame, contents: RunContents, compared: Comparisons) -> str:
    judged = _largest_set(compared, summary)
    others = [label for label in summary["case"] if label not in judged]
    shown = summary[summary["case"].isin(judged)].set_index("case")
    best, *peers = compared.best.get(judged[0], (judged[0],))
    said = [_leading(_row(shown, best), len(judged))]
    if len(judged) > 1:
        said.append(_told_apart(peers, len(judged)))
        if not summary["is_time_disturbed"].any() and is_one_machine(contents.results):
            said.append(_cheaper(shown, best, peers))
    if others:
        said.append(f"Judged on other images, and not to be compared with these: {_listed(others)}.")
    return " ".join(filter(None, said))


def glances(contents: RunContents, compared: Comparisons) -> list[Glance]:
    """Return the best method for each purpose, as far as it can be told; nothing for a single method."""
    summary = contents.summary[contents.summary["accuracy"].notna()].reset_index(drop=True)
    if len(summary) < 2 or len(set(contents.results["dataset"].dropna())) > 1:
        return []
    best = compared.best.get(_largest_set(compared, summary)[0], ())
    shown = summary.set_index("case")
    found = []
    if len(best):
        percent = _percent(_row(shown, best[0]))
        found.append(Glance("Most accurate", tuple(best), f"{percent} %", percent))
    for purpose, measure, write in _PURPOSES:
        if measure.endswith("seconds") and not is_one_machine(contents.results):
            continue
        compared_costs = summary[summary["cost_set"] == largest_cost_set(summary)].reset_index(drop=True)
        marks = least_marks(compared_costs, contents.results, measure)
        rows = sorted(marks, key=lambda row: marks[row] != "best")
        if rows:
            labels = tuple(compared_costs["case"][rows])
            first = _row(shown, labels[0])
            found.append(Glance(purpose, labels, write(first[measure]), _percent(first)))
    return found


def _largest_set(compared: Comparisons, summary: pd.DataFrame) -> list[str]:
    """Return the rows that were judged on the same images as most others."""
    sets: dict[tuple[str, ...], list[str]] = {}
    for label in summary["case"]:
        sets.setdefault(compared.best.get(label, (label,)), []).append(label)
    return max(sets.values(), key=len)


def _row(shown: pd.DataFrame, label: str) -> pd.Series:
    return shown.iloc[list(shown.index).index(label)]


def _leading(row: pd.Series, n_methods: int) -> str:
    said = f"{row.name} is right most often: on " if n_methods > 1 else f"{row.name} is right on "
    places = percent_places(int(row["n_test"]))
    low, high = (f"{100 * row[name]:.{places}f}" for name in ("accuracy_low", "accuracy_high"))
    said += f"{_percent(row)} % of {row['n_test']:,} images (95 % interval {low} to {high} %)"
    return f"{said}." if row["is_time_disturbed"] else f"{said}, after {write_time(row['fit_seconds'])} s of training."


def _told_apart(peers: list[str], n_methods: int) -> str:
    if peers:
        return f"It cannot be told from {_listed(peers)}."
    rest = "The other one is" if n_methods == 2 else "All others are"
    return f"{rest} less accurate, beyond what the choice of images explains."


def _cheaper(shown: pd.DataFrame, best: str, peers: list[str]) -> str:
    """Name a method that trains in half the time or less: one that cannot be told from the best, else the next best."""
    leader = _row(shown, best)
    faster = shown[
        (shown["cost_set"] == leader["cost_set"])
        & (shown["cost_set"] != "")
        & (shown["fit_seconds"] * _MUCH_FASTER <= leader["fit_seconds"])
        & (leader["fit_seconds"] - shown["fit_seconds"] > COSTS["fit_seconds"])
    ]
    if not len(faster):
        return ""
    alike = faster[faster.index.isin(peers)]
    if len(alike):
        other = alike.iloc[int(alike["fit_seconds"].to_numpy().argmin())]
        seconds = write_time(other["fit_seconds"])
        return f"Of these {other.name} trains {_times(leader, other)} times as fast ({seconds} s)."
    other = faster.iloc[int(faster["accuracy"].to_numpy().argmax())]
    points = 100 * (leader["accuracy"] - other["accuracy"])
    return (
        f"{other.name} trains {_times(leader, other)} times as fast ({write_time(other['fit_seconds'])} s) and is "
        f"right on {_percent(other)} %, {points:.{percent_places(int(other['n_test']))}f} points less."
    )


def _times(leader: pd.Series, other: pd.Series) -> str:
    return significant(leader["fit_seconds"] / max(other["fit_seconds"], 1e-9), 2)


def _listed(labels: list[str]) -> str:
    shown = "; ".join(labels[:_MANY])
    return f"{shown}; and {len(labels) - _MANY} more" if len(labels) > _MANY else shown


def _percent(row: pd.Series) -> str:
    return f"{100 * row['accuracy']:.{percent_places(int(row['n_test']))}f}"


def _in_seconds(seconds: float) -> str:
    return f"{write_time(seconds)} s"


def _in_megabytes(count: float) -> str:
    return f"{significant(count / 1e6, 2)} MB"


_PURPOSES = (
    ("Fastest to train", "fit_seconds", _in_seconds),
    ("Fastest to predict", "predict_seconds", _in_seconds),
    ("Least memory to train", "fit_peak_bytes", _in_megabytes),
    ("Smallest", "size_bytes", _in_megabytes),
)
