"""Output of the command `lr-range`: a table and a sentence, and a file with the losses or their figure."""

import math
from pathlib import Path

import numpy as np
import typer

from hdr_bench.cli.streams import say
from hdr_bench.exceptions import StoreError
from hdr_bench.files import write_whole
from hdr_bench.records.learning_rates import LearningRateRange
from hdr_bench.reporting.numbers import MISSING

_SUFFIXES = (".png", ".csv")
# The whole curve is in the file; these rows show its shape.
_MOST_ROWS = 12
_HEADS = ("rate", "loss (median)", "lowest", "highest", "sweeps")
_GAP = "  "


def check_out(out: Path | None) -> None:
    """Check the name of the file to write.

    Parameters
    ----------
    out : Path or None

    Raises
    ------
    typer.BadParameter
        If it ends neither in .png nor in .csv, or is a folder.
    """
    if out is None:
        return
    if out.suffix.lower() not in _SUFFIXES:
        raise typer.BadParameter(f"--out must end in .png (figure) or .csv (losses of each sweep), got {out}")
    if out.is_dir():
        raise typer.BadParameter(f"--out {out} is a folder; give a file in it, e.g. {out / 'rates.png'}")


def print_range(found: LearningRateRange) -> None:
    """Print some rows of the curve, and the suggested range as a sentence.

    Parameters
    ----------
    found : LearningRateRange
    """
    curve = found.curve()
    steps = np.unique(np.linspace(0, len(curve) - 1, _MOST_ROWS).round().astype(int))
    places = _places(float(curve["median"].iloc[0]))
    rows = [
        (f"{rate:.2g}", *(_write(loss, places) for loss in losses), f"{sweeps:.0f}")
        for rate, *losses, sweeps in curve.iloc[steps].to_numpy()
    ]
    widths = [max(map(len, column)) for column in zip(_HEADS, *rows, strict=True)]
    for row in (_HEADS, *rows):
        say(_GAP.join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
    say(found.describe())


def write_range(found: LearningRateRange, out: Path) -> None:
    """Write the losses of each sweep as CSV, or their figure as PNG.

    Parameters
    ----------
    found : LearningRateRange
    out : Path
        Ends in .csv or .png.

    Raises
    ------
    StoreError
        If the figure cannot be drawn.
    OSError
        If the file cannot be written.
    """
    is_table = out.suffix.lower() == ".csv"
    write_whole(out, found.frame().to_csv(index=False).encode() if is_table else _draw(found))
    say(f"{'losses' if is_table else 'figure'}: {out}")


def _places(first: float) -> int:
    """Return the decimal places with which the first loss has three digits."""
    return max(2 - math.floor(math.log10(first)), 0) if 0 < first < math.inf else 2


def _write(loss: float, places: int) -> str:
    return f"{loss:.{places}f}" if math.isfinite(loss) else MISSING


def _draw(found: LearningRateRange) -> bytes:
    from hdr_bench.reporting.displays import LearningRateDisplay
    from hdr_bench.reporting.drawing.figure import PlannedFigure
    from hdr_bench.reporting.drawing.rendering import render

    display = LearningRateDisplay.from_range(found)
    figure = render(
        PlannedFigure(
            "learning-rates", "Learning rates", display.describe(), (display,), display.figsize, has_svg=False
        )
    )
    if figure.problem:
        raise StoreError(figure.problem)
    return figure.png
