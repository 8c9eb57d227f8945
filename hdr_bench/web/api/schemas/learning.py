"""Retrainings, and what there is to learn from."""

from typing import Literal

from pydantic import BaseModel


class RetrainingReply(BaseModel):
    """Retraining of a model.

    Attributes
    ----------
    id : int
        Number in the database.
    model : str
        Name of the model.
    state : str
        What has become of it.
    stage : str
        What it is at, in words.
    epoch : int
        Of the network that is trained.
    n_epochs : int
        How many it will be.
    reason : str
        Why it ended as it did.
    version : int or None
        Number of the version.
    created : str
        When, in UTC.
    finished : str or None
        When it ended, in UTC.
    """

    id: int
    model: str
    state: Literal["queued", "running", "done", "refused", "failed"]
    stage: str
    epoch: int
    n_epochs: int
    reason: str
    version: int | None
    created: str
    finished: str | None


class RetrainingList(BaseModel):
    """Last retrainings, newest first.

    Attributes
    ----------
    retrainings : list of RetrainingReply
        Newest first.
    """

    retrainings: list[RetrainingReply]


class LearningReply(BaseModel):
    """Corrections that are there to learn from, and which model is retrained by itself.

    Corrections that are held back to judge new versions, that wait for a second look, or that say that a mark is not a
    digit do not count.

    Attributes
    ----------
    unused : int
        Corrections that count, and that no version was given yet.
    retrain_after : int
        How many of these start a retraining; 0 if none starts by itself.
    model : str or None
        Model that is then retrained; null if no model answers.
    waiting_for_review : int
        Corrections that wait for a second look.
    """

    unused: int
    retrain_after: int
    model: str | None
    waiting_for_review: int
