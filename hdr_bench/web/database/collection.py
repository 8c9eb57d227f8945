"""The collection: corrections as a filtered list, and as images for export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager

from hdr_bench.web.database.naming import clean_writer
from hdr_bench.web.database.pages import Page, load_page
from hdr_bench.web.database.tables import Answer, Correction, Digit, ModelVersion, Picture, Reading

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class CorrectionFilter:
    """Filter of the corrections in a list or an export.

    Attributes
    ----------
    label : int, "none" or None
        ``"none"`` for marks that are not a digit; None for all.
    model_digit : int or None
        Digit that was read; None for all.
    review : str
        ``"clear"``, ``"waiting"``, ``"confirmed"``, or ``"settled"`` for all that are not waiting; empty for all.
    writer : str or None
        Writer of the picture; empty for pictures without a writer, None for all.
    wrong_for, right_for : str
        Name of a model whose answer was wrong, or right; empty for all.
    kind : str
        Kind of the picture, ``"drawing"`` or ``"upload"``; empty for both.
    """

    label: int | Literal["none"] | None = None
    model_digit: int | None = None
    review: str = ""
    writer: str | None = None
    wrong_for: str = ""
    right_for: str = ""
    kind: Literal["", "drawing", "upload"] = ""


@dataclass(frozen=True)
class ExportedDigit:
    """Corrected digit for an export.

    Attributes
    ----------
    id : int
        Id of the correction.
    label : int
    image : bytes
        28x28 pixels, one byte each.
    writer : str
    held_back : bool
        Whether it is held back for testing new versions, so that no version learns from it.
    """

    id: int
    label: int
    image: bytes
    writer: str
    held_back: bool


def list_corrections(session: Session, chosen: CorrectionFilter, page: int = 1) -> Page[Correction]:
    """Return a page of the list of corrections, newest first, each with its mark, reading, picture and answers.

    Parameters
    ----------
    session : Session
    chosen : CorrectionFilter
    page : int, default=1
        Page number, from 1.

    Returns
    -------
    page : Page of Correction
    """
    mark = contains_eager(Correction.mark)
    query = _select(chosen).options(
        mark.contains_eager(Digit.reading).contains_eager(Reading.picture),
        mark.contains_eager(Digit.reading).selectinload(Reading.version),
        mark.selectinload(Digit.answers).joinedload(Answer.version),
    )
    return load_page(session, query.order_by(Correction.id.desc()), page, lambda row: row[0])


def export_digits(session: Session, chosen: CorrectionFilter) -> Iterator[ExportedDigit]:
    """Yield the corrected digits that match a filter, oldest first, without marks that are not digits.

    Parameters
    ----------
    session : Session
        Session that stays open until all digits were yielded.
    chosen : CorrectionFilter

    Yields
    ------
    digit : ExportedDigit
    """
    columns = (Correction.id, Correction.label, Digit.image, Picture.writer, Correction.held_back)
    query = _select(chosen).with_only_columns(*columns, maintain_column_froms=True)
    query = query.where(Correction.label.is_not(None)).order_by(Correction.id)
    for id_, label, image, writer, held_back in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield ExportedDigit(id_, label or 0, image, writer, held_back)


def count_digits(session: Session, chosen: CorrectionFilter) -> int:
    """Return how many digits `export_digits` yields.

    Parameters
    ----------
    session : Session
    chosen : CorrectionFilter

    Returns
    -------
    n_digits : int
    """
    query = (
        _select(chosen)
        .where(Correction.label.is_not(None))
        .with_only_columns(func.count(Correction.id), maintain_column_froms=True)
    )
    return session.scalar(query) or 0


def _select(chosen: CorrectionFilter) -> Select[Correction]:
    query = select(Correction).join(Correction.mark).join(Digit.reading).join(Reading.picture)
    return query.where(*conditions_of(chosen))


def conditions_of(chosen: CorrectionFilter) -> Sequence[ColumnElement[bool]]:
    """Return a filter as conditions for a query of corrections with their marks and pictures.

    Parameters
    ----------
    chosen : CorrectionFilter

    Returns
    -------
    conditions : sequence of ColumnElement
    """
    conditions: list[ColumnElement[bool]] = []
    if chosen.label == "none":
        conditions.append(Correction.label.is_(None))
    elif chosen.label is not None:
        conditions.append(Correction.label == chosen.label)
    if chosen.model_digit is not None:
        conditions.append(Digit.digit == chosen.model_digit)
    if chosen.review == "settled":
        conditions.append(Correction.review != "waiting")
    elif chosen.review:
        conditions.append(Correction.review == chosen.review)
    if chosen.kind:
        conditions.append(Picture.kind == chosen.kind)
    if chosen.writer is not None:
        conditions.append(Picture.writer == clean_writer(chosen.writer))
    if chosen.wrong_for:
        conditions.append(_answered(chosen.wrong_for, right=False))
    if chosen.right_for:
        conditions.append(_answered(chosen.right_for, right=True))
    return conditions


def _answered(model: str, *, right: bool) -> ColumnElement[bool]:
    """Return whether a model was right: it accepted a digit and read it correctly, or rejected a non-digit."""
    answer, version = aliased(Answer), aliased(ModelVersion)
    is_digit = Correction.label.is_not(None)
    is_right = (is_digit & (answer.digit == Correction.label) & ~answer.rejected) | (~is_digit & answer.rejected)
    return exists().where(
        answer.digit_id == Correction.digit_id,
        answer.version_id == version.id,
        version.model == clean_writer(model),
        is_right if right else ~is_right,
    )
