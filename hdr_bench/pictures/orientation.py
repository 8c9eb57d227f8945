"""Pages that lie on their side or upside down, detected by the recognizer."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import likeliest_digits
from hdr_bench.pictures.recognize import Answers, Recognizer

# Digits that must be seen another way, for the page to be turned by a quarter or by a half,
_FEWEST, _FEWEST_HALF = 3, 4
# and how many times as sure the recognizer must be of them: letters look like digits too. A page on its side has few
# digits; one that is upside down has 6 for 9, 2 for 5 and others that are hardly less sure.
_TIMES_AS_SURE, _TIMES_AS_SURE_HALF = 2.0, 1.25
# Share of the marks that must be digits then: beside them there may be specks of wood or cloth.
_LEAST_SHARE = 0.25
# A bare stroke is a 1 in two directions, and says nothing.
_STROKE = 1
# Digits that are the same upside down.
_SAME = (0, 1, 8)
_HALF = 2
# Marks that are looked at.
_MOST_MARKS = 200


def find_turn(images: NDArray[np.uint8], recognizer: Recognizer) -> int:
    """Find by how many quarters of a turn, counter-clockwise, a page must be turned to be read.

    Parameters
    ----------
    images : ndarray of shape (n_marks, 28, 28), uint8
        The page's marks as they lie.
    recognizer : Recognizer

    Returns
    -------
    quarters : int
        0 to 3; 0 unless the recognizer is far surer of the digits that it sees another way, and these are not few.
    """
    if len(images) < _FEWEST:
        return 0
    some = images[np.linspace(0, len(images) - 1, min(len(images), _MOST_MARKS)).astype(int)]
    turned = [recognizer.recognize(np.rot90(some, quarters, (1, 2)).copy()) for quarters in range(4)]
    sureness = [_sureness(each) for each in turned]
    best = max(range(4), key=lambda quarters: (sureness[quarters], -quarters))
    n_seen = np.count_nonzero(_telling(turned[best], (_STROKE,)))
    if best == 0 or n_seen < max(_FEWEST, _LEAST_SHARE * len(some)):
        return 0
    if best == _HALF:
        n_telling = np.count_nonzero(_telling(turned[best], _SAME))
        return best if n_telling >= _FEWEST_HALF and sureness[best] >= _TIMES_AS_SURE_HALF * sureness[0] else 0
    return best if sureness[best] >= _TIMES_AS_SURE * sureness[0] else 0


def _sureness(answers: Answers) -> float:
    """Return the sum of the scores of the digits but bare strokes."""
    return float(np.maximum(answers.scores, 0)[_telling(answers, (_STROKE,))].sum())


def _telling(answers: Answers, others: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which marks are digits other than some."""
    return answers.accepted & ~np.isin(likeliest_digits(answers), others)
