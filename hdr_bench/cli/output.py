"""Output of the commands: consoles, warnings as sentences, aligned pairs; and parsing of image sizes."""

import re
import warnings
from typing import TYPE_CHECKING, TextIO

import typer

from hdr_bench.cli.streams import say
from hdr_bench.exceptions import shown

if TYPE_CHECKING:
    from rich.console import Console


_OUR_WARNINGS = "hdr_bench.exceptions"
# The limit of numbers in a network's layers.
_SHAPE = re.compile(r"[1-9][0-9]{0,7}(x[1-9][0-9]{0,7}){1,2}")


def make_console(stderr: bool = False) -> "Console":
    """Return a console on standard output, or on standard error.

    Parameters
    ----------
    stderr : bool, default=False
        Whether to print on standard error instead of standard output.

    Returns
    -------
    console : rich.console.Console
    """
    from rich.console import Console

    return Console(stderr=stderr)


def show_warnings_plainly() -> None:
    """Print the library's own warnings as sentences on standard error; Python prints all others as usual."""
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
    """Print names and their descriptions, aligned.

    Parameters
    ----------
    title : str
    pairs : dict of str to str
        Descriptions by name.
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
        If the text is neither.
    """
    if not _SHAPE.fullmatch(text):
        raise typer.BadParameter(
            f"{shown(text)} is not a valid size; write HEIGHTxWIDTH, e.g. 28x28, with at most 8 digits each"
        )
    *channels, height, width = map(int, text.split("x"))
    return (channels[0] if channels else 1, height, width)
