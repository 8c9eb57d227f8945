"""Digits, and marks that are not digits, for measuring rejection; none of them was learned from."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from benchmarks.embedded.pens import redraw_all
from benchmarks.pictures import characters, not_digits, photographs
from benchmarks.pictures.drawing import Images
from hdr_bench import load_dataset
from hdr_bench.exceptions import DatasetNotFoundError

_SEED = 2000
_N_LETTERS = 10


@dataclass(frozen=True)
class Digits:
    """Digits with their labels.

    Attributes
    ----------
    name : str
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,)
    """

    name: str
    images: Images
    labels: np.ndarray


@dataclass(frozen=True)
class Material:
    """Digits to keep, and marks to reject.

    Attributes
    ----------
    digits : tuple of Digits
        The first two are what scores are compared on.
    marks : dict of str to ndarray of shape (n, 28, 28), uint8
        By kind.
    """

    digits: tuple[Digits, ...]
    marks: dict[str, Images]


def report_material(n: int = 2000) -> Material:
    """Return material of MNIST's test images, of NIST-15's test part, and of fonts that no model learned from.

    Parameters
    ----------
    n : int, default=2000
        Marks of each kind.

    Returns
    -------
    material : Material
        Without NIST-15 if the data home does not have it.
    """
    test = load_dataset("mnist").test
    digits = (
        Digits("MNIST's test images", test.images, test.labels),
        Digits("the same, drawn with other pens", redraw_all(test.images, test.labels, _SEED), test.labels),
    )
    marks = {
        "letters of fonts": characters.letters(n, "report", _SEED),
        "letters of fonts, drawn with pens": characters.pen_letters(n, "report", _SEED + 1),
        "letters like digits, drawn with pens": characters.pen_letters(
            n, "report", _SEED + 2, characters.LETTERS_LIKE_DIGITS
        ),
        "signs, drawn with pens": characters.pen_letters(n, "report", _SEED + 3, characters.SIGNS),
        "pairs of digits that touch": not_digits.pairs(n, test.images, _SEED + 4),
        "halves of digits": not_digits.halves(n, test.images, _SEED + 5),
        "scribbles": not_digits.scribbles(n, _SEED + 6),
        "crosses, corners, frames": not_digits.frames(n, _SEED + 7),
        "blots": not_digits.blots(n, _SEED + 8),
        "textures": not_digits.textures(n, _SEED + 9),
        "cut out of photographs without writing": photographs.cut_outs(n, _SEED + 10),
    }
    try:
        handwritten, letters = nist15_material(n)
    except DatasetNotFoundError:
        return Material(digits, marks)
    return Material((*digits, handwritten), {"handwritten letters A to E (NIST-15)": letters, **marks})


def nist15_material(n: int) -> tuple[Digits, Images]:
    """Return digits and letters of NIST-15's test part, in MNIST's form.

    Parameters
    ----------
    n : int
        Most of each.

    Returns
    -------
    digits : Digits
    letters : ndarray of shape (n, 28, 28), uint8

    Raises
    ------
    DatasetNotFoundError
        If the data home does not have NIST-15.
    """
    test = load_dataset("nist15").test
    order = np.random.default_rng(crc32(b"nist15")).permutation(len(test))
    is_letter = test.labels[order] >= _N_LETTERS
    chosen, letters = order[~is_letter][: 2 * n], order[is_letter][:n]
    digits = Digits("digits of NIST-15", not_digits.fit_all(test.images[chosen]), test.labels[chosen])
    return digits, not_digits.fit_all(test.images[letters])
