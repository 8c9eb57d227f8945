"""Request bodies; unknown keys are rejected."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_SIDE = 28
# More would delay other clients: each model takes some milliseconds per image.
_MOST_IMAGES = 100
Pixel = Annotated[int, Field(ge=0, le=255)]
Row = Annotated[list[Pixel], Field(min_length=_SIDE, max_length=_SIDE)]
Image = Annotated[list[Row], Field(min_length=_SIDE, max_length=_SIDE)]
Label = Annotated[int, Field(ge=0, le=9)]


class Body(BaseModel):
    """Request body; unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ImagesBody(Body):
    """Images in MNIST's format: 28x28 pixels, light on dark, from 0 to 255.

    Attributes
    ----------
    images : list of list
        Images, each with 28 rows of 28 pixels.
    """

    images: Annotated[list[Image], Field(min_length=1, max_length=_MOST_IMAGES)]


class CorrectionBody(Body):
    """Label of a mark: a digit, or null if it is not a digit.

    Attributes
    ----------
    digit_id : int
        Id of the mark (digit) in the picture.
    label : int or None
        Corrected digit; null if the mark is not a digit.
    """

    digit_id: int
    label: Label | None


class VersionBody(Body):
    """Version to use.

    Attributes
    ----------
    version : int
        Number of the version.
    """

    version: int


class RetrainingBody(Body):
    """Model to retrain.

    Attributes
    ----------
    model : str
        Name of the model.
    """

    model: str = Field(max_length=64)
