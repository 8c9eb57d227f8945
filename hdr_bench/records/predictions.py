"""Predictions of a method for each image, and a numerical summary of its class scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Reliability:
    """Accuracy by confidence; one value per bin of confidence.

    Attributes
    ----------
    counts : ndarray of shape (n_bins,), int64
        Number of images.
    confidence, accuracy : ndarray of shape (n_bins,)
        Means over the images in the bin; NaN for an empty bin.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: the mean gap between confidence and accuracy, weighted by the number of images.

        Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI;
        with the bins of Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", ICML.
        """
        gaps = np.abs(self.confidence - self.accuracy)
        return float(np.nansum(self.counts * gaps) / self.counts.sum())


@dataclass(frozen=True, eq=False)
class ClassCurve:
    """How well scores separate one class from all others, for ROC and precision-recall.

    Attributes
    ----------
    positives, negatives : ndarray of shape (n_groups,), int64
        Numbers of images of the class, and of the others, between successive thresholds, from the highest score down.
        At most `N_GROUPS` groups: thresholds that separate little are left out.
    auc, average_precision : float
        Areas under the complete ROC curve and the complete precision-recall curve, to six decimals.
    """

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]
    auc: float
    average_precision: float


@dataclass(frozen=True, eq=False)
class ScoreSummary:
    """Summary of the information in a method's class scores.

    Attributes
    ----------
    top_2 : ndarray of shape (n_test,)
        Probability that the true class is among the two highest scores; between 0 and 1 for ties.
    kept, wrong : ndarray of shape (n_thresholds,), int64
        Numbers of images that are not rejected, and of wrong ones among them, from few kept to all; at most
        `N_THRESHOLDS` thresholds of `rejection_curve`, including the one for 0.5 % error.
    confidence : ndarray of shape (n_wrong,)
        Confidence of each wrong prediction in whole percent: the probability of the predicted class, or the rank for
        decision values.
    reliability : Reliability or None
        For probabilities.
    curves : dict of int to ClassCurve
        By class; without classes that have no images.
    """

    top_2: NDArray[np.float64]
    kept: NDArray[np.int64]
    wrong: NDArray[np.int64]
    confidence: NDArray[np.float64]
    reliability: Reliability | None
    curves: dict[int, ClassCurve]


@dataclass(frozen=True, eq=False)
class KeptModel:
    """Fitted model of a trial, to be saved with its result.

    Attributes
    ----------
    content : bytes
        Content of the model file; empty if the model cannot be saved.
    reason : str
        Why it cannot be saved; empty if it can.
    """

    content: bytes
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions of a method for the test images.

    Attributes
    ----------
    y_true, y_pred : ndarray of shape (n_test,), int64
        Indices of classes.
    probabilities : ndarray of shape (n_test, n_classes), float32, or None
        Also None if only the compact form is available.
    decisions : ndarray of shape (n_test, n_classes) or (n_test,), float32, or None
        Decision values of a method without probabilities; for a support vector machine with more than two classes, the
        smallest decision of each class against any other. Also None if only the compact form is available.
    summary : ScoreSummary or None
        Summary of the scores; None for a method without class scores, and before storing.
    scores_digest : str
        In compact form: digest of the original probabilities or decisions.
    test_sets : mapping of str to Predictions
        Predictions for the suite's other test sets that the method was evaluated on, by name.
    images : ndarray of shape (n, height, width) or None
        First images of a test set made by the trial, to be shown.
    model : KeptModel or None
        The model that made the predictions, if it is to be saved.
    """

    y_true: NDArray[np.int64]
    y_pred: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None = None
    decisions: NDArray[np.float32] | None = None
    summary: ScoreSummary | None = None
    scores_digest: str = ""
    test_sets: Mapping[str, "Predictions"] = field(default_factory=dict)
    images: NDArray[np.generic] | None = None
    model: KeptModel | None = None

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Which images are classified correctly: shape (n_test,)."""
        return self.y_true == self.y_pred
