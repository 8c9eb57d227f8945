"""Detection of pages that lie on their side or upside down, using the recognizer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hdr_bench.pictures.answers import likeliest_digits
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.recognize import Answers, Recognizer

# Minimum number of digits recognized in another orientation, for a turn by a quarter or by a half,
_FEWEST, _FEWEST_HALF = 3, 4
# and how many times as confident in them the recognizer must be: letters look like digits too. A page on its side has
# few digits; one that is upside down has 6 for 9, 2 for 5 and others that are recognized almost as confidently.
_TIMES_AS_SURE, _TIMES_AS_SURE_HALF = 2.0, 1.25
# Minimum fraction of the marks that must then be digits: there may also be specks of wood or cloth.
_LEAST_SHARE = 0.25
# A bare stroke is a 1 in two orientations, so it is not informative.
_STROKE = 1
# Digits that look the same upside down.
_SAME = (0, 1, 8)
_HALF = 2
# Maximum number of marks considered.
_MOST_MARKS = 200
# Fraction of marks whose nearest neighbour is beside rather than above or below them, from which on they form rows and
# the page is not on its side. The letters of a printed line look like all kinds of digits when turned.
_IN_ROWS = 0.8


def find_turn(marks: Sequence[Mark], images: NDArray[np.uint8], answers: Answers, recognizer: Recognizer) -> int:
    """Find the number of counter-clockwise quarter turns after which a page can be read.

    Parameters
    ----------
    marks : sequence of Mark
        Marks of the page.
    images : ndarray of shape (n_marks, 28, 28), uint8
        Images of the marks in the current orientation.
    answers : Answers
        The recognizer's answers for these images.
    recognizer : Recognizer

    Returns
    -------
    quarters : int
        0 to 3; 0 unless the recognizer is far more confident in the digits that it sees in another orientation, and
        there are enough of them. A page whose marks form rows is not on its side.
    """
    if len(images) < _FEWEST:
        return 0
    chosen = np.linspace(0, len(images) - 1, min(len(images), _MOST_MARKS)).astype(int)
    some = images[chosen]
    turned = [_choose(answers, chosen)]
    turned += [recognizer.recognize(np.rot90(some, quarters, (1, 2)).copy()) for quarters in range(1, 4)]
    sureness = [_sureness(each) for each in turned]
    best = max(range(4), key=lambda quarters: (sureness[quarters], -quarters))
    n_seen = np.count_nonzero(_telling(turned[best], (_STROKE,)))
    if best == 0 or n_seen < max(_FEWEST, _LEAST_SHARE * len(some)):
        return 0
    if best == _HALF:
        n_telling = np.count_nonzero(_telling(turned[best], _SAME))
        return best if n_telling >= _FEWEST_HALF and sureness[best] >= _TIMES_AS_SURE_HALF * sureness[0] else 0
    return best if sureness[best] >= _TIMES_AS_SURE * sureness[0] and not _lie_in_rows(marks) else 0


def _choose(answers: Answers, chosen: NDArray[np.int_]) -> Answers:
    return Answers(answers.probabilities[chosen], answers.scores[chosen], answers.accepted[chosen])


def _lie_in_rows(marks: Sequence[Mark]) -> bool:
    """Return whether most marks have their nearest neighbour on the left or right."""
    middles = np.array([mark.middle for mark in marks])
    _, nearest = cKDTree(middles).query(middles, k=2)
    steps = np.abs(middles[nearest[:, 1]] - middles)
    return bool(np.mean(steps[:, 1] > steps[:, 0]) >= _IN_ROWS)


def _sureness(answers: Answers) -> float:
    """Return the sum of the digits' scores, excluding bare strokes."""
    return float(np.maximum(answers.scores, 0)[_telling(answers, (_STROKE,))].sum())


def _telling(answers: Answers, others: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which marks are digits, except the given ones."""
    return answers.accepted & ~np.isin(likeliest_digits(answers), others)
