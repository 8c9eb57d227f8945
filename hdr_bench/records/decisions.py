"""Decisions that people made on the labels of individual images.

A decision is the name of a class (that of the given label confirms it), `NEITHER`, `UNSURE`, or empty if it is pending.
Decisions refer to a data set as read, before classes are selected or images changed.
"""

from dataclasses import dataclass, replace
from typing import Literal

from hdr_bench.exceptions import DatasetError, shown

PartName = Literal["train", "test"]

NEITHER = "neither"
"""Decision on an image of none of the classes, which is left out."""

UNSURE = "unsure"
"""Decision on an image that cannot be read with certainty, whose label stays."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Decision on the label of an image.

    Attributes
    ----------
    part : {"train", "test"}
        Part of the data set that contains the image.
    index : int
        Position in that part, from 0.
    given : str
        Name of the class that it is labelled as.
    decision : str
        Name of its actual class, `NEITHER` or `UNSURE`; empty if pending.
    who : str
        Name of the person who decided.
    when : str
        Time of the decision, as an ISO 8601 date or UTC time; may be empty.
    """

    part: PartName
    index: int
    given: str
    decision: str = ""
    who: str = ""
    when: str = ""

    @property
    def image(self) -> tuple[PartName, int]:
        """The image: its part, and its position in it."""
        return self.part, self.index

    @property
    def changes_label(self) -> bool:
        """Whether the image gets another label or is left out."""
        return self.decision not in {"", UNSURE, self.given}


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions on the labels of a data set.

    Attributes
    ----------
    fingerprint : str
        Fingerprint of the data set as read; empty if unknown, as the file has no rows.
    rows : tuple of Decision
        One per image.
    """

    fingerprint: str = ""
    rows: tuple[Decision, ...] = ()

    @property
    def n_decided(self) -> int:
        """Number of images that were decided on."""
        return sum(row.decision != "" for row in self.rows)

    @property
    def n_changed(self) -> int:
        """Number of images that get another label or are left out."""
        return sum(row.changes_label for row in self.rows)


def merge_decisions(decisions: Decisions, candidates: Decisions) -> Decisions:
    """Return candidates with their earlier decisions, followed by all other earlier decisions.

    Parameters
    ----------
    decisions : Decisions
        Earlier decisions on the same data.
    candidates : Decisions
        The images to decide on now, whose order is kept.

    Returns
    -------
    decisions : Decisions

    Raises
    ------
    DatasetError
        If they belong to different data, or an image has two given labels.
    """
    if not decisions.rows:
        return candidates
    if decisions.fingerprint != candidates.fingerprint and candidates.rows:
        raise DatasetError(
            f"the decisions are for other data (fingerprint {decisions.fingerprint[:12]}...) than the candidates "
            f"({candidates.fingerprint[:12]}...); write them to another folder"
        )
    before = {row.image: row for row in decisions.rows if row.decision or row.who}
    merged = [_keep_decision(row, before.pop(row.image, row)) for row in candidates.rows]
    return Decisions(decisions.fingerprint, (*merged, *before.values()))


def _keep_decision(candidate: Decision, before: Decision) -> Decision:
    if candidate.given != before.given:
        raise DatasetError(
            f"{candidate.part} image {candidate.index}: its given label is {shown(candidate.given)}, but "
            f"{shown(before.given)} in the decisions; correct the column given there"
        )
    return replace(candidate, decision=before.decision, who=before.who, when=before.when)
