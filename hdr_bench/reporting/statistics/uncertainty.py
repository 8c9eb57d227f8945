"""One interval for each row, the same in every table and figure: how far chance may have moved its accuracy."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.statistics.crossed import Fits, accuracy_variance, one_seed_variance
from hdr_bench.reporting.statistics.intervals import score_interval

UNCERTAINTY = ["accuracy_variance", "accuracy_freedom", "accuracy_basis", "accuracy_trials"]
"""Columns of the results that hold the uncertainty of a row with several seeds."""

Basis = Literal["images", "images and seeds", "one seed", "stored accuracies", "folds"]
"""What an interval is computed from.

"images": the fit of a deterministic method. "images and seeds": the predictions of several seeds. "one seed": a single
fit of a stochastic method, whose spread over seeds is assumed. "stored accuracies": several seeds without their
predictions. "folds": the accuracies of folds.
"""


_OF_STOCHASTIC: frozenset[Basis] = frozenset({"images and seeds", "one seed", "stored accuracies"})


@dataclass(frozen=True)
class Uncertainty:
    """Variance of a row's mean accuracy.

    Attributes
    ----------
    variance : float
        Of the mean.
    freedom : float
        Its degrees of freedom; infinite if it is known.
    basis : {"images", "images and seeds", "one seed", "stored accuracies", "folds"}
        What it is computed from, see `Basis`.
    """

    variance: float
    freedom: float
    basis: Basis

    def interval(self, accuracy: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval of the accuracy: Wilson's, with the number of images that would give the same variance.

        Parameters
        ----------
        accuracy : float
            The row's mean.
        n : int
            Images that it was evaluated on; they count if the variance is zero, e.g. if every image is right.
        confidence : float, default=0.95
            Of the interval.

        Returns
        -------
        low, high : float
            Between 0 and 1.
        """
        binomial = accuracy * (1 - accuracy)
        if not self.variance or not binomial:
            return score_interval(accuracy, n, confidence=confidence)
        return score_interval(accuracy, binomial / self.variance, self.freedom, confidence)


def uncertainty_of_fits(fits: Fits) -> Uncertainty:
    """Return the uncertainty of a method's accuracy over images and seeds.

    Parameters
    ----------
    fits : Fits
        Of several seeds; a single fit needs no predictions, see `uncertainty_of_accuracies`.

    Returns
    -------
    uncertainty : Uncertainty
        Of the mean.
    """
    variance, freedom = accuracy_variance(fits)
    return Uncertainty(variance, freedom, "images and seeds" if fits.is_stochastic else "images")


def uncertainty_of_accuracies(accuracies: Sequence[float], n: int, *, is_deterministic: bool) -> Uncertainty:
    """Return the uncertainty of a method's accuracy from its fits' accuracies alone.

    For several seeds it is at least that of their predictions: the images' part is the binomial variance, which holds
    that of the shares and what differs between the seeds; the seeds' part is not reduced by what both hold.

    Parameters
    ----------
    accuracies : sequence of float
        Of each fit.
    n : int
        Images that each was evaluated on.
    is_deterministic : bool
        What the method declares.

    Returns
    -------
    uncertainty : Uncertainty
        Of the mean.
    """
    mean, n_fits = float(np.mean(accuracies)), len(accuracies)
    images = mean * (1 - mean) / n
    if n_fits == 1:
        if is_deterministic:
            return Uncertainty(images, math.inf, "images")
        return Uncertainty(images + one_seed_variance(mean), max(n - 1, 1), "one seed")
    if is_deterministic and max(accuracies) == min(accuracies):
        return Uncertainty(images, math.inf, "images")
    seeds = float(np.var(accuracies, ddof=1)) / n_fits
    variance = images + seeds
    spread = images**2 / max(n - 1, 1) + seeds**2 / (n_fits - 1)
    return Uncertainty(variance, variance**2 / spread if spread else math.inf, "stored accuracies")


def uncertainty_of_folds(accuracies: NDArray[np.float64], test_share: float) -> Uncertainty:
    """Return the uncertainty of the mean accuracy over folds.

    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52: the folds share training
    images, for which the variance of the mean is enlarged.

    Parameters
    ----------
    accuracies : ndarray of shape (n_folds,)
        All repeats together.
    test_share : float
        Images that a fold is evaluated on, for each that it learns from.

    Returns
    -------
    uncertainty : Uncertainty
        Of the mean.
    """
    if len(accuracies) < 2:
        return Uncertainty(0.0, math.inf, "folds")
    variance = float(accuracies.var(ddof=1)) * (1 / len(accuracies) + test_share)
    return Uncertainty(variance, len(accuracies) - 1, "folds")


def uncertainty_of_shares(
    shares: Sequence[float], n: int, test_share: float | None, *, is_deterministic: bool
) -> Uncertainty:
    """Return the uncertainty of the mean of a share of images, over seeds or over folds.

    Parameters
    ----------
    shares : sequence of float
        One for each fit.
    n : int
        Images that each was found on.
    test_share : float or None
        Of folds: images that a fold is evaluated on, for each that it learns from; None without folds.
    is_deterministic : bool
        What the method declares.

    Returns
    -------
    uncertainty : Uncertainty
    """
    if test_share is not None:
        return uncertainty_of_folds(np.array(shares), test_share)
    return uncertainty_of_accuracies(shares, n, is_deterministic=is_deterministic)


def uncertainty_over_seeds(
    results: pd.DataFrame, read_predictions: Callable[[str], Predictions | None]
) -> pd.DataFrame:
    """Return the uncertainty of each row with several seeds, for each of its trials; missing for all others.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it, without these columns.
    read_predictions : callable
        Takes a trial's key; returns None if there are no predictions.

    Returns
    -------
    columns : DataFrame
        The columns `UNCERTAINTY`, with the index of `results`.
    """
    columns = pd.DataFrame(np.nan, results.index, UNCERTAINTY).astype({"accuracy_basis": object})
    good = results[(results["status"] == "ok") & results["fold"].isna()]
    for _, trials in good.groupby("label", sort=False):
        fits = _fits(trials, read_predictions) if len(trials) > 1 else None
        if fits is not None:
            found = uncertainty_of_fits(fits)
            columns.loc[trials.index, UNCERTAINTY] = [found.variance, found.freedom, found.basis, len(trials)]
    return columns


def uncertainty_of_row(good: pd.DataFrame, n_test: int) -> Uncertainty:
    """Return the uncertainty of a row's mean accuracy from its trials that did not fail, as `load_results` has them.

    Parameters
    ----------
    good : DataFrame
        The row's trials that did not fail, as `load_results` has them.
    n_test : int
        Images that it was evaluated on.

    Returns
    -------
    uncertainty : Uncertainty
        Of the mean.
    """
    accuracies = good["accuracy"].to_numpy(float)
    if good["fold"].notna().any():
        return uncertainty_of_folds(accuracies, float((good["n_test"] / good["n_train"]).mean()))
    first = good.iloc[0]
    # A frame that lacks some of the row's trials is not what the predictions were read for.
    if first.get("accuracy_trials") == len(good):
        return Uncertainty(first["accuracy_variance"], first["accuracy_freedom"], first["accuracy_basis"])
    return uncertainty_of_accuracies(list(accuracies), n_test, is_deterministic=bool(first["is_deterministic"]))


def is_row_stochastic(good: pd.DataFrame, uncertainty: Uncertainty) -> bool:
    """Whether a row's method is stochastic: its fits differ on some image, or a single one is declared so.

    Fits whose predictions are not stored, and those on folds, which differ anyway, go by what the method declares.

    Parameters
    ----------
    good : DataFrame
        Its trials that did not fail, as `load_results` has them.
    uncertainty : Uncertainty
        As `uncertainty_of_row` returns it for them.

    Returns
    -------
    is_stochastic : bool
        Seeds matter to it.
    """
    return not good["is_deterministic"].iloc[0] if uncertainty.basis == "folds" else uncertainty.basis in _OF_STOCHASTIC


def _fits(trials: pd.DataFrame, read_predictions: Callable[[str], Predictions | None]) -> Fits | None:
    """Return the fits of a row; None if predictions are not stored, cannot be read, or are not of the same images."""
    predictions = []
    for key in trials["key"]:
        try:
            found = read_predictions(key)
        except StoreError:
            return None
        if found is None:
            return None
        predictions.append(found)
    if any(not np.array_equal(each.y_true, predictions[0].y_true) for each in predictions):
        return None
    return Fits.from_predictions(predictions, is_deterministic=bool(trials["is_deterministic"].iloc[0]))
