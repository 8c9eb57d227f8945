"""Corrections for a retraining: read from the database once, and passed to its process in a file."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hdr_bench.files import write_whole
from hdr_bench.pictures.normalize import SIDE
from hdr_bench.web.database.corrections import held_back_corrections, training_corrections
from hdr_bench.web.database.tables import Correction


@dataclass(frozen=True, eq=False)
class Collected:
    """Corrections that a version learns from, and those that test it.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        Images to learn from; none is held back or waiting for review.
    labels : ndarray of shape (n,), int64
    digit_ids : ndarray of shape (n,), int64
        Ids of these marks in the database.
    marks : ndarray of shape (m, 28, 28), uint8
        Marks that people said are not digits, without those held back.
    held_images : ndarray of shape (k, 28, 28), uint8
        Held-back images.
    held_labels : ndarray of shape (k,), int64
    mark_ids : ndarray of shape (m,), int64
        Ids of the marks that are not digits.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    digit_ids: NDArray[np.int64]
    marks: NDArray[np.uint8]
    held_images: NDArray[np.uint8]
    held_labels: NDArray[np.int64]
    mark_ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


def collect(session: Session) -> Collected:
    """Read the corrections.

    Parameters
    ----------
    session : Session

    Returns
    -------
    collected : Collected
    """
    learned, held = training_corrections(session), held_back_corrections(session)
    marks = select(Correction).where(Correction.label.is_(None), ~Correction.held_back)
    others = list(session.scalars(marks.options(joinedload(Correction.mark)).order_by(Correction.id)))
    return Collected(
        _images(learned),
        _integers([correction.label for correction in learned]),
        _integers([correction.digit_id for correction in learned]),
        _images(others),
        _images(held),
        _integers([correction.label for correction in held]),
        _integers([correction.digit_id for correction in others]),
    )


def write_collected(collected: Collected, path: Path) -> None:
    """Write corrections to a file atomically.

    Parameters
    ----------
    collected : Collected
    path : Path

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = io.BytesIO()
    np.savez(content, **vars(collected))
    write_whole(path, content.getvalue())


def read_collected(path: Path) -> Collected:
    """Read corrections from a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    collected : Collected
    """
    with np.load(path, allow_pickle=False) as arrays:
        return Collected(**arrays)


def _images(corrections: list[Correction]) -> NDArray[np.uint8]:
    content = b"".join(correction.mark.image for correction in corrections)
    return np.frombuffer(content, np.uint8).reshape(-1, SIDE, SIDE)


def _integers(values: list[Any]) -> NDArray[np.int64]:
    return np.array(values, np.int64)
