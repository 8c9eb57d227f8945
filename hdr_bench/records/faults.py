"""Faults of records in this library's own sentences: pydantic finds them, but its wording is not shown."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError

from hdr_bench.exceptions import offer, shown, suggestion
from hdr_bench.records.text import first_faults

_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
# By prefix of the fault's type.
_KINDS = (
    ("int", "a whole number"),
    ("finite_number", "a finite number"),
    ("float", "a number"),
    ("decimal", "a number"),
    ("bool", "true or false"),
    ("byte_size", "a size such as 500MB or 8GB"),
    ("string_unicode", "a text that UTF-8 can hold"),
    ("string", "a text"),
    ("invalid_key", "a table whose keys are texts"),
    ("none_required", "left out"),
    *((kind, "a list") for kind in ("tuple", "list", "set", "frozen_set", "iterable")),
    *((kind, "a table") for kind in ("dict", "mapping", "model", "dataclass")),
)


def describe_faults(
    error: ValidationError, model: type[BaseModel], content: Any, hidden: frozenset[str] = frozenset()
) -> list[str]:
    """Describe each fault in a sentence with its place.

    Parameters
    ----------
    error : pydantic.ValidationError
        Raised by `model`.
    model : type of BaseModel
    content : object
        The input, in which cases are identified by name.
    hidden : frozenset of str
        Keys of `model` itself that are not suggested for an unknown one.

    Returns
    -------
    sentences : list of str
        At most twenty, and the number of others.
    """
    outer = _Model(model, hidden)
    return first_faults(error.errors(include_url=False), lambda fault: _describe(fault, outer, content))


@dataclass(frozen=True)
class _Model:
    """A model with keys that are not suggested."""

    cls: type[BaseModel]
    hidden: frozenset[str]

    def keys_at(self, loc: Sequence[str | int]) -> set[str]:
        keys = {key for each in self.models_at(loc) for key in model_fields(each)}
        return keys if loc else keys - self.hidden

    def models_at(self, loc: Sequence[str | int]) -> list[type[BaseModel]]:
        """Return the models that may occur at a place."""
        models = [self.cls]
        for key in loc:
            if isinstance(key, str):
                fields = [model_fields(each).get(key) or each.model_fields.get(key) for each in models]
                models = [inner for field in fields if field is not None for inner in models_in(field.annotation)]
        return models


def model_fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's fields by their keys in a file.

    Parameters
    ----------
    model : type of BaseModel

    Returns
    -------
    fields : dict of str to object
        pydantic's fields, by key.
    """
    return {_key_of(name, field): field for name, field in model.model_fields.items()}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in a field's annotation, e.g. Case for ``tuple[Case, ...]``.

    Parameters
    ----------
    annotation : object

    Yields
    ------
    model : type of BaseModel
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def place_of(loc: Sequence[str | int], content: Any) -> str:
    """Return a place as users would describe it: ``case 2 ('CNN'), params``; empty for the whole input.

    Parameters
    ----------
    loc : sequence of str or int
        Keys and indices from the outermost on, as returned by pydantic.
    content : object
        The input, in which cases are identified by name.

    Returns
    -------
    place : str
    """
    parts: list[str] = []
    for key in loc:
        content = _item(content, key)
        if isinstance(key, int):
            name = content.get("name") if isinstance(content, dict) else getattr(content, "name", None)
            named = f" ({shown(name)})" if isinstance(name, str) and name else ""
            parts[-1:] = [f"{parts[-1] if parts else 'value'} {key + 1}{named}"]
        elif key != "[key]":
            parts.append(str(key) if str(key).isprintable() and len(str(key)) < 100 else shown(key))
    return ", ".join(parts)


def _describe(fault: Any, model: _Model, content: Any) -> str:
    loc = fault["loc"]
    if fault["type"] == "missing" and loc and isinstance(loc[-1], int):
        # In a list of fixed length that is too short, the first missing value is reported.
        loc, given = loc[:-1], _value_at(content, loc[:-1])
        return _add_place(loc, content, f"must have {_length(model, loc)} values, got {shown(given)}")
    return _add_place(loc, content, _sentence(fault, model))


def _add_place(loc: Sequence[str | int], content: Any, sentence: str) -> str:
    place = place_of(loc, content)
    return f"{place}: {sentence}" if place else sentence


def _sentence(fault: Any, model: _Model) -> str:
    kind, given, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind in _SENTENCES:
        return _SENTENCES[kind](fault, model)
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]:,}, got {shown(given)}"
    if isinstance(cause := context.get("error"), Exception):
        return str(cause)
    for beginning, words in _KINDS:
        if kind.startswith(beginning):
            return f"must be {words}, got {shown(given)}{_brackets(fault, model)}"
    return f"{shown(given)} is not valid here"


def _unknown_key(fault: Any, model: _Model) -> str:
    *parents, last = fault["loc"]
    allowed = sorted(model.keys_at(parents))
    return f"unknown key.{suggestion(str(last), allowed)} {offer(allowed)}"


def _unknown_value(fault: Any, _model: _Model) -> str:
    allowed = [text.strip().strip("'") for text in fault["ctx"]["expected"].replace(" or ", ",").split(",")]
    given = fault["input"]
    if isinstance(given, str):
        return f"unknown value {shown(given)}.{suggestion(given, allowed)} {offer(allowed)}"
    return f"must be one of these texts, got {shown(given)}. {offer(allowed)}"


def _too_short(fault: Any, model: _Model) -> str:
    least = fault["ctx"]["min_length"]
    if least == 1:
        return f"must not be empty{_brackets(fault, model)}"
    return f"must have at least {least:,} {_items(fault)}, got {shown(fault['input'])}"


def _too_long(fault: Any, _model: _Model) -> str:
    given = fault["input"]
    length = len(given) if hasattr(given, "__len__") else fault["ctx"].get("actual_length")
    return f"must have at most {fault['ctx']['max_length']:,} {_items(fault)}, got {length:,}"


def _items(fault: Any) -> str:
    return "letters" if fault["type"].startswith("string") else "values"


_SENTENCES: dict[str, Callable[[Any, _Model], str]] = {
    "decimal_max_digits": lambda fault, _model: (
        f"must have at most {fault['ctx']['max_digits']} digits, got {shown(fault['input'])}"
    ),
    "missing": lambda fault, model: f"must be given{_brackets(fault, model)}",
    "extra_forbidden": _unknown_key,
    "unexpected_keyword_argument": _unknown_key,
    "literal_error": _unknown_value,
    "too_short": _too_short,
    "string_too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _too_long,
}


def _brackets(fault: Any, model: _Model) -> str:
    """Return which brackets the header of a table needs in a file, if it has others or none."""
    *parents, last = fault["loc"] or [""]
    head = ".".join(key for key in fault["loc"] if isinstance(key, str))
    is_item = isinstance(last, int)
    if not head or not model.models_at(fault["loc"]):
        return ""
    if is_item or any(get_origin(part) is tuple for part in _annotations(model, parents, str(last))):
        is_written_so = is_item and isinstance(fault["input"], dict)
        return "" if is_written_so else f"; write [[{head}]], with two brackets, for each"
    return f"; write [{head}], with one bracket" if isinstance(fault["input"], list) else ""


def _length(model: _Model, loc: Sequence[str | int]) -> int:
    """Return the number of values in a list of fixed length."""
    *parents, name = loc
    parts = _annotations(model, parents, str(name))
    return next((len(get_args(part)) for part in parts if get_origin(part) is tuple), 0)


def _annotations(model: _Model, parents: Sequence[str | int], name: str) -> list[Any]:
    """Return the types that a field may hold, with unions expanded."""
    fields = [model_fields(each).get(name) for each in model.models_at(parents)]
    annotations = [field.annotation for field in fields if field is not None]
    return [part for annotation in annotations for part in (annotation, *get_args(annotation))]


def _key_of(name: str, field: Any) -> str:
    alias = field.validation_alias or field.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return alias if isinstance(alias, str) else name


def _value_at(content: Any, loc: Sequence[str | int]) -> Any:
    for key in loc:
        content = _item(content, key)
    return content


def _item(content: Any, key: str | int) -> Any:
    """Return the value at a key, an index, or an attribute; None if there is none."""
    try:
        return content[key]
    except (KeyError, IndexError, TypeError):
        return getattr(content, key, None) if isinstance(key, str) else None
