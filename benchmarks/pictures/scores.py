"""Scores of "this is a digit": how a network's outputs say it, and how well each tells digits from other marks."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sklearn.metrics import roc_auc_score

Floats = NDArray[np.floating]


def output_scores(outputs: Floats) -> dict[str, Floats]:
    """Return the scores that outputs alone give.

    Parameters
    ----------
    outputs : ndarray of shape (n, n_classes)
        Before the softmax.

    Returns
    -------
    scores : dict of str to ndarray of shape (n,)
        The higher, the more like a digit.

    References
    ----------
    Hendrycks and Gimpel, "A baseline for detecting misclassified and out-of-distribution examples in neural networks",
    ICLR 2017 (largest probability); Liu, Wang, Owens and Li, "Energy-based out-of-distribution detection", NeurIPS 2020
    (energy); Hendrycks et al., "Scaling out-of-distribution detection for real-world settings", ICML 2022 (largest
    output).
    """
    values = np.asarray(outputs, np.float64)
    ordered = np.sort(values, axis=1)
    return {
        "largest probability": softmax(values, axis=1).max(axis=1),
        "margin": ordered[:, -1] - ordered[:, -2],
        "largest output": ordered[:, -1],
        "energy": logsumexp(values, axis=1),
    }


def auroc(of_digits: Floats, of_marks: Floats) -> float:
    """Return the share of pairs of a digit and a mark in which the digit has the higher score; equal ones count half.

    Parameters
    ----------
    of_digits : ndarray of shape (n,)
    of_marks : ndarray of shape (m,)

    Returns
    -------
    area : float
        The area under the ROC curve.
    """
    truth = np.repeat([1, 0], [len(of_digits), len(of_marks)])
    return float(roc_auc_score(truth, np.concatenate([of_digits, of_marks])))


def false_acceptance(of_digits: Floats, of_marks: Floats, kept: float) -> float:
    """Return the share of marks that are accepted where so many digits are kept.

    Parameters
    ----------
    of_digits : ndarray of shape (n,)
    of_marks : ndarray of shape (m,)
    kept : float
        Share of the digits.

    Returns
    -------
    share : float
    """
    return float((of_marks >= np.quantile(of_digits, 1 - kept, method="lower")).mean())
