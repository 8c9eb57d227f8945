"""What a method predicts for each image, and its scores of classes in a few numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often a method is right, by how sure it is; one value per bin of confidence.

    Attributes
    ----------
    counts : ndarray of shape (n_bins,), int64
        Images.
    confidence, accuracy : ndarray of shape (n_bins,)
        Means over the images of the bin; missing for an empty bin.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: the mean gap between confidence and accuracy, weighted by images.

        Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI;
        with the bins of Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", ICML.
        """
        gaps = np.abs(self.confidence - self.accuracy)
        return float(np.nansum(self.counts * gaps) / self.counts.sum())


@dataclass(frozen=True, eq=False)
class ClassCurve:
    """How well the scores part one class from all others, for ROC and precision-recall.

    Attributes
    ----------
    positives, negatives : ndarray of shape (n_groups,), int64
        Images of the class, and of the others, between one threshold and the next; from the highest score down. At most
        `N_GROUPS` groups: thresholds that part little are left out.
    auc, average_precision : float
        Areas under the whole ROC curve, and the whole precision-recall curve; to six decimals.
    """

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]
    auc: float
    average_precision: float


@dataclass(frozen=True, eq=False)
class ScoreSummary:
    """What a method's scores of classes say beyond the class, in a few numbers.

    Attributes
    ----------
    top_2 : ndarray of shape (n_test,)
        Probability that the true class is among the two of the highest scores; between 0 and 1 where scores are equal.
    kept, wrong : ndarray of shape (n_thresholds,), int64
        Images that are not refused, and the wrong ones among them, from few kept to all; of the thresholds of
        `rejection_curve` at most `N_THRESHOLDS`, the one for 0.5 % error among them.
    confidence : ndarray of shape (n_wrong,)
        How sure the method is of each wrong prediction, in whole percent: the probability of the predicted class; of
        decision values their rank.
    reliability : Reliability or None
        Of probabilities.
    curves : dict of int to ClassCurve
        By class; without classes that no image is of.
    """

    top_2: NDArray[np.float64]
    kept: NDArray[np.int64]
    wrong: NDArray[np.int64]
    confidence: NDArray[np.float64]
    reliability: Reliability | None
    curves: dict[int, ClassCurve]


@dataclass(frozen=True, eq=False)
class KeptModel:
    """Fitted model of a trial, to be kept beside its result.

    Attributes
    ----------
    content : bytes
        Of the model file; empty if no file can hold the model.
    reason : str
        Why there is none; empty if there is one.
    """

    content: bytes
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a method said of each test image.

    Attributes
    ----------
    y_true, y_pred : ndarray of shape (n_test,), int64
        Indices of classes.
    probabilities : ndarray of shape (n_test, n_classes), float32, or None
        None also where only the compact form is there.
    decisions : ndarray of shape (n_test, n_classes) or (n_test,), float32, or None
        Decision values of a method without probabilities; of a support vector machine for more than two classes, the
        smallest decision of each class against another one. None also where only the compact form is there.
    summary : ScoreSummary or None
        What the scores say, condensed; None for a method without scores of classes, and before it is stored.
    scores_digest : str
        Of the compact form: which probabilities or decisions it was made of.
    test_sets : mapping of str to Predictions
        The same for the suite's other test sets that the method was evaluated on, by their names.
    images : ndarray of shape (n, height, width) or None
        The first images of a test set that the trial has made, to be shown.
    model : KeptModel or None
        What said it, if it is to be kept.
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
