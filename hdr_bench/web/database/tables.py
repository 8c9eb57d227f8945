"""Tables of the web application's database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hdr_bench.web.database.columns import NEVER_AGAIN, Table, now
from hdr_bench.web.database.model_tables import LearnedMark, ModelVersion, Retraining, ServedModel

__all__ = [
    "Answer",
    "Correction",
    "Digit",
    "LearnedMark",
    "ModelVersion",
    "Picture",
    "Reading",
    "Retraining",
    "ServedModel",
    "Table",
    "now",
]
_NAME, _FILE_NAME, _SHA256 = 64, 255, 64


class Picture(Table):
    """Picture that was drawn or uploaded, stored unchanged.

    Attributes
    ----------
    kind : str
        ``"drawing"`` or ``"upload"``.
    name : str
        File name for display; never used as a path.
    media_type : str
        Media type, detected from the content, e.g. ``"image/png"``.
    writer : str
        Who wrote the digits; empty if not given.
    size : int
        Size in bytes.
    width, height : int
        Size in pixels, after applying the EXIF orientation.
    id : int
    content : bytes
        The bytes, loaded only on access.
    thumbnail : bytes
        Thumbnail as a JPEG, loaded only on access.
    sha256 : str
        SHA-256 of the bytes.
    created_at : datetime
        When it was stored, in UTC.
    readings : list of Reading
        Readings of the picture.
    """

    __tablename__ = "pictures"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(_FILE_NAME))
    media_type: Mapped[str] = mapped_column(String(40))
    writer: Mapped[str] = mapped_column(String(_NAME), index=True)
    content: Mapped[bytes] = mapped_column(deferred=True)
    thumbnail: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(String(_SHA256), index=True)
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    readings: Mapped[list["Reading"]] = relationship(back_populates="picture", passive_deletes=True)


class Reading(Table):
    """Reading of a picture: the marks that one model found, classified by all models.

    Attributes
    ----------
    version_id : int
        Version of the model that segmented the picture into digits.
    lines : list of str
        The digits, line by line.
    turned : int
        Degrees by which the picture was rotated for reading, counter-clockwise.
    notes : list of str
        What was done to the picture.
    seconds : float
        Time that the reading took.
    id : int
    picture_id : int
    created_at : datetime
        When it was stored, in UTC.
    picture : Picture
    version : ModelVersion
    digits : list of Digit
        Marks in reading order, then rejected ones.
    """

    __tablename__ = "readings"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), index=True)
    lines: Mapped[list[Any]]
    turned: Mapped[int] = mapped_column(default=0)
    notes: Mapped[list[Any]]
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    picture: Mapped[Picture] = relationship(back_populates="readings")
    version: Mapped[ModelVersion] = relationship()
    digits: Mapped[list["Digit"]] = relationship(
        back_populates="reading", order_by="Digit.position", passive_deletes=True
    )


class Digit(Table):
    """Mark in a picture: a digit, or rejected.

    Attributes
    ----------
    position : int
        Position in reading order, from 0.
    line : int or None
        Line that contains it, from 0.
    x, y, width, height : int
        Bounding box, in pixels of the upright picture.
    digit : int or None
        Digit that was read, by the first model and from the mark's surroundings; None if it was rejected.
    image : bytes
        Image that the models were given: 28x28 pixels, one byte each.
    id : int
    reading_id : int
    reading : Reading
    answers : list of Answer
        Answers in the order of the models.
    correction : Correction or None
        None if it was not corrected.
    """

    __tablename__ = "digits"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    line: Mapped[int | None]
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    digit: Mapped[int | None]
    image: Mapped[bytes]
    reading: Mapped[Reading] = relationship(back_populates="digits")
    answers: Mapped[list["Answer"]] = relationship(back_populates="mark", order_by="Answer.id", passive_deletes=True)
    correction: Mapped["Correction | None"] = relationship(back_populates="mark", passive_deletes=True)


class Answer(Table):
    """Answer of one version of a model for one mark.

    Attributes
    ----------
    digit : int
        The most likely digit, even if the mark was rejected.
    rejected : bool
        Whether the model decided that the mark is not a digit.
    probabilities : list of float
        Probabilities of the digits 0 to 9.
    seconds : float
        Time that the model took, divided by the number of images in the call.
    id : int
    digit_id : int
    version_id : int
        Version that answered.
    mark : Digit
    version : ModelVersion
    """

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("digit_id", "version_id"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(primary_key=True)
    digit_id: Mapped[int] = mapped_column(ForeignKey("digits.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), index=True)
    digit: Mapped[int]
    rejected: Mapped[bool]
    probabilities: Mapped[list[Any]]
    seconds: Mapped[float]
    mark: Mapped[Digit] = relationship(back_populates="answers")
    version: Mapped[ModelVersion] = relationship()


class Correction(Table):
    """Label that a person gave to a mark; the models' answers are kept.

    Attributes
    ----------
    label : int or None
        The digit; None if the mark is not a digit.
    held_back : bool
        Whether it is used to test new versions, so that no version ever learns from it. Only the image decides, so that
        equal images are treated alike.
    review : str
        ``"clear"``; ``"waiting"`` if every model gave the label under 5 %, so that a person must review it before any
        model learns from it; ``"confirmed"`` after the review.
    used_in_id : int or None
        First version that it was given to. `LearnedMark` records whether that version learned from it: no version
        learns from equal images with different labels, or from images used for testing.
    id : int
    digit_id : int
    created_at : datetime
        When it was stored, in UTC.
    mark : Digit
    """

    __tablename__ = "corrections"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    digit_id: Mapped[int] = mapped_column(ForeignKey("digits.id", ondelete="CASCADE"), unique=True)
    label: Mapped[int | None]
    held_back: Mapped[bool]
    review: Mapped[str] = mapped_column(String(16))
    used_in_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    mark: Mapped[Digit] = relationship(back_populates="correction")
