"""The tables of models: their versions, what they learned, and their retrainings."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hdr_bench.web.database.columns import NEVER_AGAIN, Table, now

_NAME, _FILE_NAME, _SHA256 = 64, 255, 64


class ModelVersion(Table):
    """Version of a model.

    Attributes
    ----------
    model : str
        Name of the model, e.g. ``"cnn"``.
    number : int
        Counted per model, from 1.
    method : str
        A name of `ESTIMATORS`, or the class of the estimator.
    origin : str
        ``"embedded"``, ``"given"``, ``"fitted"`` or ``"retrained"``.
    state : str
        ``"usable"``, ``"offered"``, ``"refused"`` or ``"damaged"``. Which version is served, `ServedModel` says.
    file : str
        Name of its file in the folder of models.
    sha256 : str
        Of that file.
    parent_id : int or None
        Version that it was retrained from.
    n_images : int
        Original training images that it was fitted on.
    n_corrections : int
        Corrections that it learned from, without those that were given to it and could not be learned.
    scores : dict
        Accuracy by set of images, as on a model's card, with intervals.
    decision : dict
        Why it was taken, offered or refused: the numbers that decided; empty for first versions.
    id : int
    created_at : datetime
        When, in UTC.
    """

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("model", "number"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(_NAME))
    number: Mapped[int]
    method: Mapped[str] = mapped_column(String(_FILE_NAME))
    origin: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    file: Mapped[str] = mapped_column(String(_FILE_NAME))
    sha256: Mapped[str] = mapped_column(String(_SHA256))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    n_images: Mapped[int]
    n_corrections: Mapped[int] = mapped_column(default=0)
    scores: Mapped[dict[str, Any]]
    decision: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ServedModel(Table):
    """Model and the version of it that answers: to change it is one update of one row.

    Attributes
    ----------
    position : int or None
        Order of the models; the first one divides pictures into digits. None if the model does not answer: which
        version was chosen is remembered until it does again.
    name : str
    version_id : int
        Version that was chosen last.
    changed_at : datetime
        When another version became the one that answers.
    version : ModelVersion
    """

    __tablename__ = "served_models"
    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    position: Mapped[int | None]
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[ModelVersion] = relationship()


class LearnedMark(Table):
    """Mark whose image a model learned: people may take its correction back, but not out of the model.

    Attributes
    ----------
    digit_id : int
        Of the mark.
    version_id : int
        First version of the model that learned it. The following ones of this model count as having learned it too.
    """

    __tablename__ = "learned_marks"
    digit_id: Mapped[int] = mapped_column(ForeignKey("digits.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), primary_key=True, index=True)


class Retraining(Table):
    """Job that makes a new version of a model.

    Attributes
    ----------
    state : str
        ``"queued"``, ``"running"``, ``"done"``, ``"refused"`` or ``"failed"``.
    stage : str
        What it is at, in words.
    epoch, n_epochs : int
        Of the network that is trained; both 0 for other methods.
    reason : str
        Why it was refused, or failed.
    parent_id : int
        Version that it begins with.
    version_id : int or None
        Version that came of it.
    owner : str
        The server that runs it; empty if none does.
    seen_at : datetime or None
        When that server last said so.
    id : int
    model : str
        Its name.
    created_at : datetime
        When, in UTC.
    started_at : datetime or None
    finished_at : datetime or None
    parent : ModelVersion
    version : ModelVersion or None
    """

    __tablename__ = "retrainings"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(_NAME))
    state: Mapped[str] = mapped_column(String(16), index=True)
    stage: Mapped[str] = mapped_column(String(_FILE_NAME), default="")
    epoch: Mapped[int] = mapped_column(default=0)
    n_epochs: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    owner: Mapped[str] = mapped_column(String(_NAME), default="")
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    parent: Mapped[ModelVersion] = relationship(foreign_keys=[parent_id])
    version: Mapped[ModelVersion | None] = relationship(foreign_keys=[version_id])
