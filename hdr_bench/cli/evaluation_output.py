"""Output of `evaluate`: a table for people, JSON and CSV for programs."""

import json
import math
from typing import TYPE_CHECKING, Any

from rich.text import Text

from hdr_bench.records.metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

# Columns shown on the narrowest terminal: data set and accuracy.
_KEPT = 2
# As in reports: 5 % of the differences reported as significant are expected to be false discoveries.
_ALPHA = 0.05


def evaluations_json(frame: "pd.DataFrame", pairs: "pd.DataFrame") -> str:
    """Return evaluations and pairs as JSON; missing numbers are null.

    Parameters
    ----------
    frame, pairs : DataFrame
        As returned by `evaluations_frame` and `model_pairs_frame`.

    Returns
    -------
    text : str
    """
    content = {"format": 1, "evaluations": _records(frame), "pairs": _records(pairs)}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def evaluations_csv(frame: "pd.DataFrame") -> str:
    """Return evaluations as CSV.

    Parameters
    ----------
    frame : DataFrame
        As returned by `evaluations_frame`.

    Returns
    -------
    text : str
        With a header.
    """
    return str(frame.to_csv(index=False, lineterminator="\n"))


def print_evaluations(frame: "pd.DataFrame", pairs: "pd.DataFrame", console: "Console") -> None:
    """Print a table of models on data sets, then notes, then the comparison of the models.

    Parameters
    ----------
    frame, pairs : DataFrame
        As returned by `evaluations_frame` and `model_pairs_frame`.
    console : rich.console.Console
    """
    from hdr_bench.reporting.narrow_table import ConsoleColumn, fit_table

    rows = frame.to_dict("records")
    columns = {
        "Data set\n": [str(row["dataset"]) for row in rows],
        "Accuracy\n(%)": [_percent(row["accuracy"], row["n_images"]) for row in rows],
        "95 %\ninterval": [_interval(row) for row in rows],
        "Images\n": [f"{row['n_images']:,}" for row in rows],
        "Own\n(%)": [_percent(row["own_accuracy"], row["own_n_images"]) for row in rows],
        "Drop\n(points)": [_points(row["drop"], row["n_images"]) for row in rows],
        "p (B.-H.)\n": [_p_value(row["p_benjamini_hochberg"]) for row in rows],
    }
    shown = [
        ConsoleColumn(head, [Text(cell) for cell in cells], "left" if place == 0 else "right")
        for place, (head, cells) in enumerate(columns.items())
    ]
    fitted = fit_table([Text(str(row["model"])) for row in rows], shown, console, kept=_KEPT, elsewhere="--format json")
    console.print(fitted.table)
    lines = [fitted.note] if fitted.note else []
    lines += [f"{row['model']} on {row['dataset']}: {row['problem']}" for row in rows if row["problem"]]
    lines += [f"note: {row['model']} on {row['dataset']}: {row['notes']}" for row in rows if row["notes"]]
    notes = dict.fromkeys((row["dataset"], row["data_notes"]) for row in rows)
    lines += [f"note: {dataset}: {note}" for dataset, note in notes if note]
    lines += [_describe_pair(row) for row in pairs.to_dict("records")]
    lines.append(
        "Own: the accuracy on the model's card; drop: own minus this one. All figures are for these fitted models; "
        "other fits of the same methods may differ."
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _describe_pair(row: dict[Any, Any]) -> str:
    p_value = _p_value(row["p_benjamini_hochberg"])
    relation = f"p < {p_value.removeprefix('<')}" if p_value.startswith("<") else f"p = {p_value}"
    if row["p_benjamini_hochberg"] > _ALPHA:
        return (
            f"{row['dataset']}: {row['first']} and {row['second']}: too few images to say which is better, {relation}"
        )
    better, worse = (row["first"], row["second"]) if row["difference"] > 0 else (row["second"], row["first"])
    points = 100 * abs(row["difference"])
    return f"{row['dataset']}: {better} is better than {worse}, by {points:.2f} points, {relation}"


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _percent(share: float, n_images: int) -> str:
    from hdr_bench.reporting.tables.table import percent_writer

    return percent_writer(n_images)(share)


def _interval(row: dict[Any, Any]) -> str:
    from hdr_bench.reporting.tables.table import interval_writer, percent_writer

    return interval_writer(percent_writer(row["n_images"]))(row["low"], row["high"])


def _points(drop: float, n_images: int) -> str:
    from hdr_bench.reporting.tables.values import difference_writer

    return difference_writer(METRICS["accuracy"], n_images)(drop)


def _p_value(p_value: float) -> str:
    from hdr_bench.reporting.tables.pairs import write_p

    return write_p(p_value)
