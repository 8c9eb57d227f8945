"""What suites, trials and results are made of."""

from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from hdr_bench.exceptions import FrozenRecordError, SuiteError, shown
from hdr_bench.experiments.faults import describe_faults
from hdr_bench.names import check_ink, check_name, check_prose, visible, visible_prose

STORED = {"is_stored": True}
"""The context in which records on disk are read: earlier versions let names pass that are refused today."""


class Record(BaseModel):
    """A record that cannot change and has no keys but its own."""

    # Infinity is a parameter like any other; JSON as Python and JavaScript write it has a word for it.
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class SuitePart(Record):
    """A part of a suite, which users make in code too: its faults are this library's errors, in its words."""

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            faults = describe_faults(error, type(self), data)
            called = f"{type(self).__name__} {shown(data['name'])}" if "name" in data else type(self).__name__
            raise SuiteError("\n".join(f"{called}: {fault}" for fault in faults)) from error

    # pydantic then validates parts inside parts by itself, and faults keep their whole place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenRecordError(
            f"{name} of a {type(self).__name__} cannot be changed; make another, e.g. with model_copy(update=...)"
        )

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenRecordError(f"{name} of a {type(self).__name__} cannot be deleted; make another record")


def _name(value: str, info: ValidationInfo) -> str:
    return visible(value) if info.context == STORED else check_name(value, "the name")


def _prose(value: str, info: ValidationInfo) -> str:
    return visible_prose(value) if info.context == STORED else check_prose(value, "the text")


def _seen(value: str, info: ValidationInfo) -> str:
    return value if info.context == STORED else check_ink(value, "the text")


Name = Annotated[str, AfterValidator(_name)]
"""What tables call a method: one line that can be shown."""

Prose = Annotated[str, AfterValidator(_prose)]
"""A text of a suite's author, in one line or several, that can be shown."""

Text = Annotated[Prose, Field(min_length=1), AfterValidator(_seen)]
"""A text that must be given."""
