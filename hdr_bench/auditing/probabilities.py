"""Probabilities of classes that several methods agree on: each method's own calibrated, then their geometric mean.

References
----------
Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017. Genest and Zidek, "Combining
probability distributions: a critique and an annotated bibliography", Statistical Science 1, 1986, on the logarithmic
opinion pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.out_of_fold import OutOfFold
from hdr_bench.models.calibration import fit_temperature, scale_outputs

# Added to each class's probability: a tenth of a vote of ten neighbours. On 10,000 images of MNIST with 1 % wrong
# labels the calibrated log loss of ten neighbours is 0.19 with it and 0.27 without; joined with two other methods they
# find as many wrong labels, 96 and 92 of 100 against 96 and 93.
_ADDED = 0.01


@dataclass(frozen=True, eq=False)
class Judgement:
    """Calibrated answers of a method.

    Attributes
    ----------
    method : str
        What tables call it.
    temperature : float
        By which its outputs are divided.
    probabilities : ndarray of shape (n, n_classes), float64
    predicted : ndarray of shape (n,), int64
        Indices of classes.
    """

    method: str
    temperature: float
    probabilities: NDArray[np.float64]
    predicted: NDArray[np.int64]


def calibrate(answers: OutOfFold, labels: NDArray[np.int64]) -> Judgement:
    """Return a method's answers as probabilities, with the temperature that suits the given labels best.

    The method has not learned from the images, and the few labels that are wrong only make it a little less sure.

    Parameters
    ----------
    answers : OutOfFold
    labels : ndarray of shape (n,), int64
        The given ones.

    Returns
    -------
    judgement : Judgement
    """
    outputs = np.log(answers.scores + _ADDED) if answers.has_probabilities else answers.scores
    temperature = fit_temperature(outputs, labels)
    return Judgement(answers.method, temperature, scale_outputs(outputs, temperature), answers.predicted)


def join_probabilities(judgements: Sequence[Judgement]) -> NDArray[np.float64]:
    """Return the geometric mean of the methods' probabilities, scaled to sum to 1.

    Parameters
    ----------
    judgements : sequence of Judgement
        At least one, all for the same images.

    Returns
    -------
    probabilities : ndarray of shape (n, n_classes), float64

    Examples
    --------
    >>> sure, unsure = np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    >>> judgements = [Judgement("A", 1.0, sure, np.array([0])), Judgement("B", 1.0, unsure, np.array([0]))]
    >>> join_probabilities(judgements).round(2).tolist()
    [[0.75, 0.25]]
    """
    smallest = np.finfo(np.float64).tiny
    logarithms = [np.log(each.probabilities.clip(smallest)) for each in judgements]
    return scale_outputs(np.mean(logarithms, axis=0), 1.0)
