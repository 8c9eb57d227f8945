"""What the comparison says, and does not say."""

import pytest

from hdr_bench.web.pages.comparison_rows import make_rows, say_finding


def row(model="cnn", n=100, n_right=90, low=0.82, high=0.95):
    share = n_right / n if n else None
    return {"model": model, "version": 1, "n": n, "n_right": n_right, "accuracy": share, "low": low, "high": high}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row(n=0, n_right=0)], "No digit has been corrected yet"),
        ([row()], "cnn, version 1, is right on 90 of 100 corrected marks."),
        ([row(), row("knn", n_right=85, low=0.77, high=0.91)], "100 corrected marks are too few to say which is best"),
        ([row(), row("knn", n_right=50, low=0.4, high=0.6)], "cnn, version 1, is the most accurate here"),
        ([row(), row("knn", n=20, n_right=2, low=0.03, high=0.3)], "The versions answered for different marks"),
        ([row(), row("knn", n=0, n_right=0)], "cnn, version 1, is right on 90 of 100"),
    ],
)
def test_it_says_no_more_than_the_numbers(rows, sentence):
    assert say_finding(rows).startswith(sentence)


def test_what_is_not_known_is_a_dash():
    (made,) = make_rows([row(n=0, n_right=0) | {"mnist": None}])
    assert (made.here, made.here_interval, made.right) == ("–", "–", "0 of 0")
    assert (made.mnist, made.mnist_interval, made.mnist_images) == ("–", "–", "–")
