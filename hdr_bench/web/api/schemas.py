"""What the API takes and answers; its description in OpenAPI is made from these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_SIDE = 28
# More would hold up others who ask: each model takes some milliseconds per image.
_MOST_IMAGES = 100
Pixel = Annotated[int, Field(ge=0, le=255)]
Row = Annotated[list[Pixel], Field(min_length=_SIDE, max_length=_SIDE)]
Image = Annotated[list[Row], Field(min_length=_SIDE, max_length=_SIDE)]
Label = Annotated[int, Field(ge=0, le=9)]


class Body(BaseModel):
    """What a client sends: keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ImagesBody(Body):
    """Images in MNIST's form: 28x28 pixels, light on dark, from 0 to 255.

    Attributes
    ----------
    images : list of list
        Images, or the answers for each.
    """

    images: Annotated[list[Image], Field(min_length=1, max_length=_MOST_IMAGES)]


class CorrectionBody(Body):
    """What a mark is: a digit, or null for something other than a digit.

    Attributes
    ----------
    digit_id : int
        Number of the mark.
    label : int or None
        The digit; null for something other than a digit.
    """

    digit_id: int
    label: Label | None


class VersionBody(Body):
    """Version that is to answer.

    Attributes
    ----------
    version : int
        Number of the version.
    """

    version: int


class RetrainingBody(Body):
    """Model that is to be retrained.

    Attributes
    ----------
    model : str
        Name of the model.
    """

    model: str = Field(max_length=64)


class Choice(BaseModel):
    """Possible digit of a mark, with its probability.

    Attributes
    ----------
    digit : int
        The digit; null if the mark was rejected.
    probability : float
        From 0 to 1.
    """

    digit: int
    probability: float


class ModelReply(BaseModel):
    """Answer of a model for one mark.

    Attributes
    ----------
    model : str
        Name of the model.
    version : int
        Number of the version.
    digit : int
        The digit; null if the mark was rejected.
    rejected : bool
        Whether the mark was taken for something other than a digit.
    probability : float
        From 0 to 1.
    second : Choice
        The second likeliest digit.
    probabilities : list of float
        Of the digits 0 to 9.
    milliseconds : float
        How long the model took, for one image.
    """

    model: str
    version: int
    digit: int
    rejected: bool
    probability: float
    second: Choice
    probabilities: list[float]
    milliseconds: float


class MarkReply(BaseModel):
    """Mark in a picture; `image` is the base64 of its 28x28 bytes, `box` is column, row, width, height.

    Attributes
    ----------
    digit : int or None
        The digit; null if the mark was rejected.
    line : int or None
        Line that the mark stands in, counted from 0.
    box : list of int
        Column, row, width and height, in pixels of the upright picture.
    probability : float
        From 0 to 1.
    second : Choice
        The second likeliest digit.
    rejected : bool
        Whether the mark was taken for something other than a digit.
    image : str
        What the models got: base64 of 28x28 bytes.
    answers : list of ModelReply
        Of each model, in the order of the models.
    """

    digit: int | None
    line: int | None
    box: list[int]
    probability: float
    second: Choice
    rejected: bool
    image: str
    answers: list[ModelReply]


class DrawingReply(BaseModel):
    """Reading of a drawing that is not stored.

    Attributes
    ----------
    lines : list of str
        The digits, line by line.
    size : list of int
        Width and height, in pixels.
    digits : list of MarkReply
        Marks in reading order, then rejected ones.
    """

    lines: list[str]
    size: list[int]
    digits: list[MarkReply]


class ImageReply(BaseModel):
    """Answers of all models for one image.

    Attributes
    ----------
    answers : list of ModelReply
        Of each model, in the order of the models.
    """

    answers: list[ModelReply]


class ImagesReply(BaseModel):
    """Answers of all models for images.

    Attributes
    ----------
    images : list of ImageReply
        Images, or the answers for each.
    """

    images: list[ImageReply]


class ShortCorrection(BaseModel):
    """What a person said that a mark is; null is something other than a digit.

    Attributes
    ----------
    id : int
        Number in the database.
    label : int or None
        The digit; null for something other than a digit.
    review : str
        Whether a second look is needed: every model finds the label unlikely.
    """

    id: int
    label: int | None
    review: Literal["clear", "waiting", "confirmed"]


class StoredMark(MarkReply):
    """Mark of a stored reading.

    Attributes
    ----------
    id : int
        Number in the database.
    correction : ShortCorrection or None
        What a person said that it is; null if nobody did.
    """

    id: int
    correction: ShortCorrection | None


class VersionName(BaseModel):
    """Version of a model.

    Attributes
    ----------
    model : str
        Name of the model.
    version : int
        Number of the version.
    """

    model: str
    version: int


class ReadingReply(BaseModel):
    """Stored reading: one picture as `hdr-bench read --format json` writes it, and more.

    Attributes
    ----------
    id : int
        Number in the database.
    file : str
        Name of the file, as it came.
    lines : list of str
        The digits, line by line.
    digits : list of StoredMark
        Marks in reading order, then rejected ones.
    turned : int
        Degrees that the picture was turned by to be read, counter-clockwise.
    picture : str
        Address of the picture.
    size : list of int
        Width and height, in pixels.
    kind : str
        How the picture came.
    writer : str
        Who wrote the digits; empty if nobody said.
    created : str
        When, in UTC.
    reader : VersionName
        Version that divided the picture into digits.
    notes : list of str
        What was done to the picture.
    """

    id: int
    file: str
    lines: list[str]
    digits: list[StoredMark]
    turned: int
    picture: str
    size: list[int]
    kind: Literal["drawing", "upload"]
    writer: str
    created: str
    reader: VersionName
    notes: list[str]


class ListedReading(BaseModel):
    """Stored reading in the list.

    Attributes
    ----------
    id : int
        Number in the database.
    file : str
        Name of the file, as it came.
    kind : str
        How the picture came.
    writer : str
        Who wrote the digits; empty if nobody said.
    created : str
        When, in UTC.
    lines : list of str
        The digits, line by line.
    n_digits : int
        Marks that were read as digits.
    n_corrections : int
        Corrections of them, or that the version learned from.
    """

    id: int
    file: str
    kind: str
    writer: str
    created: str
    lines: list[str]
    n_digits: int
    n_corrections: int


class ReadingList(BaseModel):
    """Page of the list of readings, newest first.

    Attributes
    ----------
    readings : list of ListedReading
        Of this page.
    page : int
        Number of this page.
    pages : int
        How many there are.
    total : int
        Length of the whole list.
    """

    readings: list[ListedReading]
    page: int
    pages: int
    total: int


class Step(BaseModel):
    """Stage of a reading; `url` is a picture of its result.

    Attributes
    ----------
    name : str
        Of the model, or of the stage.
    title : str
        What the picture shows.
    url : str
        Address of the picture.
    """

    name: str
    title: str
    url: str


class StepList(BaseModel):
    """Stages of a reading, in their order.

    Attributes
    ----------
    steps : list of Step
        In their order.
    """

    steps: list[Step]


class CorrectionReply(BaseModel):
    """Correction with what the mark was read as.

    Attributes
    ----------
    id : int
        Number in the database.
    digit_id : int
        Number of the mark.
    reading_id : int
        Number of the reading.
    label : int or None
        The digit; null for something other than a digit.
    read : int or None
        The digit that was read; null if the mark was rejected.
    review : str
        Whether a second look is needed: every model finds the label unlikely.
    """

    id: int
    digit_id: int
    reading_id: int
    label: int | None
    read: int | None
    review: str


class CorrectionList(BaseModel):
    """Page of the list of corrections, newest first.

    Attributes
    ----------
    corrections : list of CorrectionReply
        Of this page.
    page : int
        Number of this page.
    pages : int
        How many there are.
    total : int
        Length of the whole list.
    """

    corrections: list[CorrectionReply]
    page: int
    pages: int
    total: int


class VersionReply(BaseModel):
    """Version of a model, with its scores and the decision on it.

    Attributes
    ----------
    number : int
        Counted per model, from 1.
    origin : str
        How it came: embedded, given, fitted or retrained.
    state : str
        What has become of it.
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
    """Corrections that are there to learn from; `retrain_after` is 0 if retraining does not start by itself.

    Attributes
    ----------
    unused : int
        Corrections that no version has learned from.
    retrain_after : int
        How many of these start a retraining; 0 for none.
    waiting_for_review : int
        Corrections that wait for a second look.
    """

    unused: int
    retrain_after: int
    waiting_for_review: int


class MnistScore(BaseModel):
    """Accuracy on MNIST, with its 95 % interval.

    Attributes
    ----------
    accuracy : float
        Share that is right.
    n_images : int
        How many images.
    low : float
        Lower end of the interval.
    high : float
        Upper end of the interval.
    """

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
        Corrected marks.
    n_right : int
        Marks of which the answer was right.
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


class ComparisonReply(BaseModel):
    """Accuracy of each version on what people drew.

    Attributes
    ----------
    models : list of ComparisonRow
        One entry for each.
    """

    models: list[ComparisonRow]


class Deleted(BaseModel):
    """How many pictures were deleted.

    Attributes
    ----------
    deleted : int
        Number of pictures.
    """

    deleted: int


class Health(BaseModel):
    """The server answers, and reaches its database.

    Attributes
    ----------
    status : str
        Always ok.
    """

    status: Literal["ok"]


class Fault(BaseModel):
    """What is wrong, in a sentence.

    Attributes
    ----------
    error : str
        Why, and what to do.
    """

    error: str
