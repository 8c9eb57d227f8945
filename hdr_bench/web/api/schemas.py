"""What the API takes and answers; its description in OpenAPI is made from these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_SIDE = 28
_MOST_IMAGES = 1000
Pixel = Annotated[int, Field(ge=0, le=255)]
Row = Annotated[list[Pixel], Field(min_length=_SIDE, max_length=_SIDE)]
Image = Annotated[list[Row], Field(min_length=_SIDE, max_length=_SIDE)]
Label = Annotated[int, Field(ge=0, le=9)]


class Body(BaseModel):
    """What a client sends: keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ImagesBody(Body):
    """Images in MNIST's form: 28x28 pixels, light on dark, from 0 to 255."""

    images: Annotated[list[Image], Field(min_length=1, max_length=_MOST_IMAGES)]


class CorrectionBody(Body):
    """What a mark is: a digit, or null for something other than a digit."""

    digit_id: int
    label: Label | None


class VersionBody(Body):
    """Version that is to answer."""

    version: int


class RetrainingBody(Body):
    """Model that is to be retrained."""

    model: str = Field(max_length=64)


class Choice(BaseModel):
    """Possible digit of a mark, with its probability."""

    digit: int
    probability: float


class ModelReply(BaseModel):
    """Answer of a model for one mark."""

    model: str
    version: int
    digit: int
    rejected: bool
    probability: float
    second: Choice
    probabilities: list[float]
    milliseconds: float


class MarkReply(BaseModel):
    """Mark in a picture; `image` is the base64 of its 28x28 bytes, `box` is column, row, width, height."""

    digit: int | None
    line: int | None
    box: list[int]
    probability: float
    second: Choice
    rejected: bool
    image: str
    answers: list[ModelReply]


class DrawingReply(BaseModel):
    """Reading of a drawing that is not stored."""

    lines: list[str]
    size: list[int]
    digits: list[MarkReply]


class ImageReply(BaseModel):
    """Answers of all models for one image."""

    answers: list[ModelReply]


class ImagesReply(BaseModel):
    """Answers of all models for images."""

    images: list[ImageReply]


class ShortCorrection(BaseModel):
    """What a person said that a mark is; null is something other than a digit."""

    id: int
    label: int | None
    review: Literal["clear", "waiting", "confirmed"]


class StoredMark(MarkReply):
    """Mark of a stored reading."""

    id: int
    correction: ShortCorrection | None


class VersionName(BaseModel):
    """Version of a model."""

    model: str
    version: int


class ReadingReply(BaseModel):
    """Stored reading: one picture as `hdr-bench read --format json` writes it, and more."""

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
    """Stored reading in the list."""

    id: int
    file: str
    kind: str
    writer: str
    created: str
    lines: list[str]
    n_digits: int
    n_corrections: int


class ReadingList(BaseModel):
    """Page of the list of readings, newest first."""

    readings: list[ListedReading]
    page: int
    pages: int
    total: int


class Step(BaseModel):
    """Stage of a reading; `url` is a picture of its result."""

    name: str
    title: str
    url: str


class StepList(BaseModel):
    """Stages of a reading, in their order."""

    steps: list[Step]


class CorrectionReply(BaseModel):
    """Correction with what the mark was read as."""

    id: int
    digit_id: int
    reading_id: int
    label: int | None
    read: int | None
    review: str


class CorrectionList(BaseModel):
    """Page of the list of corrections, newest first."""

    corrections: list[CorrectionReply]
    page: int
    pages: int
    total: int


class VersionReply(BaseModel):
    """Version of a model, with its scores and the decision on it."""

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
    """Model, and its versions."""

    name: str
    position: int
    version: int
    versions: list[VersionReply]


class ModelList(BaseModel):
    """Models that answer; the first one divides pictures into digits."""

    models: list[ModelVersions]


class RetrainingReply(BaseModel):
    """Retraining of a model."""

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
    """Last retrainings, newest first."""

    retrainings: list[RetrainingReply]


class LearningReply(BaseModel):
    """Corrections that are there to learn from; `retrain_after` is 0 if retraining does not start by itself."""

    unused: int
    retrain_after: int
    waiting_for_review: int


class MnistScore(BaseModel):
    """Accuracy on MNIST, with its 95 % interval."""

    accuracy: float
    n_images: int
    low: float
    high: float


class ComparisonRow(BaseModel):
    """Accuracy of a version on what people drew, with its 95 % interval, beside its accuracy on MNIST."""

    model: str
    version: int
    n: int
    n_right: int
    accuracy: float | None
    low: float | None
    high: float | None
    mnist: MnistScore | None


class ComparisonReply(BaseModel):
    """Accuracy of each version on what people drew."""

    models: list[ComparisonRow]


class Deleted(BaseModel):
    """How many pictures were deleted."""

    deleted: int


class Health(BaseModel):
    """The server answers, and reaches its database."""

    status: Literal["ok"]


class Fault(BaseModel):
    """What is wrong, in a sentence."""

    error: str
