"""Reference of the suite format, made from the records that read a suite's file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from numpydoc.docscrape import ClassDoc
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hdr_bench.records.case import Case, Reduced, Step, TrainingCorruption
from hdr_bench.records.evaluations import TestSet
from hdr_bench.records.protocol import DatasetChoice, Protocol
from hdr_bench.records.published import Anchor, NotBuilt, Published
from hdr_bench.records.study import Study, StudyLevel
from hdr_bench.records.suite import Suite

TABLES: Mapping[str, type[BaseModel]] = {
    "Top level": Suite,
    "dataset": DatasetChoice,
    "protocol": Protocol,
    "[[case]]": Case,
    "steps": Step,
    "reduced": Reduced,
    "train_with": TrainingCorruption,
    "published": Published,
    "[[test_set]]": TestSet,
    "[[study]]": Study,
    "levels": StudyLevel,
    "[[anchor]]": Anchor,
    "[[not_built]]": NotBuilt,
}
"""Tables of a suite's file, and the records that read them."""

# Set by the file's name; or only in Python.
_NOT_IN_FILES = {(Suite, "name"), (DatasetChoice, "given"), (Case, "key")}

_WORDS = {
    "tuple": "list",
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "dict of text to": "table of",
    "dict": "table",
    "Any": "any value",
    **{record.__name__: f"`{title}`" for title, record in TABLES.items() if record is not Suite},
}

_INTRODUCTION = """# Suite format

A suite is a TOML file. This page is generated from the code that reads it, and lists every key. An unknown key is an
error that suggests the nearest valid one. [Your first suite](../start/first-suite.md) shows an example, and
[Published against measured](../explanation/published-against-measured.md) explains `published`, `claims` and `notes`.

Durations are numbers of seconds, or texts such as `"90s"`, `"10min"` and `"2h"`; memory sizes are numbers of bytes, or
texts such as `"4GB"`.
"""


def write_suite_reference() -> str:
    """Return the page of all tables of a suite's file, with their keys.

    Returns
    -------
    page : str
        Markdown.
    """
    sections = (line for title, record in TABLES.items() for line in _section(title, record))
    return "\n".join([_INTRODUCTION, *sections])


def written_key(name: str, field: FieldInfo) -> str:
    """Return what a field is called in a suite's file.

    Parameters
    ----------
    name : str
        Name of the field in Python.
    field : FieldInfo

    Returns
    -------
    key : str
    """
    return field.serialization_alias or name


def _section(title: str, record: type[BaseModel]) -> Iterator[str]:
    doc = ClassDoc(record)
    descriptions = {name.strip(): each for each in doc["Attributes"] for name in each.name.split(",")}
    yield from [f"## {title if record is Suite else f'`{title}`'}", ""]
    yield from [_markdown(" ".join([*doc["Summary"], "", *doc["Extended Summary"]])), ""]
    yield from ["| key | value | default | meaning |", "|:--|:--|:--|:--|"]
    for name, field in record.model_fields.items():
        if (record, name) not in _NOT_IN_FILES:
            each = descriptions[name]
            kind, text = _type(each.type), _markdown(" ".join(each.desc))
            yield f"| `{written_key(name, field)}` | {kind} | {_default(field)} | {text} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, BaseModel):
        return f'`{{ kind = "{value.kind}" }}`' if isinstance(value, Protocol) else ""
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _type(text: str) -> str:
    """Return a type of Python as TOML has it; the name of a record is that of its table, below."""
    plain = re.sub(r"\s+or None|, optional", "", text)
    for python, toml in _WORDS.items():
        plain = re.sub(rf"\b{python}\b", toml, plain)
    return _markdown(plain)


def _markdown(text: str) -> str:
    """Return text of a docstring as Markdown, for a cell of a table."""
    plain = " ".join(text.replace("``", "`").split())
    return re.sub(r"(?<!\\)([|<])", r"\\\1", plain) if "`" not in plain else plain.replace("|", r"\|")
