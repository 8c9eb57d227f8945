"""Corrections: labels that people gave to marks, and which of them models learn from."""

from hashlib import sha256

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database.pages import can_be_id
from hdr_bench.web.database.tables import Correction, Digit

# One image in five is held back for testing new versions.
_HELD_BACK = 5
_UNLIKELY = 0.05


def correct(session: Session, digit_id: int, label: int | None) -> Correction | None:
    """Store a correction of a mark, replacing an earlier one; the models' answers are kept.

    Parameters
    ----------
    session : Session
    digit_id : int
        Id of the mark.
    label : int or None
        The digit; None if the mark is not a digit.

    Returns
    -------
    correction : Correction or None
        None if there is no mark with this id.

    Raises
    ------
    DatabaseError
        If the label is not a digit.
    """
    if label is not None and label not in range(10):
        raise DatabaseError(f"a label must be a digit from 0 to 9, or none, got {label}.")
    mark = _lock_mark(session, digit_id)
    if mark is None:
        return None
    before = session.scalar(select(Correction).where(Correction.digit_id == digit_id))
    if before is None:
        return _add(session, mark, label)
    if before.label != label:
        before.label, before.review, before.used_in_id = label, _review(mark, label), None
        session.flush()
    return before


def find_correction(session: Session, digit_id: int) -> Correction | None:
    """Return the correction of a mark.

    Parameters
    ----------
    session : Session
    digit_id : int
        Id of the mark.

    Returns
    -------
    correction : Correction or None
        None if the mark was not corrected.
    """
    if not can_be_id(digit_id):
        return None
    return session.scalar(select(Correction).where(Correction.digit_id == digit_id))


def confirm(session: Session, correction_id: int) -> Correction | None:
    """Record that a person reviewed a correction and confirmed the label.

    Parameters
    ----------
    session : Session
    correction_id : int

    Returns
    -------
    correction : Correction or None
        None if there is no correction with this id.
    """
    correction = session.get(Correction, correction_id) if can_be_id(correction_id) else None
    if correction is not None and correction.review == "waiting":
        correction.review = "confirmed"
        session.flush()
    return correction


def remove_correction(session: Session, correction_id: int) -> bool:
    """Delete a correction; the mark and the models' answers are kept.

    Parameters
    ----------
    session : Session
    correction_id : int

    Returns
    -------
    existed : bool
    """
    correction = session.get(Correction, correction_id) if can_be_id(correction_id) else None
    if correction is None:
        return False
    session.execute(delete(Correction).where(Correction.id == correction_id))
    return True


def count_unused(session: Session) -> int:
    """Return how many of the corrections to learn from were not given to any version yet.

    Parameters
    ----------
    session : Session

    Returns
    -------
    n_corrections : int
    """
    query = select(func.count(Correction.id)).where(*_learnable(), Correction.used_in_id.is_(None))
    return session.scalar(query) or 0


def count_waiting(session: Session) -> int:
    """Return how many corrections are waiting for review.

    Parameters
    ----------
    session : Session

    Returns
    -------
    n_corrections : int
    """
    return session.scalar(select(func.count(Correction.id)).where(Correction.review == "waiting")) or 0


def training_corrections(session: Session) -> list[Correction]:
    """Return the corrections to learn from, with their marks, without those waiting for review and non-digits.

    Parameters
    ----------
    session : Session

    Returns
    -------
    corrections : list of Correction
        Corrections in the order of their ids.
    """
    return list(session.scalars(_with_marks().where(*_learnable())))


def held_back_corrections(session: Session) -> list[Correction]:
    """Return the corrections that test versions, with their marks, without those waiting for review and non-digits.

    Parameters
    ----------
    session : Session

    Returns
    -------
    corrections : list of Correction
        Corrections in the order of their ids.
    """
    return list(session.scalars(_with_marks().where(*_certain(), Correction.held_back)))


def _add(session: Session, mark: Digit, label: int | None) -> Correction:
    held_back = int(sha256(mark.image).hexdigest(), 16) % _HELD_BACK == 0
    correction = Correction(mark=mark, label=label, held_back=held_back, review=_review(mark, label))
    session.add(correction)
    session.flush()
    return correction


def _lock_mark(session: Session, digit_id: int) -> Digit | None:
    """Return a mark with its answers, locked against changes by other transactions."""
    if not can_be_id(digit_id):
        return None
    query = select(Digit).where(Digit.id == digit_id).options(selectinload(Digit.answers))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _review(mark: Digit, label: int | None) -> str:
    # Models give no probability for marks that are not digits, and do not learn from them.
    if label is None or not mark.answers:
        return "clear"
    likeliest = max(answer.probabilities[label] for answer in mark.answers)
    return "waiting" if likeliest < _UNLIKELY else "clear"


def _certain() -> tuple[ColumnElement[bool], ...]:
    return (Correction.label.is_not(None), Correction.review != "waiting")


def _learnable() -> tuple[ColumnElement[bool], ...]:
    return (*_certain(), ~Correction.held_back)


def _with_marks() -> Select[Correction]:
    return select(Correction).options(joinedload(Correction.mark)).order_by(Correction.id)
