"""Draw the gallery of corruptions, and write their table into the page beside it.

Run it with ``python docs/robustness/draw_corruptions.py`` after a change to a corruption.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from hdr_bench import load_dataset
from hdr_bench.bibliography import as_plain_text, references
from hdr_bench.files import write_whole
from hdr_bench.robustness import CORRUPTIONS, CorruptionEntry, corrupt

PAGE = Path(__file__).with_name("corruptions.md")
GALLERY = PAGE.with_suffix(".png")
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

_EXAMPLE = 450
"""Of the test part of mnist-5k: a 4, whose strokes cross and are open."""
_STEPS = (1, 2, 3, 4, 5)
_SIDES = 2
_CELL = 0.46
"""Width and height of an image with its margin, in inches."""
_IMAGE = 0.92 * _CELL
_TITLE = 1.35
_MNIST_C = "#D55E00"
_CLEAN = "not corrupted"
_COLOURS = 128


def write_page() -> None:
    """Write the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    write_whole(PAGE, f"{head}{BEGIN}\n{describe_corruptions()}\n{END}{tail}".encode())


def describe_corruptions() -> str:
    """Return the table of corruptions and the references of their papers, in Markdown."""
    rows = ["| name | what it does | parameters at steps 1 to 5 | MNIST-C's step | based on |", "|:--|:--|:--|:-:|:--|"]
    rows += [_row(name, entry) for name, entry in CORRUPTIONS.items()]
    papers = dict.fromkeys(key for entry in CORRUPTIONS.values() for key in entry.cites)
    known = references().entries
    cited = type(references())({key: known[key] for key in papers})
    return "\n".join([*rows, "", *(f"- {text}" for text in sorted(as_plain_text(cited)))])


def draw_gallery() -> None:
    """Draw one digit under every corruption at each step."""
    image = load_dataset("mnist-5k").test.images[_EXAMPLE : _EXAMPLE + 1]
    names = [*CORRUPTIONS, _CLEAN]
    n_rows = -(-len(names) // _SIDES)
    width, height = _SIDES * (_TITLE + len(_STEPS) * _CELL) + 0.1, (n_rows + 0.7) * _CELL
    figure = plt.figure(figsize=(width, height), facecolor="white")
    for place, name in enumerate(names):
        side, row = divmod(place, n_rows)
        left = side * (_TITLE + len(_STEPS) * _CELL)
        bottom = height - (row + 1.6) * _CELL
        beside = ((left + _TITLE - 0.08) / width, (bottom + _CELL / 2) / height)
        figure.text(*beside, name, ha="right", va="center", size=9)
        for step in _STEPS if name != _CLEAN else _STEPS[:1]:
            corner = (left + _TITLE + (step - 1) * _CELL, bottom)
            place_of_image = (corner[0] / width, corner[1] / height, _IMAGE / width, _IMAGE / height)
            _draw(figure.add_axes(place_of_image), image, name, step)
    for side in range(_SIDES):
        for step in _STEPS:
            center = side * (_TITLE + len(_STEPS) * _CELL) + _TITLE + (step - 0.5) * _CELL
            figure.text(center / width, 1 - 0.3 * _CELL / height, str(step), ha="center", va="center", size=9)
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=150)
    plt.close(figure)
    small = io.BytesIO()
    # Greys, and one colour: a palette holds them in a third of the size.
    Image.open(drawn).convert("RGB").quantize(_COLOURS).save(small, "PNG", optimize=True)
    write_whole(GALLERY, small.getvalue())


def _draw(axes: Axes, image: NDArray[np.uint8], name: str, step: int) -> None:
    shown = image if name == _CLEAN else corrupt(image, name, step)
    axes.imshow(shown[0], cmap="gray", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=[])
    is_published = name != _CLEAN and CORRUPTIONS[name].mnist_c == step
    axes.spines[:].set(color=_MNIST_C if is_published else "#bbbbbb", linewidth=2.2 if is_published else 0.5)


def _row(name: str, entry: CorruptionEntry) -> str:
    step = "–" if entry.mnist_c is None else str(entry.mnist_c)
    return f"| `{name}` | {entry.description} | {'; '.join(_parameters(entry))} | {step} | {entry.origin} |"


def _parameters(entry: CorruptionEntry) -> Iterator[str]:
    for name, values in entry.parameters.items():
        different = dict.fromkeys(values)
        yield f"{name} {', '.join(f'{value:.3g}' for value in (values if len(different) > 1 else different))}"


if __name__ == "__main__":
    write_page()
    draw_gallery()
