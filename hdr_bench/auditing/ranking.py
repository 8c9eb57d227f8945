"""The order in which labels are looked at, and which of them are likely to be wrong: cleanlab's."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import MissingDependencyError


@dataclass(frozen=True, eq=False)
class Ranking:
    """How well the labels of images fit them.

    Attributes
    ----------
    quality : ndarray of shape (n,), float64
        From 0 to 1, the probability of the given label: the smaller, the more suspicious.
    is_flagged : ndarray of shape (n,), bool
        Likely to be wrong, by confident learning.
    """

    quality: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]

    @property
    def order(self) -> NDArray[np.intp]:
        """Places of the images, the most suspicious first: shape (n,)."""
        return np.argsort(self.quality, kind="stable")


def check_cleanlab() -> None:
    """Check that cleanlab can be imported.

    Raises
    ------
    MissingDependencyError
        If it cannot.
    """
    try:
        import cleanlab.filter  # for what it raises
        import cleanlab.rank  # noqa: F401  # as above
    except ImportError as error:
        raise MissingDependencyError(
            f"a label audit needs cleanlab, which cannot be imported ({error_line(error)}); pip install "
            "'hdr-bench[audit]'"
        ) from error


def rank_labels(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Ranking:
    """Rank labels by how well they fit what methods say of the images.

    Northcutt, Jiang and Chuang (2021), "Confident learning: estimating uncertainty in dataset labels", Journal of
    Artificial Intelligence Research 70: flagged are, for each pair of classes, as many images as the estimated joint
    distribution of given and true labels has there, those first whose other class is the surest.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The given ones.
    probabilities : ndarray of shape (n, n_classes), float64
        Of methods that have not learned from the images.

    Returns
    -------
    ranking : Ranking

    Raises
    ------
    MissingDependencyError
        If cleanlab cannot be imported.
    """
    check_cleanlab()
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    quality = get_label_quality_scores(labels, probabilities, method="self_confidence", adjust_pred_probs=False)
    with warnings.catch_warnings():
        # A part of a data set may have one image of a class, or none.
        warnings.filterwarnings("ignore", "May not flag all label issues in class", UserWarning)
        # In this process: the audit may be a part of a program that must not be forked.
        flagged = find_label_issues(labels, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    return Ranking(np.asarray(quality, np.float64), np.asarray(flagged, np.bool_))
