"""Label audit: from held-out predictions of several methods to the labels to review."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.audited_data import AuditedData
from hdr_bench.auditing.known_errors import RecallCurve, recall_of_known
from hdr_bench.auditing.neighbors import (
    Conflict,
    ImageSearch,
    Neighbors,
    exact_conflicts,
    near_conflicts,
)
from hdr_bench.auditing.out_of_fold import HeldOutAnswers
from hdr_bench.auditing.probabilities import Judgement, calibrate, fit_weights, join_probabilities
from hdr_bench.auditing.ranking import Ranking, rank_labels
from hdr_bench.auditing.wrong_labels import WrongLabels, estimate_wrong_labels

FEWEST, MOST = 100, 1_000
"""Bounds on the number of candidates that an audit lists, besides duplicates with conflicting labels."""

N_NEIGHBORS = 6
"""Number of nearest images shown beside a candidate."""

# Share of the most suspicious images that are searched for near duplicates: if one of two nearly identical images has a
# wrong label, the methods fitted on the other one doubt it.
_SEARCHED_SHARE, _FEWEST_SEARCHED = 0.1, 1_000


@dataclass(frozen=True, eq=False)
class LabelAudit:
    """Result of an audit. Images are numbered by their position among the audited ones.

    Attributes
    ----------
    data : AuditedData
    rows : ndarray of shape (n,), intp
        Audited rows of the data.
    labels : ndarray of shape (n,), int64
        Their given labels.
    judgements : tuple of Judgement
        Calibrated predictions of each method.
    weights : ndarray of shape (n_methods,), float64
        Weights with which the methods' probabilities are combined.
    probabilities : ndarray of shape (n, n_classes), float64
        Combined probabilities.
    ranking : Ranking
    estimate : WrongLabels
    conflicts : dict of int to Conflict
        Conflicting duplicates, by row of the data.
    near_distance : float
        Distance below which images are near duplicates.
    listed : ndarray of shape (n_listed,), intp
        Positions of the candidates, the most suspicious first.
    neighbors : Neighbors
        Nearest images of the candidates.
    recall : RecallCurve or None
        Recall of known errors; None if none are known.
    remarks : tuple of str
        Remarks for the reader.
    """

    data: AuditedData
    rows: NDArray[np.intp]
    labels: NDArray[np.int64]
    judgements: tuple[Judgement, ...]
    weights: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    ranking: Ranking
    estimate: WrongLabels
    conflicts: dict[int, Conflict]
    near_distance: float
    listed: NDArray[np.intp]
    neighbors: Neighbors
    recall: RecallCurve | None
    remarks: tuple[str, ...] = ()

    @property
    def n_flagged(self) -> int:
        """Number of labels that confident learning flags."""
        return int(self.ranking.is_flagged.sum())


def audit_labels(data: AuditedData, answers: HeldOutAnswers) -> LabelAudit:
    """Find labels that may be wrong.

    Parameters
    ----------
    data : AuditedData
    answers : HeldOutAnswers
        Held-out predictions for its images.

    Returns
    -------
    audit : LabelAudit

    Raises
    ------
    MissingDependencyError
        If cleanlab cannot be imported.
    """
    # Calibrated on all images even if only one part is audited: there are more images, and the methods are the same.
    all_labels = data.labels[answers.rows]
    all_judgements = [calibrate(each, all_labels) for each in answers.methods]
    weights = fit_weights(all_judgements, all_labels)
    is_looked_at = data.is_looked_at(answers.rows)
    judgements = tuple(_select(each, is_looked_at) for each in all_judgements)
    rows = answers.rows[is_looked_at]
    labels, probabilities = data.labels[rows], join_probabilities(judgements, weights)
    ranking = rank_labels(labels, probabilities)
    search = ImageSearch(data.images)
    distance = search.near_distance()
    n_searched = max(round(_SEARCHED_SHARE * len(rows)), _FEWEST_SEARCHED)
    near = near_conflicts(search, rows[ranking.order[:n_searched]], data.labels, distance)
    conflicts = near | exact_conflicts(data.images, data.labels)
    listed = list_candidates(ranking, np.isin(rows, list(conflicts)))
    return LabelAudit(
        data,
        rows,
        labels,
        judgements,
        weights,
        probabilities,
        ranking,
        estimate_wrong_labels(labels, probabilities),
        conflicts,
        distance,
        listed,
        search.nearest(rows[listed], N_NEIGHBORS),
        recall_of_known(data, rows[ranking.order]),
        answers.remarks,
    )


def list_candidates(ranking: Ranking, is_conflict: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the images to review: the most suspicious ones, and all duplicates with conflicting labels.

    Parameters
    ----------
    ranking : Ranking
    is_conflict : ndarray of shape (n,), bool
        Whether an image has a duplicate with another label.

    Returns
    -------
    places : ndarray of shape (n_listed,), intp
        Positions, the most suspicious first.
    """
    order = ranking.order
    n_flagged = int(ranking.is_flagged.sum())
    is_suspicious = ranking.is_flagged.copy()
    is_suspicious[order[: max(n_flagged, FEWEST)]] = True
    is_listed = is_conflict.copy()
    is_listed[order[is_suspicious[order]][:MOST]] = True
    return order[is_listed[order]]


def _select(judgement: Judgement, chosen: NDArray[np.bool_]) -> Judgement:
    probabilities, predicted = judgement.probabilities[chosen], judgement.predicted[chosen]
    return Judgement(judgement.method, judgement.temperature, probabilities, predicted)
