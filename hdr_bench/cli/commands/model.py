"""The commands `model`, which show what is in a model file."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.streams import say

_PICKLE = "contains a pickle: load it with --trust only if you trust its author"

model = typer.Typer(help="Show what is in a model file.", no_args_is_help=True, add_completion=False)


@model.callback()
def _group() -> None:
    """Show what is in a model file."""


@model.command()
def show(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Model files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the cards as JSON, one per line.")] = False,
) -> None:
    """Print the cards of model files: method, data, accuracy, and how each was created. The models are not loaded."""
    from hdr_bench.cli.card_text import print_card
    from hdr_bench.models.file_format import holds_pickle
    from hdr_bench.models.model_file import load_card

    cards = [(path, load_card(path)) for path in files]
    for place, (path, card) in enumerate(cards):
        if as_json:
            say(card.model_dump_json())
            continue
        if place:
            say("")
        print_card(card, path, _PICKLE if holds_pickle(path) else "")
