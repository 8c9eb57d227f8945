"""Description of an option: what the command line and the documentation say about a field of `RunOptions`."""

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
        Effect of the option, in one or two sentences.
    kind : str
        Type of its values in numpydoc form.
    parse : type, default=str
        Type to which the command line converts a word. Durations and sizes remain texts there.
    metavar : str or None
        Name of the value in the command line's help; None for the name of its type.
    choices : tuple of str, or str
        Allowed values; or the path of a mapping with these as its keys, e.g. ``"package.module:TABLE"``; empty if there
        is no list of them.
    completion : str
        Path of the function that completes the value in a shell, e.g. ``"package.module:complete"``; empty if there is
        none.
    write : callable, default=str
        Returns a value in command line form.
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
        Field of `RunOptions`.

    Returns
    -------
    option : Option
    """
    return next(each for each in field.metadata if isinstance(each, Option))


def choices_of(option: Option) -> Collection[str]:
    """Return the allowed values of an option, importing a table that is elsewhere.

    Parameters
    ----------
    option : Option

    Returns
    -------
    choices : collection of str
        A mapping has descriptions; empty if any value is allowed.
    """
    if not option.choices or isinstance(option.choices, tuple):
        return option.choices
    table: Collection[str] = resolve_name(option.choices)
    return table


def flag_of(name: str) -> str:
    """Return an option in command line form.

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
    """Return a decorator that adds options to the signature and docstring of a function ending with ``**options``.

    Parameters
    ----------
    model : type of BaseModel
        Its fields are the options.

    Returns
    -------
    decorator : callable
        Returns the modified function.
    """

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        named = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        # Without the validators.
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
    """Return the allowed values listed in an option itself."""
    return () if isinstance(option.choices, str) else option.choices


def add_documentation(
    text: str | None,
    model: type[BaseModel],
    section: str,
    before: str = "",
    choices: Callable[[Option], Collection[str]] = _choices_here,
) -> str | None:
    """Return a docstring with a section that documents each option.

    Parameters
    ----------
    text : str or None
        None if Python runs with -OO, which drops docstrings.
    model : type of BaseModel
        Its fields are the options.
    section : str
        Heading of the section.
    before : str, default=""
        Heading of the next section; empty if there is none.
    choices : callable
        Returns the allowed values of an option; by default only those listed in it, to avoid importing tables.

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
    """Yield the lines in numpydoc form for each option."""
    for name, field in model.model_fields.items():
        option = option_of(field)
        allowed = ", ".join(map(repr, choices(option)))
        kind = f"{{{allowed}}}" if allowed else option.kind
        yield f"{name} : {kind}{', optional' if field.default is None else f', default={field.default!r}'}"
        yield f"    {option.help}"
