"""Run options as parameters of a command, derived from `RunOptions` when the command is built."""

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from hdr_bench.exceptions import SuiteError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from hdr_bench.records.option_description import Option

# Built from values at run time, which a type checker cannot follow.
_ENUM, _ANNOTATED = cast("Any", StrEnum), cast("Any", Annotated)


_NAMES = "run_options"


def takes_run_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that limits the run options that a command takes.

    Parameters
    ----------
    *names : str
        Fields of `RunOptions`.

    Returns
    -------
    decorator : callable
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        setattr(command, _NAMES, names)
        return command

    return decorate


def add_run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that ends with ``**options`` a parameter per run option; return any other unchanged.

    It takes all options, or those named by `takes_run_options`.

    Parameters
    ----------
    command : callable

    Returns
    -------
    command : callable
    """
    own = inspect.signature(command)
    named = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    if len(named) == len(own.parameters):
        return command
    from hdr_bench.records.options import RunOptions

    arguments = [each for each in named if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    names = getattr(command, _NAMES, tuple(RunOptions.model_fields))
    options = [_parameter(name, RunOptions.model_fields[name]) for name in names]
    parameters = [*arguments, *options, *(each for each in named if each not in arguments)]

    @wraps(command)
    def with_all_options(**values: Any) -> Any:
        _check_options({name: values[name] for name in names})
        return command(**values)

    with_all_options.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_all_options.__annotations__ = {each.name: each.annotation for each in parameters}
    return with_all_options


def _check_options(values: dict[str, Any]) -> None:
    """Raise SuiteError if an option is out of range, naming the option as on the command line."""
    from pydantic import ValidationError

    from hdr_bench.records.faults import describe_faults
    from hdr_bench.records.option_description import flag_of
    from hdr_bench.records.options import RunOptions

    try:
        RunOptions(**values)
    except SuiteError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        faults = [fault.partition(": ") for fault in describe_faults(error.__cause__, RunOptions, values)]
        raise SuiteError("; ".join(f"'{flag_of(name)}': {text}" for name, _, text in faults)) from error


def _parameter(name: str, field: "FieldInfo") -> inspect.Parameter:
    from hdr_bench.records.option_description import choices_of, flag_of, option_of

    option = option_of(field)
    choices = choices_of(option)
    kind = _ENUM(name, [(each, each) for each in choices]) if choices else option.parse
    default = field.default if field.default is None else kind(field.default)
    declared = typer.Option(
        flag_of(name),
        help=_help(option, choices),
        metavar=option.metavar,
        autocompletion=resolve_name(option.completion) if option.completion else None,
    )
    annotation = _ANNOTATED[kind | None if default is None else kind, declared]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _help(option: "Option", choices: Any) -> str:
    if not isinstance(choices, Mapping):
        return option.help
    return f"{option.help} {'; '.join(f'{name}: {text}' for name, text in choices.items())}."
