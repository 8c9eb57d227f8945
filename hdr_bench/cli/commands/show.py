"""The command `show`, which shows a suite, or a network layer by layer."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdr_bench.cli.completion import complete_suite
from hdr_bench.cli.output import make_console, read_shape
from hdr_bench.cli.streams import say
from hdr_bench.exceptions import NotationError, shown, suggestion

if TYPE_CHECKING:
    from hdr_bench.estimators.neural.layer_protocol import Layer

_MOST_UNITS = 99_999_999
"""Largest layer that the notation can write, in units."""


def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SUITE_OR_LAYERS", help="A suite, or the layers of a network.", autocompletion=complete_suite
        ),
    ],
    image: Annotated[str, typer.Option(help="For layers: size of the image, [CHANNELSx]HEIGHTxWIDTH.")] = "28x28",
    classes: Annotated[int, typer.Option(min=2, max=_MOST_UNITS, help="For layers: units of the output layer.")] = 10,
) -> None:
    """Show what a suite would run, or a network layer by layer."""
    from hdr_bench.experiments.planning.carried_suites import list_suites
    from hdr_bench.experiments.planning.suite_file import read_suite

    # As written: nothing is imported, including the user's modules.
    if what in list_suites() or what.endswith(".toml"):
        _print_suite(read_suite(what))
        return
    layers = _read_layers(what, classes)
    if layers is None:
        _print_suite(read_suite(what))
        return
    _print_layers(layers, read_shape(image))


def _read_layers(what: str, classes: int) -> "list[Layer] | None":
    """Return a network's layers; None if the argument is a path, which may lead to a suite.

    Raises
    ------
    NotationError
        If the argument is neither.
    """
    from hdr_bench.estimators.neural.notation import parse_layers
    from hdr_bench.experiments.planning.carried_suites import list_suites

    try:
        return parse_layers(what, classes)
    except NotationError as error:
        with suppress(OSError, ValueError):
            if os.path.lexists(what):
                return None
        if _begins_as_network(what, classes):
            raise
        hint = suggestion(what, list_suites())
        raise NotationError(
            f"{shown(what)} is neither a suite, a file, nor a network.{hint} To list the suites: hdr-bench list "
            f"suites. Read as a network: {error}"
        ) from error


def _begins_as_network(what: str, classes: int) -> bool:
    from hdr_bench.estimators.neural.notation import parse_layers

    first, dash, _ = what.partition("-")
    with suppress(NotationError):
        return bool(dash and parse_layers(first, classes))
    return False


def _print_suite(suite: Any) -> None:
    from hdr_bench.cli.suite_text import describe_suite
    from hdr_bench.experiments.planning.user_code import dotted_paths

    say("\n".join(describe_suite(suite)))
    if paths := list(dotted_paths(suite)):
        say(f"not imported or checked: {', '.join(paths)}")


def _print_layers(layers: "list[Layer]", shape: tuple[int, int, int]) -> None:
    from rich.table import Table

    from hdr_bench.estimators.neural.notation import layer_table

    rows = layer_table(layers, shape)
    table = Table("Token", "Layer", "Output shape", caption="MACs: multiply-accumulates for one image")
    for head in ("Parameters", "Buffers", "MACs"):
        table.add_column(head, justify="right")
    for row in rows:
        numbers = (row.parameters, row.buffers, row.multiply_accumulates)
        table.add_row(
            row.token, row.layer, "x".join(map(str, row.output_shape)), *(f"{number:,}" for number in numbers)
        )
    sums = (
        sum(values) for values in zip(*((r.parameters, r.buffers, r.multiply_accumulates) for r in rows), strict=True)
    )
    table.add_section()
    table.add_row("", "Total", "", *(f"{number:,}" for number in sums))
    make_console().print(table)
