"""Which data set a suite or a case names, and how it is to be read."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from hdr_bench.experiments.record import Record

Polarity = Literal["light-on-dark", "dark-on-light"]


class DatasetChoice(Record):
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
    resize: tuple[int, int] | None = None
    test_size: Annotated[float, Field(gt=0, lt=1)] | None = None
    split_seed: int = 0
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
        return {"name": value} if isinstance(value, str) else value
