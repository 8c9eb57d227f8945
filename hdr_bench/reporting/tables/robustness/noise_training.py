"""The table of what training with corrupted copies changes."""

import pandas as pd

from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.robustness.corruption_errors import corruption_title
from hdr_bench.reporting.comparisons.robustness.noise_training import NoiseTraining
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.table import METHOD, Column, Table, make_table
from hdr_bench.reporting.tables.values import difference_writer


def noise_training_table(robustness: Robustness) -> Table | None:
    """Return what each method gains and loses by learning from corrupted copies.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each method that the run has with and without them; None if there is none.
    """
    if not robustness.noise_training:
        return None
    n_images = next(iter(robustness.before.values())).values.shape[1]
    points = difference_writer(METRICS["accuracy"], n_images)
    rows = pd.DataFrame([_row(each) for each in robustness.noise_training])

    def write(value: float, low: float, high: float) -> str:
        return f"{points(value)} ({points(low)} to {points(high)})"

    columns = [
        METHOD,
        Column("Against", ("plain",), str, "left"),
        Column("Learned from", ("trained_with",), str, "left"),
        Column("On clean images (points)", ("clean", "clean_low", "clean_high"), write),
        Column("Mean of the corruptions (points)", ("mean", "mean_low", "mean_high"), write),
        Column("Better under", ("better",), str, "wide"),
        Column("Less accurate under", ("worse",), str, "wide"),
    ]
    note = (
        "Accuracy with the corrupted copies minus that of the same method without them, on the same images, with its "
        "95 % interval over images and seeds. “Better” and “less accurate”: told apart after Benjamini and Hochberg's "
        "correction over all pairs and corruptions of the run; corruptions in neither column are not told apart."
    )
    return make_table("noise-training", "Training with corrupted images", rows, columns, note)


def describe_copies(copies: tuple[TrainingCorruption, ...]) -> str:
    """Return the corrupted copies that a method learned from, in words.

    Parameters
    ----------
    copies : tuple of TrainingCorruption
        As a case names them.

    Returns
    -------
    text : str

    Examples
    --------
    >>> describe_copies((TrainingCorruption(corruption="gaussian_noise", severity=2),))
    'Gaussian noise (2)'
    """
    return "; ".join(f"{corruption_title(each.corruption)} ({each.severity})" for each in copies)


def _row(found: NoiseTraining) -> dict[str, object]:
    return {
        "case": found.label,
        "plain": found.plain,
        "trained_with": describe_copies(found.trained_with),
        "clean": found.clean.value,
        "clean_low": found.clean.low,
        "clean_high": found.clean.high,
        "mean": found.mean.value,
        "mean_low": found.mean.low,
        "mean_high": found.mean.high,
        "better": _list(found.better),
        "worse": _list(found.worse),
    }


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(corruption_title, names)) or MISSING
