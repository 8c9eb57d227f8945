"""One look for all figures, whatever a user's own settings of matplotlib say."""

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

INK, PAPER, GRID = "#1b1b1b", "#ffffff", "#dddddd"
"""Of texts, axes and lines that belong to no method, of the ground, of the grid; a dark page replaces them."""

FONT = "DejaVu Sans"

# Okabe and Ito (2008), "Color Universal Design", without the yellow, which paper swallows; then Tol's wine and
# olive, and a grey.
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#E69F00",
    INK,
    "#882255",
    "#777777",
    "#999933",
)
CHOSEN, OTHERS = "#D55E00", "#777777"
"""Of a candidate that was chosen, and of the others."""

LINES = ("-", "--", "-.", (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5, 1, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "h")

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    # Titles stay where they are: matplotlib would look at all that is above the axes, each time that it measures them.
    "axes.titley": 1.0,
    "figure.dpi": 100,
    "font.family": FONT,
    "font.size": 9.5,
    "grid.color": GRID,
    # Points that move a line by less than half a pixel are left out.
    "path.simplify_threshold": 0.5,
    # Texts stay texts: they can be searched, and a page with many figures stays small.
    "svg.fonttype": "none",
    # Texts of a PDF can be searched and copied, which type 3 fonts do not allow everywhere.
    "pdf.fonttype": 42,
    # Without a salt of its own matplotlib draws the names inside an SVG at random.
    "svg.hashsalt": "hdr-bench",
}


def color_of(position: int) -> str:
    """Return a method's colour, the same in every figure of a report.

    Parameters
    ----------
    position : int
        The method's place in the suite, from 0.

    Returns
    -------
    colour : str

    Examples
    --------
    >>> color_of(0)
    '#0072B2'
    """
    return COLOURS[position % len(COLOURS)]


def line_of(position: int) -> Any:
    """Return the dashes of a method's line: lines differ without colour too.

    Parameters
    ----------
    position : int
        The method's place in the suite, from 0.

    Returns
    -------
    linestyle : str or tuple
        As matplotlib takes it.
    """
    return LINES[(position + position // len(COLOURS)) % len(LINES)]


def marker_of(position: int) -> str:
    """Return a method's marker: methods differ without colour too.

    Parameters
    ----------
    position : int
        The method's place in the suite, from 0.

    Returns
    -------
    marker : str
        As matplotlib takes it.
    """
    return MARKERS[position % len(MARKERS)]


_VARIABLES = ("MPLBACKEND", "MATPLOTLIBRC")
_SETTINGS = "matplotlibrc"


def load_matplotlib() -> None:
    """Import matplotlib as a notebook would; without the user's settings only if it cannot be imported with them.

    So whoever imports it after this library finds it as they set it up. An unknown ``MPLBACKEND`` and a
    ``matplotlibrc`` that is not UTF-8 keep it from being imported.
    """
    try:
        import matplotlib as mpl  # noqa: F401  # for those who import it after this
    except Exception:  # noqa: BLE001  # whatever the checks of its settings raise
        # Its parts, which are still there, belong to a whole that is not.
        for name in [name for name in sys.modules if name.startswith("matplotlib.")]:
            del sys.modules[name]
        load_matplotlib_alone()


def load_matplotlib_alone() -> None:
    """Import matplotlib with its default settings and without a window, in a process that only draws."""
    with _default_settings():
        import matplotlib as mpl  # noqa: F401  # as above


@contextmanager
def _default_settings() -> Iterator[None]:
    """Let matplotlib find its default settings alone, and leave the environment as it was."""
    before = {name: os.environ.get(name) for name in _VARIABLES}
    defaults = _data_folder() / _SETTINGS
    os.environ.update(zip(_VARIABLES, ("agg", str(defaults)), strict=True))
    # A file in the working folder comes before the one that the environment names.
    elsewhere = chdir(defaults.parent) if os.path.lexists(_SETTINGS) else nullcontext()
    try:
        with elsewhere:
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _data_folder() -> Path:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
    return Path(spec.origin).parent / "mpl-data"
