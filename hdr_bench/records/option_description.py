"""Description of an option: what the command line and the documentation say of a field of `RunOptions`."""

import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, TypeVar, get_type_hints

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
    completion : str
        Path of the function that a shell completes the value by, e.g. ``"package.module:complete"``; empty if there is
        none.
    write : callable, default=str
        Returns a value as a command line says it.
    """

    help: str
    kind: str
    parse: type = str
    metavar: str | None = None
    choices: tuple[str, ...] | str = ""
    completion: str = ""
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


def choices_of(option: Option) -> Collection[str]:
    """Return the allowed values of an option, of a table elsewhere too, which is imported.

    Parameters
    ----------
    option : Option

    Returns
    -------
    choices : collection of str
        A mapping says of each what it is; empty if any value is allowed.
    """
    if not option.choices or isinstance(option.choices, tuple):
        return option.choices
    table: Collection[str] = resolve_name(option.choices)
    return table


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
        function.__doc__ = add_documentation(
            function.__doc__, model, "Other Parameters", before="Returns", choices=choices_of
        )
        return function

    return decorate


def _choices_here(option: Option) -> Collection[str]:
    """Return the allowed values that stand in an option itself."""
    return () if isinstance(option.choices, str) else option.choices


def add_documentation(
    text: str | None,
    model: type[BaseModel],
    section: str,
    before: str = "",
    choices: Callable[[Option], Collection[str]] = _choices_here,
) -> str | None:
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
    choices : callable
        Returns the allowed values of an option; by default none of those in a table elsewhere, which this would import.

    Returns
    -------
    text : str or None
    """
    if text is None:
        return None
    added = "\n".join([section, "-" * len(section), *_entries(model, choices)])
    text = inspect.cleandoc(text)
    if not before:
        return f"{text}\n\n{added}"
    return text.replace(f"\n\n{before}\n", f"\n\n{added}\n\n{before}\n", 1)


def _entries(model: type[BaseModel], choices: Callable[[Option], Collection[str]]) -> Iterator[str]:
    """Give the lines that numpydoc wants of each option."""
    for name, field in model.model_fields.items():
        option = option_of(field)
        allowed = ", ".join(map(repr, choices(option)))
        kind = f"{{{allowed}}}" if allowed else option.kind
        yield f"{name} : {kind}{', optional' if field.default is None else f', default={field.default!r}'}"
        yield f"    {option.help}"
