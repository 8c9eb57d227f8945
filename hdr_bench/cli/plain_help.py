"""Help of a command in its usual form, whichever version of typer writes it.

Flags have no type, the name of an argument suffices, and the usage shows ``SUITE`` rather than ``{SUITE}``.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup

_REQUIRED = re.compile(r"\{(.+?)\}(?:\.\.\.)?")
_TWICE = re.compile(r"(\.\.\.\]?)\.\.\.$")
# Names of types in newer versions, and in older versions and other programs.
_TYPES = (
    (re.compile(r"<int(?: range)?>"), "INTEGER"),
    (re.compile(r"<float(?: range)?>"), "NUMBER"),
    (re.compile(r"<(?:str|path|file|directory)>"), "TEXT"),
    (re.compile(r"<(.+)>"), r"[\1]"),
)


class PlainCommand(TyperCommand):
    """Command that prints its help in the usual form."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, each with the usual name of its type.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        params : list of Parameter
        """
        return _with_usual_types(super().get_params(ctx), ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        pieces : list of str
        """
        pieces = super().collect_usage_pieces(ctx)
        return [_TWICE.sub(r"\1", _REQUIRED.sub(r"\1", piece)) for piece in pieces]


class PlainGroup(TyperGroup):
    """Group of commands that prints its help in the usual form."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, each with the usual name of its type.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        params : list of Parameter
        """
        return _with_usual_types(super().get_params(ctx), ctx)


def read_help(command: Callable[..., Any]) -> str:
    """Return the docstring of a command's function as its help, each paragraph on one line.

    Parameters
    ----------
    command : callable

    Returns
    -------
    help : str
    """
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _with_usual_types(params: list[Any], ctx: Any) -> list[Any]:
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
        # Older versions use the usual names of types, and lack this method.
        elif hasattr(param, "display_type_rich"):
            _rename_type(param, str(param.display_type_rich(ctx=ctx) or ""))
    return params


def _rename_type(param: Any, text: str) -> None:
    if param.param_type_name == "option":
        param.metavar = param.metavar or _usual_type(text)
        return
    # The name of an argument suffices, unless the user chooses from fixed words.
    shown = _usual_type(text) if "|" in text else ""
    param.display_type_rich = lambda ctx: shown  # noqa: ARG005  # as typer calls it


def _usual_type(text: str) -> str:
    for pattern, usual in _TYPES:
        if pattern.fullmatch(text):
            return pattern.sub(usual, text)
    return text
