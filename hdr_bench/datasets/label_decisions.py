"""Decisions on labels, applied to a data set: changed labels and removed images.

They are the first change to a data set, since a file of decisions names images by their position in the data as read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import rebuild_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.exceptions import DatasetError, UnknownNameError, shown
from hdr_bench.records.decisions import NEITHER, UNSURE, Decision, Decisions, PartName
from hdr_bench.records.text import first_faults, pluralize

_LEFT_OUT = -1
_SHOWN_DIGITS = 12
_WORDS: dict[PartName, str] = {"train": "training", "test": "test"}


def decisions_digest(decisions: Decisions) -> str:
    """Return a digest of the effect of decisions, which excludes who decided and when.

    Parameters
    ----------
    decisions : Decisions

    Returns
    -------
    digest : str
        As hexadecimal digits.
    """
    content = (decisions.fingerprint, *((row.image, row.given, row.decision) for row in decisions.rows))
    return hashlib.sha256(repr(content).encode()).hexdigest()


def apply_decisions(dataset: Dataset, decisions: Decisions, path: Path) -> Dataset:
    """Return a data set with decisions on its labels applied.

    An image of another class gets that class; an image of none of the classes is removed from its part, whose other
    images keep their order; images that are unsure or undecided are unchanged.

    Parameters
    ----------
    dataset : Dataset
        The data set as read.
    decisions : Decisions
    path : Path
        Path of their file, for errors and the note.

    Returns
    -------
    dataset : Dataset
        With a note on how many labels were changed and images left out in each part.

    Raises
    ------
    DatasetError
        If the decisions are for other data, name an image or a class that does not exist, or state a given label that
        the image does not have; or if a part has no images left.
    """
    if decisions.rows and decisions.fingerprint != dataset.fingerprint:
        raise DatasetError(
            f"{path}: these decisions are for data with the fingerprint {decisions.fingerprint[:_SHOWN_DIGITS]}..., "
            f"but {dataset.name} as read has {dataset.fingerprint[:_SHOWN_DIGITS]}...; give a file of decisions for "
            "these data, read with the same options"
        )
    _check_reserved(dataset, path)
    if faults := list(_faults(dataset, decisions.rows)):
        raise DatasetError(f"{path}: " + "\n  ".join(first_faults(faults)))
    parts: dict[PartName, Part] = {"train": dataset.train, "test": dataset.test}
    changed = {name: _apply(part, _of_part(name, decisions.rows), dataset.class_names) for name, part in parts.items()}
    for name, part in changed.items():
        if not len(part):
            raise DatasetError(f"{path}: all {_WORDS[name]} images are left out; keep some of them")
    counts = ", ".join(_describe(name, part, decisions.rows) for name, part in parts.items())
    note = f"labels by the decisions in {path.name}: {counts}"
    return rebuild_dataset(dataset, changed["train"], changed["test"], dataset.class_names, note)


def _check_reserved(dataset: Dataset, path: Path) -> None:
    for word in (NEITHER, UNSURE):
        if word in dataset.class_names:
            raise DatasetError(
                f"{path}: a decision {word!r} could be the class of that name in {dataset.name}; give the class "
                "another name"
            )


def _faults(dataset: Dataset, rows: Sequence[Decision]) -> Iterator[str]:
    parts: dict[PartName, Part] = {"train": dataset.train, "test": dataset.test}
    for row in rows:
        image, labels = f"{row.part} image {row.index}", parts[row.part].labels
        if row.index >= len(labels):
            yield f"{image}: there is no such image; {dataset.name} has {len(labels):,} in that part, counted from 0"
            continue
        present = dataset.class_names[labels[row.index]]
        if row.given != present:
            yield f"{image}: given must be {shown(present)}, the label that it has, got {shown(row.given)}"
        if row.decision not in {"", NEITHER, UNSURE, *dataset.class_names}:
            allowed = [*dataset.class_names, NEITHER, UNSURE]
            yield f"{image}: {UnknownNameError('decision', row.decision, allowed)}"


def _of_part(part: PartName, rows: Sequence[Decision]) -> list[Decision]:
    return [row for row in rows if row.part == part and row.changes_label]


def _apply(part: Part, rows: Sequence[Decision], class_names: tuple[str, ...]) -> Part:
    if not rows:
        return part
    labels: NDArray[np.int64] = np.array(part.labels)
    for row in rows:
        labels[row.index] = _LEFT_OUT if row.decision == NEITHER else class_names.index(row.decision)
    if (labels != _LEFT_OUT).all():
        return Part(part.images, labels)
    return Part(part.images, labels).take(np.flatnonzero(labels != _LEFT_OUT))


def _describe(name: PartName, part: Part, rows: Sequence[Decision]) -> str:
    changes = _of_part(name, rows)
    n_left_out = sum(row.decision == NEITHER for row in changes)
    return (
        f"{len(changes) - n_left_out:,} of {len(part):,} {_WORDS[name]} labels changed and "
        f"{pluralize(n_left_out, 'image')} left out"
    )
