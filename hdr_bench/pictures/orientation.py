"""Pages that lie on their side or upside down, told by the recognizer."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.answers import likeliest_digits
from hdr_bench.pictures.recognize import Answers, Recognizer

# So many digits more must be seen than as the page lies, and this many times as many: letters look like digits too.
_FEWEST_MORE = 5
_TIMES_AS_MANY = 2.0
# Share of the marks that must be digits then.
_MOSTLY_DIGITS = 0.5
# A bare stroke is a 1 in two directions, and says nothing.
_STROKE = 1
# Marks that are looked at.
_MOST_MARKS = 200


def find_turn(images: NDArray[np.uint8], answers: Answers, recognizer: Recognizer) -> int:
    """Find by how many quarters of a turn, counter-clockwise, a page must be turned to be read.

    Parameters
    ----------
    images : ndarray of shape (n_marks, 28, 28), uint8
        The page's marks as they lie.
    answers : Answers
        What the recognizer says of them.
    recognizer : Recognizer

    Returns
    -------
    quarters : int
        0 to 3; 0 unless twice as many digits are seen another way.
    """
    n_seen = _count_digits(answers)
    if len(images) < _FEWEST_MORE or n_seen >= 0.5 * len(images):
        return 0
    some = images[np.linspace(0, len(images) - 1, min(len(images), _MOST_MARKS)).astype(int)]
    turned = [recognizer.recognize(np.rot90(some, quarters, (1, 2)).copy()) for quarters in range(4)]
    counts = [_count_digits(each) for each in turned]
    best = max(range(4), key=lambda quarters: (counts[quarters], -quarters))
    is_clear = counts[best] >= max(_MOSTLY_DIGITS * len(some), counts[0] + _FEWEST_MORE, _TIMES_AS_MANY * counts[0])
    return best if is_clear else 0


def _count_digits(answers: Answers) -> int:
    return int(np.count_nonzero(answers.accepted & (likeliest_digits(answers) != _STROKE)))
