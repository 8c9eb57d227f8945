"""What suites, trials and results are made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

from hdr_bench.names import check_name, check_prose, visible, visible_prose

STORED = {"is_stored": True}
"""The context in which records on disk are read: earlier versions let names pass that are refused today."""


class Record(BaseModel):
    """A record that cannot change and has no keys but its own."""

    # Infinity is a parameter like any other; JSON as Python and JavaScript write it has a word for it.
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


def _name(value: str, info: ValidationInfo) -> str:
    return visible(value) if info.context == STORED else check_name(value, "the name")


def _prose(value: str, info: ValidationInfo) -> str:
    return visible_prose(value) if info.context == STORED else check_prose(value, "the text")


Name = Annotated[str, AfterValidator(_name)]
"""What tables call a method: one line that can be shown."""

Prose = Annotated[str, AfterValidator(_prose)]
"""A text of a suite's author, in one line or several, that can be shown."""
