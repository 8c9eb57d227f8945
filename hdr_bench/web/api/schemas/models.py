"""Models, their versions, and how often they were right."""

from typing import Any

from pydantic import BaseModel

from hdr_bench.web.api.schemas.readings import VersionName


class VersionReply(BaseModel):
    """Version of a model, with its scores and the decision on it.

    Attributes
    ----------
    number : int
        Counted per model, from 1.
    origin : str
        How it came: embedded, given, fitted or retrained.
    state : str
        What has become of it: usable, offered, refused, damaged, or missing if this server does not have its file.
    served : bool
        Whether it answers.
    parent : int or None
        Number of the version that it was retrained from.
    created : str
        When, in UTC.
    n_images : int
        How many images.
    n_corrections : int
        Corrections of them, or that the version learned from.
    scores : dict
        Accuracy by set of images, with 95 % intervals.
    decision : dict
        The numbers that decided on it; empty for first versions.
    """

    number: int
    origin: str
    state: str
    served: bool
    parent: int | None
    created: str
    n_images: int
    n_corrections: int
    scores: dict[str, Any]
    decision: dict[str, Any]


class ModelVersions(BaseModel):
    """Model, and its versions.

    Attributes
    ----------
    name : str
        Of the model, or of the stage.
    position : int
        Place among the models, from 0.
    version : int
        Number of the version.
    versions : list of VersionReply
        Oldest first.
    """

    name: str
    position: int
    version: int
    versions: list[VersionReply]


class ModelList(BaseModel):
    """Models that answer; the first one divides pictures into digits.

    Attributes
    ----------
    models : list of ModelVersions
        One entry for each.
    """

    models: list[ModelVersions]


class MnistScore(BaseModel):
    """Accuracy on images of MNIST that the version never learned from and that never decided on it.

    Attributes
    ----------
    images : str
        What they are, in words.
    accuracy : float
        Share that is right.
    n_images : int
        How many images.
    low : float
        Lower end of the 95 % interval.
    high : float
        Upper end of the 95 % interval.
    """

    images: str
    accuracy: float
    n_images: int
    low: float
    high: float


class ComparisonRow(BaseModel):
    """Accuracy of a version on what people drew, with its 95 % interval, beside its accuracy on MNIST.

    Attributes
    ----------
    model : str
        Name of the model.
    version : int
        Number of the version.
    n : int
        Corrected digits that it answered for and never learned from.
    n_right : int
        Digits of which the answer was right.
    accuracy : float or None
        Share that is right.
    low : float or None
        Lower end of the interval.
    high : float or None
        Upper end of the interval.
    mnist : MnistScore or None
        On MNIST; null if it is not known.
    """

    model: str
    version: int
    n: int
    n_right: int
    accuracy: float | None
    low: float | None
    high: float | None
    mnist: MnistScore | None


class ComparedPair(BaseModel):
    """Two versions that answer now, on the corrected digits that both answered for and neither learned from.

    Attributes
    ----------
    first : VersionName
        One of them.
    second : VersionName
        The other.
    n : int
        Digits that both answered for.
    first_right : int
        Digits that the first is right on.
    second_right : int
        Digits that the second is right on.
    difference : float
        Accuracy of the first minus that of the second.
    low : float
        Lower end of the 95 % interval of the difference, by Newcombe's method for pairs.
    high : float
        Upper end of the interval.
    """

    first: VersionName
    second: VersionName
    n: int
    first_right: int
    second_right: int
    difference: float
    low: float
    high: float


class ComparisonReply(BaseModel):
    """Accuracy of each version on what people drew.

    People correct mostly what the reader got wrong: on corrected digits it comes off worse than on all that was drawn.

    Attributes
    ----------
    reader : str
        Model whose reading of a picture people correct; empty if no model answers.
    models : list of ComparisonRow
        One entry for each version that answers, or did.
    pairs : list of ComparedPair
        One entry for any two models that answer now and have corrected digits in common.
    """

    reader: str
    models: list[ComparisonRow]
    pairs: list[ComparedPair]
