"""Ranking of labels by suspicion, and flags of those likely to be wrong, both by cleanlab."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import MissingDependencyError


@dataclass(frozen=True, eq=False)
class Ranking:
    """Quality of the labels of images.

    Attributes
    ----------
    quality : ndarray of shape (n,), float64
        Probability of the given label; the smaller, the more suspicious.
    is_flagged : ndarray of shape (n,), bool
        Whether confident learning considers the label likely to be wrong.
    """

    quality: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]

    @property
    def order(self) -> NDArray[np.intp]:
        """Positions of the images, the most suspicious first: shape (n,)."""
        return np.argsort(self.quality, kind="stable")


def check_cleanlab() -> None:
    """Check that cleanlab can be imported.

    Raises
    ------
    MissingDependencyError
        If it cannot be imported.
    """
    try:
        import cleanlab.filter  # raises ImportError if missing
        import cleanlab.rank  # noqa: F401  # as above
    except ImportError as error:
        raise MissingDependencyError(
            f"a label audit needs cleanlab, which cannot be imported ({error_line(error)}); run: pip install "
            "'hdr-bench[audit]'"
        ) from error


def rank_labels(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Ranking:
    """Rank labels by how well they fit the predicted probabilities.

    Northcutt, Jiang and Chuang (2021), "Confident learning: estimating uncertainty in dataset labels", Journal of
    Artificial Intelligence Research 70: for each pair of classes, the number of flagged images is given by the
    estimated joint distribution of given and true labels, preferring images whose other class is most certain.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Given labels.
    probabilities : ndarray of shape (n, n_classes), float64
        Held-out probabilities.

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
        # A part of a data set may have only one image of a class, or none.
        warnings.filterwarnings("ignore", "May not flag all label issues in class", UserWarning)
        # Run in this process, since the audit may be part of a program that must not be forked.
        flagged = find_label_issues(labels, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    return Ranking(np.asarray(quality, np.float64), np.asarray(flagged, np.bool_))
