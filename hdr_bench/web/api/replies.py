"""Readings as the API returns them, both fresh and stored ones."""

import base64
from collections.abc import Sequence

from hdr_bench.web.api.schemas import (
    Choice,
    DrawingReply,
    MarkReply,
    ModelReply,
    ReadingReply,
    ShortCorrection,
    StoredMark,
    VersionName,
)
from hdr_bench.web.database.tables import Answer, Correction, Digit, Reading
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers

# Decimal places of probabilities and of milliseconds.
_PLACES, _PLACES_OF_TIMES = 6, 3


def reply_to_drawing(answers: PictureAnswers) -> DrawingReply:
    """Return the reading of a drawing.

    Parameters
    ----------
    answers : PictureAnswers

    Returns
    -------
    reply : DrawingReply
    """
    marks = [_reply_to_mark(mark) for mark in answers.marks]
    return DrawingReply(lines=list(answers.lines), size=list(answers.size), digits=marks)


def reply_of_answer(answer: ModelAnswer) -> ModelReply:
    """Return the answer of a model for one image.

    Parameters
    ----------
    answer : ModelAnswer

    Returns
    -------
    reply : ModelReply
    """
    name = VersionName(model=answer.version.model, version=answer.version.number)
    return _make_reply(name, answer.digit, answer.rejected, answer.probabilities, answer.seconds)


def reply_of_reading(reading: Reading) -> ReadingReply:
    """Return a stored reading.

    Parameters
    ----------
    reading : Reading
        With its picture, marks, answers and corrections.

    Returns
    -------
    reply : ReadingReply
    """
    picture = reading.picture
    return ReadingReply(
        id=reading.id,
        file=picture.name,
        lines=reading.lines,
        digits=[_stored_mark(digit) for digit in reading.digits],
        turned=reading.turned,
        picture=f"/api/readings/{reading.id}/picture",
        size=[picture.width, picture.height],
        kind="drawing" if picture.kind == "drawing" else "upload",
        writer=picture.writer,
        created=reading.created_at.isoformat(),
        reader=VersionName(model=reading.version.model, version=reading.version.number),
        notes=reading.notes,
    )


def _reply_to_mark(mark: MarkAnswers) -> MarkReply:
    answers = [reply_of_answer(answer) for answer in mark.answers]
    return _make_mark(mark.digit, mark.line, mark.box, mark.image.tobytes(), answers)


def _stored_mark(digit: Digit) -> StoredMark:
    answers = [_stored_answer(answer) for answer in digit.answers]
    box = (digit.x, digit.y, digit.width, digit.height)
    mark = _make_mark(digit.digit, digit.line, box, digit.image, answers)
    return StoredMark(**dict(mark), id=digit.id, correction=_short(digit.correction))


def _stored_answer(answer: Answer) -> ModelReply:
    name = VersionName(model=answer.version.model, version=answer.version.number)
    return _make_reply(name, answer.digit, answer.rejected, answer.probabilities, answer.seconds)


def _short(correction: Correction | None) -> ShortCorrection | None:
    if correction is None:
        return None
    return ShortCorrection.model_validate(correction, from_attributes=True)


def _make_mark(
    digit: int | None, line: int | None, box: tuple[int, int, int, int], image: bytes, answers: Sequence[ModelReply]
) -> MarkReply:
    # The first model read the picture, so its probabilities are those of the reading.
    first = answers[0]
    return MarkReply(
        digit=digit,
        line=line,
        box=list(box),
        probability=first.probability,
        second=first.second,
        rejected=digit is None,
        image=base64.b64encode(image).decode("ascii"),
        answers=list(answers),
    )


def _make_reply(
    name: VersionName, digit: int, rejected: bool, probabilities: Sequence[float], seconds: float
) -> ModelReply:
    rounded = [round(float(each), _PLACES) for each in probabilities]
    second = max((each for each in range(len(rounded)) if each != digit), key=probabilities.__getitem__)
    return ModelReply(
        model=name.model,
        version=name.version,
        digit=digit,
        rejected=rejected,
        probability=rounded[digit],
        second=Choice(digit=second, probability=rounded[second]),
        probabilities=rounded,
        milliseconds=round(1000 * seconds, _PLACES_OF_TIMES),
    )
