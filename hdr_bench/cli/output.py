"""Output of the commands: consoles, warnings as sentences, aligned pairs; and sizes that they read."""

import re
import warnings
from typing import TYPE_CHECKING, TextIO

import typer

from hdr_bench.cli.streams import say
from hdr_bench.exceptions import shown

if TYPE_CHECKING:
    from rich.console import Console


_OUR_WARNINGS = "hdr_bench.exceptions"
# As large as a number of a network's layers may be.
_SHAPE = re.compile(r"[1-9][0-9]{0,7}(x[1-9][0-9]{0,7}){1,2}")


def make_console(stderr: bool = False) -> "Console":
    """Return a console on standard output, or on standard error.

    Parameters
    ----------
    stderr : bool, default=False
        Whether it prints on standard error, not on standard output.

    Returns
    -------
    console : rich.console.Console
    """
    from rich.console import Console

    return Console(stderr=stderr)


def show_warnings_plainly() -> None:
    """From now on print the library's own warnings as sentences on standard error; others as Python prints them."""
    show_as_python_does = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if category.__module__ == _OUR_WARNINGS:
            say(f"warning: {message}", is_error=True)
        else:
            show_as_python_does(message, category, filename, lineno, file, line)

    warnings.showwarning = show


def print_pairs(title: str, pairs: dict[str, str]) -> None:
    """Print names and what they stand for, aligned.

    Parameters
    ----------
    title : str
    pairs : dict of str to str
        Names, and what they stand for.
    """
    width = max(map(len, pairs), default=0)
    say("\n".join([f"{title}:", *(f"  {name:<{width}}  {text}" for name, text in pairs.items())]))


def read_shape(text: str) -> tuple[int, int, int]:
    """Read ``28x28`` or ``3x28x28`` as channels, height and width.

    Parameters
    ----------
    text : str
        ``HEIGHTxWIDTH`` or ``CHANNELSxHEIGHTxWIDTH``.

    Returns
    -------
    channels, height, width : int

    Raises
    ------
    typer.BadParameter
        If it is neither.
    """
    if not _SHAPE.fullmatch(text):
        raise typer.BadParameter(
            f"{shown(text)} is not a valid size; write HEIGHTxWIDTH, e.g. 28x28, each with at most 8 digits"
        )
    *channels, height, width = map(int, text.split("x"))
    return (channels[0] if channels else 1, height, width)
