"""Tables of models: their versions, what they learned, and their retrainings."""

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
        Version number, counted from 1 for each model.
    method : str
        A name of `ESTIMATORS`, or the class of the estimator.
    origin : str
        ``"embedded"``, ``"given"``, ``"fitted"`` or ``"retrained"``.
    state : str
        ``"usable"``, ``"offered"``, ``"refused"`` (rejected) or ``"damaged"``. `ServedModel` records which version is
        served.
    file : str
        Name of its file in the models folder.
    sha256 : str
        SHA-256 of that file.
    parent_id : int or None
        Version that it was retrained from.
    n_images : int
        Number of original training images.
    n_corrections : int
        Number of corrections that it learned from, without those that were given to it but could not be learned.
    scores : dict
        Accuracy by set of images, as on a model's card, with intervals.
    decision : dict
        The numbers behind the decision to accept, offer or reject it; empty for first versions.
    id : int
    created_at : datetime
        When it was created, in UTC.
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
    """Model and its served version, so that changing the version updates a single row.

    Attributes
    ----------
    position : int or None
        Position among the models; the first one segments pictures into digits. None if the model is not served; its
        selected version is remembered.
    name : str
    version_id : int
        Version that was selected last.
    changed_at : datetime
        When the served version last changed.
    version : ModelVersion
    """

    __tablename__ = "served_models"
    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    position: Mapped[int | None]
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[ModelVersion] = relationship()


class LearnedMark(Table):
    """Mark whose image a model learned; deleting its correction does not remove it from the model.

    Attributes
    ----------
    digit_id : int
        Id of the mark.
    version_id : int
        First version of the model that learned it. Later versions of this model count as having learned it too.
    """

    __tablename__ = "learned_marks"
    digit_id: Mapped[int] = mapped_column(ForeignKey("digits.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), primary_key=True, index=True)


class Retraining(Table):
    """Job that trains a new version of a model.

    Attributes
    ----------
    state : str
        ``"queued"``, ``"running"``, ``"done"``, ``"refused"`` (version rejected) or ``"failed"``.
    stage : str
        Current stage, in words.
    epoch, n_epochs : int
        Epochs of a network; both 0 for other methods.
    reason : str
        Why the version was rejected, or the job failed.
    parent_id : int
        Version that it starts from.
    version_id : int or None
        Version that it produced.
    owner : str
        Server that runs it; empty if none does.
    seen_at : datetime or None
        Last sign of life of that server.
    id : int
    model : str
        Name of the model.
    created_at : datetime
        When it was created, in UTC.
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
