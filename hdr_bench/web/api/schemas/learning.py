"""Retrainings, and the corrections available to learn from."""

from typing import Literal

from pydantic import BaseModel


class RetrainingReply(BaseModel):
    """Retraining of a model.

    Attributes
    ----------
    id : int
        Id in the database.
    model : str
        Name of the model.
    state : str
        State of the retraining; refused if the new version was rejected.
    stage : str
        Current stage, in words.
    epoch : int
        Current epoch of a network.
    n_epochs : int
        Number of epochs of a network.
    reason : str
        Reason for the outcome.
    version : int or None
        Number of the new version, if any.
    created : str
        When it was queued, in UTC.
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
    """Recent retrainings, newest first.

    Attributes
    ----------
    retrainings : list of RetrainingReply
        Retrainings, newest first.
    """

    retrainings: list[RetrainingReply]


class LearningReply(BaseModel):
    """Corrections available to learn from, and the model that is retrained automatically.

    Corrections do not count if they are held back to test new versions, are waiting for review, or say that a mark is
    not a digit.

    Attributes
    ----------
    unused : int
        Corrections that count and were not given to any version yet.
    retrain_after : int
        How many of these start a retraining; 0 if none starts automatically.
    model : str or None
        Model that is then retrained; null if no model is in use.
    waiting_for_review : int
        Corrections that are waiting for review.
    """

    unused: int
    retrain_after: int
    model: str | None
    waiting_for_review: int
