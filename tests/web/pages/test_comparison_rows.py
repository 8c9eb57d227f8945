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
        ([row()], "Up to 100 marks were corrected"),
        ([row(n=1), row("knn", n=0, n_right=0)], "Up to 1 mark was corrected"),
    ],
)
def test_it_says_no_more_than_the_numbers(rows, sentence):
    said = say_finding(rows)
    assert said.startswith(sentence)
    # Corrected marks are no sample of what is drawn, so that no model is called better.
    assert "do not rank the models" in said or "nothing can be said" in said


def test_what_is_not_known_is_a_dash():
    (made,) = make_rows([row(n=0, n_right=0) | {"mnist": None}])
    assert (made.here, made.here_interval, made.right) == ("–", "–", "0 of 0")
    assert (made.mnist, made.mnist_interval, made.mnist_images) == ("–", "–", "–")
