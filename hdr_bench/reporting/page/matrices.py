"""Confusion matrices as a page shows them."""

from dataclasses import dataclass

import numpy as np

from hdr_bench.reporting.displays import ConfusionDisplay
from hdr_bench.reporting.page.sprites import shade_picture

_SHADES = 9
_MOST_IN_A_TABLE, _MOST_CONFUSIONS = 20, 12


@dataclass(frozen=True)
class MatrixCell:
    """A cell of a confusion matrix.

    Attributes
    ----------
    text : str
        Number of images; empty for none.
    shade : int
        How dark it is, 0 to 9.
    """

    text: str
    shade: int


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix as a page shows it, true classes down: as a table, of many classes as a picture.

    Attributes
    ----------
    names : tuple of str
        The classes.
    rows : tuple of tuple of MatrixCell
        Empty if there are too many classes for a table.
    picture : str
        The picture, as an address that holds it whole; empty if there is a table.
    confusions : tuple of tuple of str
        Of many classes the most frequent errors: true class, predicted class, images.
    n_fits : int
        Number of fits whose images are added up.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[MatrixCell, ...], ...] = ()
    picture: str = ""
    confusions: tuple[tuple[str, str, str], ...] = ()
    n_fits: int = 1


def make_matrix(display: ConfusionDisplay) -> Matrix:
    """Return a confusion matrix as a page shows it.

    Parameters
    ----------
    display : ConfusionDisplay
        The matrix.

    Returns
    -------
    matrix : Matrix
    """
    names = display.class_names
    if len(names) > _MOST_IN_A_TABLE:
        errors = display.matrix - np.diag(np.diag(display.matrix))
        most = np.argsort(-errors, axis=None, kind="stable")[:_MOST_CONFUSIONS]
        places = [(int(row), int(column)) for row, column in zip(*np.unravel_index(most, errors.shape), strict=True)]
        confusions = tuple(
            (names[row], names[column], f"{errors[row, column]:,}") for row, column in places if errors[row, column]
        )
        return Matrix(names, picture=shade_picture(display.shares()), confusions=confusions, n_fits=display.n_fits)
    # The square root lets the few errors be seen beside the many right ones.
    shades = np.ceil(_SHADES * np.sqrt(display.shares())).astype(int)
    rows = tuple(
        tuple(MatrixCell(f"{count}" if count else "", int(shade)) for count, shade in zip(counts, shaded, strict=True))
        for counts, shaded in zip(display.matrix, shades, strict=True)
    )
    return Matrix(names, rows, n_fits=display.n_fits)
