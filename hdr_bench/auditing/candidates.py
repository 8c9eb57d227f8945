"""Candidates of an audit, as stored in its files and shown on its pages."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.records.candidates import Candidate, Candidates
from hdr_bench.records.text import list_first


def candidates_of(audit: LabelAudit) -> Candidates:
    """Return an audit's candidates as stored in its folder.

    Parameters
    ----------
    audit : LabelAudit

    Returns
    -------
    candidates : Candidates
    """
    data, names = audit.data, np.array(audit.data.dataset.class_names)
    rows = audit.rows[audit.listed]
    return Candidates(
        data.dataset.fingerprint,
        data.dataset.class_names,
        tuple(_candidate_of(audit, int(place)) for place in audit.listed),
        to_bytes(data.images, rows),
        to_bytes(data.images, audit.neighbors.rows),
        names[data.labels[audit.neighbors.rows]],
    )


def to_bytes(images: NDArray[np.generic], rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return some images as bytes: uint8 unchanged, other types scaled from the range of all images to 0 to 255.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        All images.
    rows : ndarray of any shape, intp
        Rows of the images to return.

    Returns
    -------
    images : ndarray of shape (*rows.shape, height, width), uint8
    """
    chosen = images[rows]
    if chosen.dtype == np.uint8:
        return np.asarray(chosen, np.uint8)
    low, high = float(images.min()), float(images.max())
    return np.round(255 * (chosen.astype(np.float64) - low) / max(high - low, 1e-12)).astype(np.uint8)


def suggested_class(probabilities: NDArray[np.float64], given: int) -> int:
    """Return the most likely class other than the given one.

    Parameters
    ----------
    probabilities : ndarray of shape (n_classes,), float64
    given : int
        Index of the given class.

    Returns
    -------
    suggested : int
        Index of the suggested class.
    """
    others = probabilities.copy()
    others[given] = -1.0
    return int(others.argmax())


def _candidate_of(audit: LabelAudit, place: int) -> Candidate:
    names, given = audit.data.dataset.class_names, int(audit.labels[place])
    part, index = audit.data.place_of(int(audit.rows[place]))
    says = {
        each.method: f"{names[each.predicted[place]]} ({each.probabilities[place, each.predicted[place]]:.2f})"
        for each in audit.judgements
    }
    return Candidate(
        part,
        index,
        names[given],
        names[suggested_class(audit.probabilities[place], given)],
        float(audit.ranking.quality[place]),
        _reason_of(audit, place),
        says,
    )


def _reason_of(audit: LabelAudit, place: int) -> str:
    names, given, row = audit.data.dataset.class_names, audit.labels[place], int(audit.rows[place])
    reasons = []
    others = [each.method for each in audit.judgements if each.predicted[place] != given]
    if others:
        n_methods = len(audit.judgements)
        who = "all methods" if len(others) == n_methods > 1 else list_first(others)
        reasons.append(f"another class predicted by {who}")
    else:
        reasons.append(f"{100 * audit.ranking.quality[place]:.0f} % probability of the given label")
    conflict = audit.conflicts.get(row)
    if conflict is not None:
        part, index = audit.data.place_of(conflict.other)
        what = "the same image" if conflict.is_exact else "a near duplicate"
        reasons.append(f"{what}, {part} {index}, is labelled {names[audit.data.labels[conflict.other]]}")
    return "; ".join(reasons)
