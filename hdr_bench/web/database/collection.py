"""The collection: corrections as a list with filters, and as images for other programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased, contains_eager

from hdr_bench.web.database.naming import clean_writer
from hdr_bench.web.database.pages import Page, load_page
from hdr_bench.web.database.tables import Answer, Correction, Digit, ModelVersion, Picture, Reading

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class CorrectionFilter:
    """Which corrections a list shows, or an export holds.

    Attributes
    ----------
    label : int, "none" or None
        ``"none"`` for marks that are not a digit; None for all.
    model_digit : int or None
        What the picture was read as there; None for all.
    review : str
        ``"clear"``, ``"waiting"`` or ``"confirmed"``; empty for all.
    writer : str or None
        Of the picture; empty for pictures of which nobody said who wrote them, None for all.
    wrong_for : str
        Name of a model that gave another answer than the label; empty for all.
    """

    label: int | Literal["none"] | None = None
    model_digit: int | None = None
    review: str = ""
    writer: str | None = None
    wrong_for: str = ""


@dataclass(frozen=True)
class ExportedDigit:
    """Corrected digit, for an export.

    Attributes
    ----------
    id : int
        Of the correction.
    label : int
    image : bytes
        28x28 pixels, one byte each.
    writer : str
    held_back : bool
        Whether it judges new versions, and no version learns from it.
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
        Its number, from 1.

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
    """Give the corrected digits that a filter chooses, oldest first, without marks that are not a digit.

    Parameters
    ----------
    session : Session
        Open until all were given.
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


def _select(chosen: CorrectionFilter) -> Select[Correction]:
    query = select(Correction).join(Correction.mark).join(Digit.reading).join(Reading.picture)
    return query.where(*_conditions(chosen))


def _conditions(chosen: CorrectionFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.label == "none":
        conditions.append(Correction.label.is_(None))
    elif chosen.label is not None:
        conditions.append(Correction.label == chosen.label)
    if chosen.model_digit is not None:
        conditions.append(Digit.digit == chosen.model_digit)
    if chosen.review:
        conditions.append(Correction.review == chosen.review)
    if chosen.writer is not None:
        conditions.append(Picture.writer == clean_writer(chosen.writer))
    if chosen.wrong_for:
        conditions.append(_is_wrong(chosen.wrong_for))
    return conditions


def _is_wrong(model: str) -> ColumnElement[bool]:
    """Return whether a model took a digit for another or for none, or something else for a digit."""
    answer, version = aliased(Answer), aliased(ModelVersion)
    is_digit = Correction.label.is_not(None)
    wrong = (is_digit & ((answer.digit != Correction.label) | answer.rejected)) | (~is_digit & ~answer.rejected)
    return exists().where(
        answer.digit_id == Correction.digit_id,
        answer.version_id == version.id,
        version.model == clean_writer(model),
        wrong,
    )
