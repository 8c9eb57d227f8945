"""One look for all figures: readable in print and in greyscale, safe for the colour-blind."""

from typing import Any

INK, PAPER, GRID = "#1b1b1b", "#ffffff", "#dddddd"
"""Of texts, axes and lines that belong to no method, of the ground, of the grid; a dark page replaces them."""

FONT = "DejaVu Sans"

# Okabe and Ito (2008), "Color Universal Design", without the yellow, which paper swallows; then Tol's wine and
# olive, and a grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", INK, "#882255", "#777777",
           "#999933")  # fmt: skip
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
    "figure.dpi": 100,
    "font.family": FONT,
    "font.size": 9.5,
    "grid.color": GRID,
    # Points that move a line by less than half a pixel are left out.
    "path.simplify_threshold": 0.5,
    # Texts stay texts: they can be searched, and a page with many figures stays small.
    "svg.fonttype": "none",
    # Without a salt of its own matplotlib draws the names inside an SVG at random.
    "svg.hashsalt": "hdr-bench",
}


def colour_of(position: int) -> str:
    """Return the colour of the method at `position`; a report's every figure has the same order."""
    return COLOURS[position % len(COLOURS)]


def line_of(position: int) -> Any:
    """Return the dashes of the line at `position`: lines differ without colour too."""
    return LINES[(position + position // len(COLOURS)) % len(LINES)]


def marker_of(position: int) -> str:
    """Return the marker of the method at `position`: methods differ without colour too."""
    return MARKERS[position % len(MARKERS)]
