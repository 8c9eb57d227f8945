"""Model cards as text in a terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hdr_bench.cli.output import make_console
from hdr_bench.names import visible
from hdr_bench.records.quantities import format_bytes

if TYPE_CHECKING:
    from hdr_bench.models.card import CardScore, ModelCard

_MOST_NAMED = 40
_HASH_LETTERS = 16


def print_card(card: "ModelCard", path: Path, remark: str = "") -> None:
    """Print the card of a model file.

    Parameters
    ----------
    card : ModelCard
    path : Path
        The file.
    remark : str, default=""
        What to add about the file itself.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    described = f"{path}, {format_bytes(path.stat().st_size)}{remark and f'; {remark}'}"
    for name, text in (("File", described), *describe_card(card)):
        # Text from untrusted files must not contain markup or move the cursor.
        table.add_row(Text(name, style="bold"), Text(visible(text)))
    make_console().print(table)


def describe_card(card: "ModelCard") -> Iterator[tuple[str, str]]:
    """Yield the rows of a card.

    Parameters
    ----------
    card : ModelCard

    Yields
    ------
    name, text : str
    """
    yield "Method", str(card.method)
    for step in card.steps:
        yield "Preceding step", str(step)
    if card.classes:
        named = ", ".join(card.classes[:_MOST_NAMED]) + (", ..." if len(card.classes) > _MOST_NAMED else "")
        yield "Classes", f"{len(card.classes):,}: {named}"
    if card.image_shape is not None:
        height, width = card.image_shape
        yield "Images", f"{height}x{width} pixels"
    yield from _data(card)
    for score in card.scores:
        yield "Accuracy", _score(score)
    yield from _reading(card)
    if card.command:
        yield "Created by", card.command
    yield "Libraries", ", ".join(f"{name} {version}" for name, version in card.libraries.items())
    if card.python:
        yield "Python", card.python
    if card.machine is not None:
        yield "Machine", f"{card.machine.cpu}, {card.machine.architecture}, {card.machine.system}"
    for note in card.notes:
        yield "Note", note


def _data(card: "ModelCard") -> Iterator[tuple[str, str]]:
    if card.data is None:
        return
    published = f", published {card.data.date}" if card.data.date else ""
    seed = "" if card.seed is None else f", seed {card.seed}"
    yield "Fitted on", f"{card.data.n_train:,} training images of {card.data.name}{published}{seed}"
    if card.data.fingerprint:
        yield "Data SHA-256", f"{card.data.fingerprint[:_HASH_LETTERS]}..."


def _reading(card: "ModelCard") -> Iterator[tuple[str, str]]:
    reading = card.reading
    if reading is None:
        return
    yield "Reading pictures", f"temperature {reading.temperature:.4g}, threshold {reading.threshold:.4g}"
    yield "Probabilities", "calibrated on held-out images" if reading.calibrated else "not calibrated"
    if reading.chosen_on:
        count = f"{reading.n_images:,}"
        # Cards that `fit` writes begin with the count.
        is_counted = reading.chosen_on.startswith(f"{count} ")
        yield "Chosen on", reading.chosen_on if is_counted else f"{reading.chosen_on} ({count} images)"


def _score(score: "CardScore") -> str:
    low, high = 100 * score.low, 100 * score.high
    return (
        f"{100 * score.accuracy:.2f} % (95 % interval {low:.2f} to {high:.2f}; {score.n_errors:,} of "
        f"{score.n_images:,} wrong) on {score.dataset}"
    )
