"""A label audit: from what methods say of images that they have not learned from, to the labels to look at."""

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
"""Candidates that an audit lists: those that are flagged, within these bounds."""

N_NEIGHBORS = 6
"""Nearest images that are shown beside a candidate."""

# Of these, the most suspicious, near duplicates are searched: if one of two images that are nearly alike has a wrong
# label, the methods that know the other one doubt it.
_SEARCHED_SHARE, _FEWEST_SEARCHED = 0.1, 1_000


@dataclass(frozen=True, eq=False)
class LabelAudit:
    """What an audit found. Its images are numbered by their place among those that were looked at.

    Attributes
    ----------
    data : AuditedData
    rows : ndarray of shape (n,), intp
        Rows of the data that were looked at.
    labels : ndarray of shape (n,), int64
        Their given labels.
    judgements : tuple of Judgement
        What each method says of them.
    weights : ndarray of shape (n_methods,), float64
        By which the methods' probabilities are joined.
    probabilities : ndarray of shape (n, n_classes), float64
        Joined.
    ranking : Ranking
    estimate : WrongLabels
    conflicts : dict of int to Conflict
        By row of the data.
    near_distance : float
        Below which images are near duplicates.
    listed : ndarray of shape (n_listed,), intp
        Places of the candidates, the most suspicious first.
    neighbors : Neighbors
        Of the candidates.
    recall : RecallCurve or None
        Where errors are known.
    remarks : tuple of str
        What a reader must know.
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
        """Labels that confident learning flags."""
        return int(self.ranking.is_flagged.sum())


def audit_labels(data: AuditedData, answers: HeldOutAnswers) -> LabelAudit:
    """Find the labels that may be wrong.

    Parameters
    ----------
    data : AuditedData
    answers : HeldOutAnswers
        For its images.

    Returns
    -------
    audit : LabelAudit

    Raises
    ------
    MissingDependencyError
        If cleanlab cannot be imported.
    """
    # Calibrated on all images, also if those of one part alone are looked at: more images, the same methods.
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
    """Return the images to look at: as many as are flagged, within bounds, and all that are there with other labels.

    Parameters
    ----------
    ranking : Ranking
    is_conflict : ndarray of shape (n,), bool
        Images that are there again with another label.

    Returns
    -------
    places : ndarray of shape (n_listed,), intp
        The most suspicious first.
    """
    order = ranking.order
    n_flagged = int(ranking.is_flagged.sum())
    is_listed = ranking.is_flagged | is_conflict
    is_listed[order[: max(n_flagged, FEWEST)]] = True
    return order[is_listed[order]][:MOST]


def _select(judgement: Judgement, chosen: NDArray[np.bool_]) -> Judgement:
    probabilities, predicted = judgement.probabilities[chosen], judgement.predicted[chosen]
    return Judgement(judgement.method, judgement.temperature, probabilities, predicted)
