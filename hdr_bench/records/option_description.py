"""Description of an option: what the command line and the documentation say of a field of `RunOptions`."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Option:
    """Description of an option, for the command line and the documentation.

    Attributes
    ----------
    help : str
        What it does, in one or two sentences.
    kind : str
        Type of its values, as numpydoc writes it.
    parse : type, default=str
        Type that the command line makes of a word. A duration and a size stay texts there.
    metavar : str or None
        What the command line's help calls the value; None for the type's name.
    choices : tuple of str, or str
        Allowed values; or the path of a mapping that has them as its keys, e.g. ``"package.module:TABLE"``; empty if
        there is no list of them.
    completion : {"", "dataset"}
        What a shell completes the value by.
    write : callable, default=str
        Returns a value as a command line says it.
    """

    help: str
    kind: str
    parse: type = str
    metavar: str | None = None
    choices: tuple[str, ...] | str = ""
    completion: Literal["", "dataset"] = ""
    write: Callable[[Any], str] = str


def option_of(field: FieldInfo) -> Option:
    """Return the description of an option.

    Parameters
    ----------
    field : pydantic.fields.FieldInfo
        Of `RunOptions`.

    Returns
    -------
    option : Option
    """
    return next(each for each in field.metadata if isinstance(each, Option))


def flag_of(name: str) -> str:
    """Return an option as the command line writes it.

    Parameters
    ----------
    name : str

    Returns
    -------
    flag : str

    Examples
    --------
    >>> flag_of("time_limit")
    '--time-limit'
    """
    return f"--{name.replace('_', '-')}"


def with_options(model: type[BaseModel]) -> Callable[[Function], Function]:
    """Return a decorator for a function that ends with ``**options``: signature and documentation of each option.

    Parameters
    ----------
    model : type of BaseModel
        Its fields are the options.

    Returns
    -------
    decorator : callable
        It returns the function itself, changed.
    """

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        named = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        # Without what checks the values.
        types = get_type_hints(model)
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=types[name])
            for name, field in model.model_fields.items()
        ]
        function.__signature__ = own.replace(parameters=[*named, *added])  # type: ignore[attr-defined]
        function.__doc__ = add_documentation(function.__doc__, model, "Other Parameters", before="Returns")
        return function

    return decorate


def add_documentation(text: str | None, model: type[BaseModel], section: str, before: str = "") -> str | None:
    """Return a docstring with a section on each option.

    Parameters
    ----------
    text : str or None
        None if Python was started with -OO, which drops docstrings.
    model : type of BaseModel
        Its fields are the options.
    section : str
        Head of the section.
    before : str, default=""
        Head of the section that comes next; empty if none does.

    Returns
    -------
    text : str or None
    """
    if text is None:
        return None
    added = "\n".join([section, "-" * len(section), *_entries(model)])
    text = inspect.cleandoc(text)
    if not before:
        return f"{text}\n\n{added}"
    return text.replace(f"\n\n{before}\n", f"\n\n{added}\n\n{before}\n", 1)


def _entries(model: type[BaseModel]) -> Iterator[str]:
    """Give the lines that numpydoc wants of each option."""
    for name, field in model.model_fields.items():
        option = option_of(field)
        kind = f"{{{', '.join(map(repr, option.choices))}}}" if isinstance(option.choices, tuple) else option.kind
        yield f"{name} : {kind}{', optional' if field.default is None else f', default={field.default!r}'}"
        yield f"    {option.help}"
