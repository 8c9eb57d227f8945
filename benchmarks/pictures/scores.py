"""Scores of "this is a digit": how a network's outputs say it, and how well each tells digits from other marks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sklearn.metrics import roc_auc_score

Floats = NDArray[np.floating]
_NEIGHBOURS, _PRINCIPAL = 5, 40


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


@dataclass(frozen=True)
class Reference:
    """The last hidden layer for training images, to which others are compared.

    Attributes
    ----------
    hidden : ndarray of shape (n, n_units)
    outputs : ndarray of shape (n, n_classes)
    labels : ndarray of shape (n,)
        0 to 9.
    """

    hidden: Floats
    outputs: Floats
    labels: NDArray[np.integer]


def feature_scores(hidden: Floats, outputs: Floats, reference: Reference) -> dict[str, Floats]:
    """Return the scores that the last hidden layer gives.

    Parameters
    ----------
    hidden : ndarray of shape (n, n_units)
    outputs : ndarray of shape (n, n_classes)
    reference : Reference

    Returns
    -------
    scores : dict of str to ndarray of shape (n,)
        The higher, the more like a digit.

    References
    ----------
    Lee, Lee, Lee and Shin, "A simple unified framework for detecting out-of-distribution samples and adversarial
    attacks", NeurIPS 2018 (Mahalanobis); Sun, Ming, Zhu and Li, "Out-of-distribution detection with deep nearest
    neighbors", ICML 2022; Wang, Li, Feng and Zhang, "ViM: Out-of-distribution with virtual-logit matching", CVPR 2022.
    """
    return {
        "Mahalanobis": -_mahalanobis(hidden, reference),
        "5th neighbour": _fifth_cosine(hidden, reference),
        "ViM": _virtual_logit(hidden, outputs, reference),
    }


def _mahalanobis(hidden: Floats, reference: Reference) -> Floats:
    means = np.stack([reference.hidden[reference.labels == label].mean(axis=0) for label in range(10)])
    inner = reference.hidden - means[reference.labels]
    covariance = inner.T @ inner / len(inner)
    # Units that are nearly always off have no variance of their own.
    precision = np.linalg.inv(covariance + 1e-3 * np.trace(covariance) / len(covariance) * np.eye(len(covariance)))
    offsets = hidden[:, np.newaxis] - means
    distances: Floats = np.einsum("nci,ij,ncj->nc", offsets, precision, offsets, optimize=True)
    return distances.min(axis=1)


def _fifth_cosine(hidden: Floats, reference: Reference) -> Floats:
    known, asked = (values / np.linalg.norm(values, axis=1, keepdims=True) for values in (reference.hidden, hidden))
    return np.partition(asked @ known.T, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS]


def _virtual_logit(hidden: Floats, outputs: Floats, reference: Reference) -> Floats:
    center = reference.hidden.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((reference.hidden - center).T))
    residual = axes[:, :-_PRINCIPAL]
    scale = reference.outputs.max(axis=1).mean() / np.linalg.norm((reference.hidden - center) @ residual, axis=1).mean()
    return logsumexp(outputs, axis=1) - scale * np.linalg.norm((hidden - center) @ residual, axis=1)


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
