"""Which data set a suite or a case names, and how it is to be read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from hdr_bench.exceptions import shown
from hdr_bench.experiments.bounds import LARGEST_SEED
from hdr_bench.experiments.quantities import Number, Whole
from hdr_bench.experiments.record import SuitePart

Polarity = Literal["light-on-dark", "dark-on-light"]
Side = Annotated[Whole, Field(ge=1, le=10_000)]


class DatasetChoice(SuitePart):
    """A data set, with what it is to be read with; a bare name in TOML is short for ``{ name = ... }``.

    In Python a `Dataset` may stand in its place.

    Attributes
    ----------
    name : str
        As `hdr_bench.load_dataset` takes it, or the dotted path of a function that returns a `Dataset`.
    resize : tuple of int or None
        Height and width, for ``folder:`` data.
    test_size : float or None
        Share of the test part, where the data come without one.
    split_seed : int
        Seed of that cut.
    polarity : {"light-on-dark", "dark-on-light"} or None
        What all images are brought to; None leaves them as they are.
    given : Dataset or None
        The data set itself, where it was made in code; a record on disk does not hold it.
    """

    name: str
    resize: tuple[Side, Side] | None = None
    test_size: Annotated[Number, Field(gt=0, lt=1)] | None = None
    split_seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED)] = 0
    polarity: Polarity | None = None
    given: Annotated[Any, Field(exclude=True, repr=False)] = None
    # Not a field: a record on disk does not hold it, and no file can say it.
    _folder: Path | None = PrivateAttr(None)

    @property
    def folder(self) -> Path | None:
        """The folder of the suite's file, in which relative paths are looked up first; None without a file."""
        return self._folder

    def placed(self, folder: Path) -> Self:
        """Return the choice as that of a suite file in `folder`."""
        choice = self.model_copy()
        BaseModel.__setattr__(choice, "_folder", folder)
        return choice

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        # Records know nothing of what they name: a report imports them where there are no data.
        if hasattr(value, "fingerprint") and hasattr(value, "class_names"):
            return {"name": value.name, "given": value}
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping | DatasetChoice):
            return value
        raise ValueError(f"must be a data set's name, or a table with its name, got {shown(value)}")
