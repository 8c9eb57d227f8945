"""Fitted models on data sets, compared: with what each reached on its own data, and with each other."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from hdr_bench.records.evaluated_model import EvaluatedModel
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.text import join_notes
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.independent import difference_of_proportions
from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.tests import benjamini_hochberg


def evaluations_frame(evaluated: Sequence[EvaluatedModel]) -> pd.DataFrame:
    """Return what each model reached on each data set, and what it lost against the score of its card.

    What is said is about these fitted models: other fits of the same methods may differ.

    Parameters
    ----------
    evaluated : sequence of EvaluatedModel

    Returns
    -------
    frame : DataFrame
        Columns ``model``, ``dataset``, ``n_images``, ``accuracy``, ``low`` and ``high`` (Wilson's 95 % interval),
        ``own_dataset``, ``own_n_images``, ``own_accuracy`` (of the card), ``drop`` (own accuracy minus this one;
        missing for the card's own images), ``drop_low``, ``drop_high``, ``p_value``, ``p_benjamini_hochberg`` (over all
        drops), ``problem``, ``notes`` (of the model beside these data), ``data_notes``.
        Shares between 0 and 1; missing if there is none.
    """
    frame = pd.DataFrame([_row(each) for each in evaluated])
    known = frame["p_value"].notna()
    frame["p_benjamini_hochberg"] = np.nan
    frame.loc[known, "p_benjamini_hochberg"] = benjamini_hochberg(list(frame.loc[known, "p_value"]))
    return frame


def _row(each: EvaluatedModel) -> dict[str, object]:
    row: dict[str, object] = {"model": each.model, "dataset": each.dataset, "n_images": 0}
    row |= dict.fromkeys(("accuracy", "low", "high"), np.nan)
    row |= {"own_dataset": "", "own_n_images": 0, "own_accuracy": np.nan}
    row |= dict.fromkeys(("drop", "drop_low", "drop_high", "p_value"), np.nan)
    row |= {"problem": each.problem, "notes": join_notes(each.notes)}
    row["data_notes"] = join_notes(each.data_notes)
    if each.own is not None:
        row |= {"own_dataset": each.own.dataset, "own_n_images": each.own.n_images, "own_accuracy": each.own.accuracy}
    if each.predictions is None:
        return row
    n_images, accuracy = len(each.predictions.y_true), float(each.predictions.is_right.mean())
    low, high = score_interval(accuracy, n_images)
    row |= {"n_images": n_images, "accuracy": accuracy, "low": low, "high": high}
    # Nothing is lost between images and themselves.
    if each.own is None or (each.own.dataset, each.own.n_images) == (each.dataset, n_images):
        return row
    drop = difference_of_proportions(each.own.accuracy, each.own.n_images, accuracy, n_images)
    return row | {"drop": drop.value, "drop_low": drop.low, "drop_high": drop.high, "p_value": drop.p_value}


def model_pairs_frame(evaluated: Sequence[EvaluatedModel]) -> pd.DataFrame:
    """Return every two models on the same data set, compared image by image: McNemar's test, mid-p.

    Parameters
    ----------
    evaluated : sequence of EvaluatedModel

    Returns
    -------
    frame : DataFrame
        Columns ``dataset``, ``first``, ``second``, ``difference`` (of their accuracies), ``low``, ``high`` (Newcombe's
        95 % interval), ``p_value``, ``p_benjamini_hochberg`` (over all pairs), ``test``; empty without pairs.
    """
    rows = []
    for dataset in dict.fromkeys(each.dataset for each in evaluated):
        found = [each for each in evaluated if each.dataset == dataset and each.predictions is not None]
        for one, other in combinations(found, 2):
            difference = paired_difference(_fit(one.predictions), _fit(other.predictions))
            rows.append(
                {
                    "dataset": dataset,
                    "first": one.model,
                    "second": other.model,
                    "difference": difference.value,
                    "low": difference.low,
                    "high": difference.high,
                    "p_value": difference.p_value,
                    "test": difference.test,
                }
            )
    frame = pd.DataFrame(rows)
    if len(frame):
        frame.insert(7, "p_benjamini_hochberg", benjamini_hochberg(list(frame["p_value"])))
    return frame


def _fit(predictions: Predictions | None) -> Fits:
    right = np.zeros((1, 0), bool) if predictions is None else predictions.is_right[None, :]
    return Fits(right, is_stochastic=False)
