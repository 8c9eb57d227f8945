"""What clients send: keys that are not known are refused."""

from typing import Annotated

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
