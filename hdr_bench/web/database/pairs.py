"""Pairs of versions on the corrected marks that both read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from hdr_bench.web.database.tables import Answer, Correction, ModelVersion
from hdr_bench.web.database.versions import served_versions


@dataclass(frozen=True)
class PairCount:
    """Answers of two versions for the same corrected digits.

    Attributes
    ----------
    first, second : ModelVersion
    both, won, lost, neither : int
        Number of digits that both read correctly, only the first, only the second, neither.
    """

    first: ModelVersion
    second: ModelVersion
    both: int
    won: int
    lost: int
    neither: int


def count_pairs(session: Session) -> list[PairCount]:
    """Compare the versions in use pairwise on the digits that both read.

    For a retrained version, only held-back corrections count, since it may have learned from any other. Corrections
    that are waiting for review do not count.

    Parameters
    ----------
    session : Session

    Returns
    -------
    counts : list of PairCount
        Counts in the order of the models, omitting pairs without a digit in common.
    """
    served = [version for _, version in served_versions(session)]
    if not served:
        return []
    counts = {(first, second): tuple(map(int, cells)) for first, second, *cells in session.execute(_query(served))}
    return list(_in_order(served, counts))


def _in_order(served: list[ModelVersion], counts: dict[tuple[int, int], tuple[int, ...]]) -> Iterator[PairCount]:
    for first, second in combinations(served, 2):
        if (first.id, second.id) in counts:
            both, won, lost, neither = counts[first.id, second.id]
            yield PairCount(first, second, both, won, lost, neither)
        elif (second.id, first.id) in counts:
            both, won, lost, neither = counts[second.id, first.id]
            yield PairCount(first, second, both, lost, won, neither)


def _query(served: list[ModelVersion]) -> Select[Any]:
    first, second = aliased(Answer), aliased(Answer)
    first_right, second_right = first.digit == Correction.label, second.digit == Correction.label
    cells = (
        and_(first_right, second_right),
        and_(first_right, ~second_right),
        and_(~first_right, second_right),
        and_(~first_right, ~second_right),
    )
    ids = [version.id for version in served]
    columns: list[Any] = [first.version_id, second.version_id, *(func.sum(case((cell, 1), else_=0)) for cell in cells)]
    return (
        select(*columns)
        .join(second, and_(second.digit_id == first.digit_id, first.version_id < second.version_id))
        .join(Correction, Correction.digit_id == first.digit_id)
        .where(
            first.version_id.in_(ids),
            second.version_id.in_(ids),
            Correction.label.is_not(None),
            Correction.review != "waiting",
            _was_not_learned(served, first.version_id, second.version_id),
        )
        .group_by(first.version_id, second.version_id)
    )


def _was_not_learned(served: list[ModelVersion], *version_ids: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    retrained = [version.id for version in served if version.origin == "retrained"]
    return or_(Correction.held_back, and_(*(version_id.not_in(retrained) for version_id in version_ids)))
