"""Models, their versions, and their accuracy."""

from typing import Any

from pydantic import BaseModel

from hdr_bench.web.api.schemas.readings import VersionName


class VersionReply(BaseModel):
    """Version of a model, with its scores and the decision on it.

    Attributes
    ----------
    number : int
        Version number, counted from 1 for each model.
    origin : str
        Origin: embedded, given, fitted or retrained.
    state : str
        State: usable, offered, refused (rejected), damaged, or missing if this server does not have its file.
    served : bool
        Whether it is in use.
    parent : int or None
        Number of the version that it was retrained from.
    created : str
        When it was created, in UTC.
    n_images : int
        Number of images.
    n_corrections : int
        Corrections that the version learned from.
    scores : dict
        Accuracy by set of images, with 95 % intervals.
    decision : dict
        The numbers behind the decision on it; empty for first versions.
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
    """Model with its versions.

    Attributes
    ----------
    name : str
        Name of the model.
    position : int
        Position among the models, from 0.
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
    """Models in use; the first one segments pictures into digits.

    Attributes
    ----------
    models : list of ModelVersions
        One entry per model.
    """

    models: list[ModelVersions]


class MnistScore(BaseModel):
    """Accuracy on MNIST images that the version never learned from and that did not decide on it.

    Attributes
    ----------
    images : str
        Description of the images.
    accuracy : float
        Share of correct answers.
    n_images : int
        Number of images.
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
        Corrected digits that it read and never learned from.
    n_right : int
        Digits that it read correctly.
    accuracy : float or None
        Share of correct answers.
    low : float or None
        Lower end of the interval.
    high : float or None
        Upper end of the interval.
    mnist : MnistScore or None
        Accuracy on MNIST; null if not known.
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
    """Two versions in use, on the corrected digits that both read and neither learned from.

    Attributes
    ----------
    first : VersionName
        One of them.
    second : VersionName
        The other.
    n : int
        Digits that both read.
    first_right : int
        Digits that the first read correctly.
    second_right : int
        Digits that the second read correctly.
    difference : float
        Accuracy of the first minus that of the second.
    low : float
        Lower end of the 95 % interval of the difference, by Newcombe's method for paired data.
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

    People correct mostly what the reader got wrong, so its accuracy is lower on corrected digits than on all drawings.

    Attributes
    ----------
    reader : str
        Model whose readings people correct; empty if no model is in use.
    models : list of ComparisonRow
        One entry per version that is or was in use.
    pairs : list of ComparedPair
        One entry per pair of models in use with corrected digits in common.
    """

    reader: str
    models: list[ComparisonRow]
    pairs: list[ComparedPair]
