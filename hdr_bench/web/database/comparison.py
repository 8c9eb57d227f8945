"""Accuracy of each version on what people drew."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session

from hdr_bench.web.database.learning import first_learners
from hdr_bench.web.database.tables import Answer, Correction, Digit, ModelVersion

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class RightCount:
    """Numbers of correct answers of a version on corrected marks.

    Attributes
    ----------
    n_marks : int
        Number of digits, by their labels, that it read.
    n_right : int
        Of these, how many have the correct digit as the first choice, rejected or not, as in MNIST's accuracy.
    n_rejected : int
        Of these, how many it rejected as not a digit.
    n_others : int
        Number of marks that it read and that are not digits.
    n_others_rejected : int
        Of these, how many it rejected.
    """

    n_marks: int = 0
    n_right: int = 0
    n_rejected: int = 0
    n_others: int = 0
    n_others_rejected: int = 0

    def __add__(self, other: "RightCount") -> "RightCount":
        return RightCount(
            self.n_marks + other.n_marks,
            self.n_right + other.n_right,
            self.n_rejected + other.n_rejected,
            self.n_others + other.n_others,
            self.n_others_rejected + other.n_others_rejected,
        )


def count_right(session: Session) -> list[tuple[ModelVersion, RightCount]]:
    """Count correct answers of each version on corrected marks, without images that it may have learned from.

    A picture that is submitted twice has images that a version may have learned the first time. They are left out if
    that version, or an earlier one of its model, learned an equal image, whether or not that correction still exists.
    Corrections that are waiting for review do not count.

    Parameters
    ----------
    session : Session

    Returns
    -------
    counts : list of (ModelVersion, RightCount)
        Counts sorted by model and version, omitting versions without answers to corrected marks.
    """
    counts: defaultdict[int, RightCount] = defaultdict(RightCount)
    for version_id, count in (*_count_never_learned(session), *_count_perhaps_learned(session)):
        counts[version_id] += count
    versions = session.scalars(select(ModelVersion).order_by(ModelVersion.model, ModelVersion.number))
    return [(version, counts[version.id]) for version in versions if version.id in counts]


def _count_never_learned(session: Session) -> Iterator[tuple[int, RightCount]]:
    is_digit, right = Correction.label.is_not(None), Answer.digit == Correction.label
    conditions = (is_digit, is_digit & right, is_digit & Answer.rejected, ~is_digit, ~is_digit & Answer.rejected)
    sums = (func.sum(case((condition, 1), else_=0)) for condition in conditions)
    query = _answers(Answer.version_id, *sums).where(~_may_be_learned()).group_by(Answer.version_id)
    for version_id, *numbers in session.execute(query):
        # MySQL returns sums as decimal numbers.
        yield version_id, RightCount(*map(int, numbers))


def _count_perhaps_learned(session: Session) -> Iterator[tuple[int, RightCount]]:
    versions = (Answer.version_id, ModelVersion.model, ModelVersion.number)
    columns = (*versions, Digit.image, Correction.label, Answer.digit, Answer.rejected)
    first = first_learners(session)
    query = _answers(*columns).where(_may_be_learned()).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in session.execute(query):
        if row.number < first.get((row.model, row.image), math.inf):
            yield row.version_id, _count_one(row)


def _count_one(row: Row[Any]) -> RightCount:
    if row.label is None:
        return RightCount(n_others=1, n_others_rejected=int(row.rejected))
    return RightCount(n_marks=1, n_right=int(row.digit == row.label), n_rejected=int(row.rejected))


def _answers(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Answer)
        .join(Answer.version)
        .join(Answer.mark)
        .join(Digit.correction)
        .where(Correction.review != "waiting")
    )


def _may_be_learned() -> ColumnElement[bool]:
    return (ModelVersion.origin == "retrained") & ~Correction.held_back
