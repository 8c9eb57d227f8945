"""Corrections that versions were given, and those they learned."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hdr_bench.web.database.tables import Correction, Digit, LearnedMark, ModelVersion

# Databases limit the number of values in a statement.
_IDS_AT_ONCE = 1000


def mark_used(session: Session, labels: Mapping[int, int], version_id: int) -> None:
    """Record the first version that corrections were given to.

    Parameters
    ----------
    session : Session
    labels : mapping of int to int
        Labels that it was given, by the ids of the corrected marks. A correction that was changed since then stays
        unused.
    version_id : int
    """
    for label in set(labels.values()):
        for ids in _batches([digit_id for digit_id, given in labels.items() if given == label]):
            session.execute(
                update(Correction)
                .where(Correction.digit_id.in_(ids), Correction.label == label, Correction.used_in_id.is_(None))
                .values(used_in_id=version_id)
                .execution_options(synchronize_session=False)
            )


def note_learned(session: Session, digit_ids: Sequence[int], version: ModelVersion) -> None:
    """Record the marks that a version learned, if they still exist and no earlier version of its model learned them.

    Parameters
    ----------
    session : Session
    digit_ids : sequence of int
        Ids of the marks.
    version : ModelVersion
    """
    known = select(LearnedMark.digit_id).join(ModelVersion).where(ModelVersion.model == version.model)
    for ids in _batches(digit_ids):
        new = session.scalars(select(Digit.id).where(Digit.id.in_(ids), Digit.id.not_in(known)).with_for_update()).all()
        if new:
            rows = [{"digit_id": digit_id, "version_id": version.id} for digit_id in new]
            session.execute(insert(LearnedMark), rows)


def first_learners(session: Session) -> dict[tuple[str, bytes], int]:
    """Return the number of the first version that learned each image, by model and image.

    Parameters
    ----------
    session : Session

    Returns
    -------
    numbers : dict of (str, bytes) to int
    """
    query = (
        select(ModelVersion.model, Digit.image, ModelVersion.number)
        .select_from(LearnedMark)
        .join(ModelVersion, LearnedMark.version_id == ModelVersion.id)
        .join(Digit, LearnedMark.digit_id == Digit.id)
        # Later entries overwrite earlier ones, so the earliest version comes last.
        .order_by(ModelVersion.number.desc())
        .execution_options(yield_per=_IDS_AT_ONCE)
    )
    return {(model, image): number for model, image, number in session.execute(query)}


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
