"""Which data set a suite or a case names, and how it is to be read."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

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

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        # Records know nothing of what they name: a report imports them where there are no data.
        if hasattr(value, "fingerprint") and hasattr(value, "class_names"):
            return {"name": value.name, "given": value}
        return {"name": value} if isinstance(value, str) else value
