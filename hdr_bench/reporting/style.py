"""One look for all figures: readable in print and in greyscale, safe for the colour-blind."""

from typing import Any

# Okabe and Ito (2008), "Color Universal Design", without the yellow, which paper swallows; then Tol's wine, and a grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#882255", "#777777")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "h")

STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "figure.dpi": 100,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "grid.color": "#dddddd",
    "savefig.dpi": 150,
    # Without a salt of its own matplotlib draws the names inside an SVG at random.
    "svg.hashsalt": "hdr-bench",
}


def colour_of(position: int) -> str:
    """Return the colour of the method at `position`; a report's every figure has the same order."""
    return COLOURS[position % len(COLOURS)]


def marker_of(position: int) -> str:
    """Return the marker of the method at `position`: methods differ without colour too."""
    return MARKERS[position % len(MARKERS)]
