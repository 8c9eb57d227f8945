"""The table of how right methods are on each class."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.reporting.numbers import percent_places
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.table import METHOD, Column, Table, fixed_writer, make_table

_MOST_CLASSES = 20


def classes_table(contents: RunContents) -> Table | None:
    """Return F1 of each class for each method; the exact values have precision and recall too.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    table : Table or None
        Methods are the rows; if there are more classes than fit side by side, classes are. None if no predictions can
        be read.
    """
    frame = class_frame(contents)
    if not len(frame):
        return None
    names, labels = list(dict.fromkeys(frame["class"])), list(dict.fromkeys(frame["case"]))
    places = percent_places(int(frame.groupby("case", sort=False)["support"].sum().max()) // len(names))
    write = fixed_writer(places, 100)
    note = (
        "F1 of each class, of all trials of a method together; the CSV has precision, recall and the number of images "
        "too. Precision is 0 where a class is never predicted."
    )
    if len(names) > _MOST_CLASSES:
        turned = frame.pivot_table(index="class", columns="case", values="f1", sort=False).reset_index()
        columns = [
            Column("Class", ("class",), str, "left"),
            *(Column(f"{label} (%)", (label,), write) for label in labels),
        ]
        table = make_table("classes", "Each class (F1)", turned, columns, note)
    else:
        wide = frame.pivot_table(index="case", columns="class", values="f1", sort=False).reset_index()
        columns = [METHOD, *(Column(f"{name} (%)", (name,), write) for name in names)]
        table = make_table("classes", "Each class (F1)", wide, columns, note)
    return replace(table, exact=frame.rename(columns={"case": "method"}))


def class_frame(contents: RunContents) -> pd.DataFrame:
    """Return precision, recall, F1 and number of images of each class.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    frame : DataFrame
        A row for each method and class, with the columns ``case``, ``class``, ``precision``, ``recall``, ``f1``
        (shares) and ``support``; empty if no predictions can be read.
    """
    frames = [frame for label in contents.labels if len(frame := class_frame_of(contents, label))]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def class_frame_of(contents: RunContents, label: str) -> pd.DataFrame:
    """Return what `class_frame` does of one row.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the row.

    Returns
    -------
    frame : DataFrame
        A row for each class; empty if no predictions can be read.

    Raises
    ------
    UnknownNameError
        If the run has no such row.
    StoreError
        If all of its trials failed.
    """
    found = contents.predictions_of(label)
    if not found:
        return pd.DataFrame()
    y_true = np.concatenate([predictions.y_true for _, predictions in found])
    y_pred = np.concatenate([predictions.y_pred for _, predictions in found])
    names = found[0][0].class_names
    values = precision_recall_fscore_support(y_true, y_pred, labels=np.arange(len(names)), zero_division=0)
    return pd.DataFrame(
        {"case": label, "class": name, "precision": precision, "recall": recall, "f1": f1, "support": int(support)}
        for name, precision, recall, f1, support in zip(names, *values, strict=True)
    )
