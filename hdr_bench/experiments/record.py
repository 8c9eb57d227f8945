"""What suites, trials and results are made of."""

from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError

from hdr_bench.exceptions import FrozenRecordError, SuiteError, shown
from hdr_bench.experiments.faults import describe_faults


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
