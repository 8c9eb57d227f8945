"""A recognizer's answers restricted to the digits, whatever other classes its model has."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.recognize import DIGITS, Answers


def digit_shares(answers: Answers) -> NDArray[np.float64]:
    """Return the probability of each digit.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    shares : ndarray of shape (n_marks, 10), float64
    """
    return answers.probabilities[:, : len(DIGITS)]


def likeliest_digits(answers: Answers) -> NDArray[np.intp]:
    """Return the most probable digit of each mark, including marks that are rejected.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    digits : ndarray of shape (n_marks,), int
    """
    return digit_shares(answers).argmax(axis=1)


def select_answers(answers: Answers, indices: list[int]) -> Answers:
    """Select the answers for some of the marks.

    Parameters
    ----------
    answers : Answers
    indices : list of int

    Returns
    -------
    selected : Answers
    """
    return Answers(answers.probabilities[indices], answers.scores[indices], answers.accepted[indices])
