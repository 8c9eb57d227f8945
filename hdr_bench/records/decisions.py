"""Decisions on labels: what people decided on the labels of single images.

A decision is the name of a class (that of the given label keeps it), `NEITHER`, `UNSURE`, or empty, which is not
decided yet. Decisions are on a data set as it is read, before classes are chosen or images are changed.
"""

from dataclasses import dataclass, replace
from typing import Literal

from hdr_bench.exceptions import DatasetError, shown

PartName = Literal["train", "test"]

NEITHER = "neither"
"""Decision on an image that is of none of the classes: it is left out."""

UNSURE = "unsure"
"""Decision on an image that cannot be read for certain: its label stays."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Decision on the label of an image.

    Attributes
    ----------
    part : {"train", "test"}
        Part of the data set that the image is in.
    index : int
        Its place in that part; the first is 0.
    given : str
        Name of the class that it is labelled as.
    decision : str
        Name of the class that it is, `NEITHER` or `UNSURE`; empty if it is not decided yet.
    who : str
        Who decided.
    when : str
        When it was decided, a date or a time in UTC by ISO 8601; may be empty.
    """

    part: PartName
    index: int
    given: str
    decision: str = ""
    who: str = ""
    when: str = ""

    @property
    def image(self) -> tuple[PartName, int]:
        """The image: its part, and its place in it."""
        return self.part, self.index

    @property
    def changes_label(self) -> bool:
        """The image gets another label, or none."""
        return self.decision not in {"", UNSURE, self.given}


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions on the labels of a data set.

    Attributes
    ----------
    fingerprint : str
        Of the data set as it is read; empty if it is not known, since the file has no rows.
    rows : tuple of Decision
        One per image.
    """

    fingerprint: str = ""
    rows: tuple[Decision, ...] = ()

    @property
    def n_decided(self) -> int:
        """Images that were decided on."""
        return sum(row.decision != "" for row in self.rows)


def merge_decisions(decisions: Decisions, candidates: Decisions) -> Decisions:
    """Return candidates with what was decided on them before, then all else that was decided.

    Parameters
    ----------
    decisions : Decisions
        What was decided before, on the same data.
    candidates : Decisions
        The images that are now to be decided on; their order is kept.

    Returns
    -------
    decisions : Decisions

    Raises
    ------
    DatasetError
        If they are of different data, or an image has two given labels.
    """
    if not decisions.rows:
        return candidates
    if decisions.fingerprint != candidates.fingerprint and candidates.rows:
        raise DatasetError(
            f"the decisions are on other data (fingerprint {decisions.fingerprint[:12]}...) than the candidates "
            f"({candidates.fingerprint[:12]}...); write them to another folder"
        )
    before = {row.image: row for row in decisions.rows if row.decision or row.who}
    merged = [_keep_decision(row, before.pop(row.image, row)) for row in candidates.rows]
    return Decisions(decisions.fingerprint, (*merged, *before.values()))


def _keep_decision(candidate: Decision, before: Decision) -> Decision:
    if candidate.given != before.given:
        raise DatasetError(
            f"{candidate.part} image {candidate.index}: its given label is {shown(candidate.given)}, and "
            f"{shown(before.given)} among the decisions; correct the column given there"
        )
    return replace(candidate, decision=before.decision, who=before.who, when=before.when)
