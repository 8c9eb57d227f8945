"""Pictures and their readings: storing, listing, loading, deleting."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, Row, Select, delete, exists, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from hdr_bench.web.database.collection import CorrectionFilter, conditions_of
from hdr_bench.web.database.naming import clean_name, clean_writer
from hdr_bench.web.database.pages import Page, can_be_id, load_page
from hdr_bench.web.database.tables import Answer, Correction, Digit, Picture, Reading
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers


@dataclass(frozen=True)
class ReadingFilter:
    """Filter of a list of readings.

    Attributes
    ----------
    writer : str or None
        Writer of the picture; empty for pictures without a writer, None for all.
    kind : str
        ``"drawing"`` or ``"upload"``; empty for both.
    corrected : bool or None
        Whether any of its marks was corrected; None for all.
    marks : CorrectionFilter or None
        Filter that at least one correction of the reading must match; None for all.
    """

    writer: str | None = None
    kind: Literal["", "drawing", "upload"] = ""
    corrected: bool | None = None
    marks: CorrectionFilter | None = None


@dataclass(frozen=True)
class ListedReading:
    """Row of the list of readings.

    Attributes
    ----------
    reading : Reading
        Reading with its picture, without the picture's content.
    n_digits : int
        Number of marks, including rejected ones.
    n_corrections : int
    """

    reading: Reading
    n_digits: int
    n_corrections: int


def add_reading(
    session: Session, *, content: bytes, kind: str, name: str, writer: str, answers: PictureAnswers
) -> Reading:
    """Store a picture, with its reading and all answers.

    Parameters
    ----------
    session : Session
    content : bytes
        Original bytes of the picture.
    kind : str
        ``"drawing"`` or ``"upload"``.
    name : str
        File name.
    writer : str
        Who wrote the digits; empty if not given.
    answers : PictureAnswers

    Returns
    -------
    reading : Reading
        As returned by `load_reading`.
    """
    width, height = answers.size
    picture = Picture(
        kind=kind,
        name=clean_name(name),
        media_type=answers.media_type,
        writer=clean_writer(writer),
        content=content,
        thumbnail=answers.thumbnail,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        width=width,
        height=height,
    )
    reading = Reading(
        picture=picture,
        version_id=answers.reader.id,
        lines=list(answers.lines),
        turned=answers.turned,
        notes=list(answers.notes),
        seconds=answers.seconds,
        digits=[_make_digit(position, mark) for position, mark in enumerate(answers.marks)],
    )
    session.add(reading)
    session.flush()
    # The new objects refer to versions only by id, so load them again with the versions.
    session.expire(reading)
    for digit in reading.digits:
        session.expire(digit)
    return session.scalars(_whole_reading(reading.id).execution_options(populate_existing=True)).one()


def load_reading(session: Session, reading_id: int) -> Reading | None:
    """Return a reading with its picture, its marks, their answers and corrections, and the versions that answered.

    Parameters
    ----------
    session : Session
    reading_id : int

    Returns
    -------
    reading : Reading or None
        None if there is no reading with this id. The picture has no content, see `contents.load_content`.
    """
    if not can_be_id(reading_id):
        return None
    return session.scalars(_whole_reading(reading_id)).one_or_none()


def list_readings(session: Session, chosen: ReadingFilter, page: int = 1) -> Page[ListedReading]:
    """Return a page of the list of readings, newest first.

    Parameters
    ----------
    session : Session
    chosen : ReadingFilter
    page : int, default=1
        Page number, from 1.

    Returns
    -------
    page : Page of ListedReading
    """
    n_digits = select(func.count(Digit.id)).where(Digit.reading_id == Reading.id).scalar_subquery()
    n_corrections = (
        select(func.count(Correction.id)).join(Correction.mark).where(Digit.reading_id == Reading.id).scalar_subquery()
    )
    query = (
        select(Reading, n_digits.label("n_digits"), n_corrections.label("n_corrections"))
        .join(Reading.picture)
        .options(contains_eager(Reading.picture), selectinload(Reading.version))
        .where(*_conditions(chosen))
        .order_by(Reading.id.desc())
    )
    return load_page(session, query, page, _make_listed)


def list_writers(session: Session) -> list[tuple[str, int]]:
    """Return the writers in alphabetical order, with their numbers of pictures.

    Parameters
    ----------
    session : Session

    Returns
    -------
    writers : list of (str, int)
        The empty name stands for pictures without a writer.
    """
    query = select(Picture.writer, func.count()).group_by(Picture.writer).order_by(Picture.writer)
    return [(writer, n_pictures) for writer, n_pictures in session.execute(query)]


def delete_picture(session: Session, picture_id: int) -> bool:
    """Delete a picture, with its readings, their marks, answers and corrections.

    Parameters
    ----------
    session : Session
    picture_id : int

    Returns
    -------
    existed : bool
    """
    return can_be_id(picture_id) and _delete(session, Picture.id == picture_id) > 0


def delete_writer(session: Session, writer: str) -> int:
    """Delete all pictures of a writer, as `delete_picture` does.

    Parameters
    ----------
    session : Session
    writer : str

    Returns
    -------
    n_pictures : int
    """
    return _delete(session, Picture.writer == clean_writer(writer))


def _delete(session: Session, condition: ColumnElement[bool]) -> int:
    # The database deletes dependent rows; objects already loaded in the session are not used again.
    query = delete(Picture).where(condition).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(query)).rowcount


def _whole_reading(reading_id: int) -> Select[Reading]:
    marks = selectinload(Reading.digits)
    return (
        select(Reading)
        .where(Reading.id == reading_id)
        .options(
            joinedload(Reading.picture),
            joinedload(Reading.version),
            marks.selectinload(Digit.answers).joinedload(Answer.version),
            marks.selectinload(Digit.correction),
        )
    )


def _conditions(chosen: ReadingFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.writer is not None:
        conditions.append(Picture.writer == clean_writer(chosen.writer))
    if chosen.kind:
        conditions.append(Picture.kind == chosen.kind)
    if chosen.corrected is not None:
        corrected = exists().where(Digit.reading_id == Reading.id, Correction.digit_id == Digit.id)
        conditions.append(corrected if chosen.corrected else ~corrected)
    if chosen.marks is not None:
        is_of_reading = (Digit.reading_id == Reading.id, Correction.digit_id == Digit.id)
        conditions.append(exists().where(*is_of_reading, *conditions_of(chosen.marks)))
    return conditions


def _make_listed(row: Row[Any]) -> ListedReading:
    return ListedReading(row.Reading, row.n_digits, row.n_corrections)


def _make_digit(position: int, mark: MarkAnswers) -> Digit:
    x, y, width, height = mark.box
    return Digit(
        position=position,
        line=mark.line,
        x=x,
        y=y,
        width=width,
        height=height,
        digit=mark.digit,
        image=mark.image.tobytes(),
        answers=[_make_answer(answer) for answer in mark.answers],
    )


def _make_answer(answer: ModelAnswer) -> Answer:
    return Answer(
        version_id=answer.version.id,
        digit=answer.digit,
        rejected=answer.rejected,
        probabilities=list(answer.probabilities),
        seconds=answer.seconds,
    )
