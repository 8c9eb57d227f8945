"""The commands `list` and `show`: what there is."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from hdr_bench.cli.completing import complete_suite
from hdr_bench.cli.console import make_console, print_pairs, read_shape
from hdr_bench.cli.streams import say
from hdr_bench.exceptions import NotationError, suggestion


class Listing(StrEnum):
    """What `list` lists."""

    suites = "suites"
    estimators = "estimators"
    datasets = "datasets"


def list_(what: Annotated[Listing | None, typer.Argument(help="One list only.")] = None) -> None:
    """List suites, estimators and data sets."""
    for listing in [what] if what else list(Listing):
        print_pairs(str(listing), listed(listing))


def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SUITE_OR_LAYERS", help="A suite, or a network's layers.", autocompletion=complete_suite
        ),
    ],
    image: Annotated[str, typer.Option(help="For layers: the image, [CHANNELSx]HEIGHTxWIDTH.")] = "28x28",
    classes: Annotated[int, typer.Option(help="For layers: units of the output layer.")] = 10,
) -> None:
    """Show what a suite would run, or a network layer by layer."""
    from hdr_bench.experiments.suite_file import list_suites, read_suite

    if what in list_suites() or what.endswith(".toml"):
        # As it is written: nothing is imported, of the user's modules neither.
        _print_suite(read_suite(what))
    else:
        try:
            _print_layers(what, read_shape(image), classes)
        except NotationError as error:
            hint = suggestion(what, list_suites())
            raise NotationError(f"{error}{hint}") from error


def listed(listing: Listing) -> dict[str, str]:
    """Return what a list holds: names, and what they are."""
    if listing is Listing.suites:
        from hdr_bench.experiments.suite_file import list_suites

        return list_suites()
    if listing is Listing.estimators:
        from hdr_bench.estimators import list_estimators

        return list_estimators()
    from hdr_bench.datasets import SCHEMES, list_datasets

    own = {f"{scheme}:…": "your own, by where they lie" for scheme in SCHEMES if scheme != "openml"}
    return {**list_datasets(), **own, "openml:…": "any data set of images at OpenML"}


def _print_suite(suite: Any) -> None:
    from hdr_bench.cli.describing import describe_suite
    from hdr_bench.experiments.user_code import dotted_paths

    say("\n".join(describe_suite(suite)))
    if paths := list(dotted_paths(suite)):
        say(f"not imported, and not checked: {', '.join(paths)}")


def _print_layers(layers: str, shape: tuple[int, int, int], classes: int) -> None:
    from rich.table import Table

    from hdr_bench.estimators.notation import layer_table, parse_layers

    rows = layer_table(parse_layers(layers, classes), shape)
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
