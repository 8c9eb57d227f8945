"""What the comparison says, and does not say."""

import pytest

from hdr_bench.reporting.statistics.mcnemar import newcombe_paired
from hdr_bench.web.pages.comparison_rows import make_pairs, make_rows, say_bias, say_findings


def row(model="cnn", n=100, n_right=90):
    share = n_right / n if n else None
    return {"model": model, "version": 1, "n": n, "n_right": n_right, "accuracy": share, "low": share, "high": share}


def pair(both, won, lost, neither):
    n, (low, high) = both + won + lost + neither, newcombe_paired(both, won, lost, neither)
    names = {"first": {"model": "cnn", "version": 1}, "second": {"model": "knn", "version": 1}}
    right = {"first_right": both + won, "second_right": both + lost}
    return names | right | {"n": n, "difference": (won - lost) / n, "low": low, "high": high}


@pytest.mark.parametrize(
    ("rows", "pairs", "sentence"),
    [
        ([row(n=0, n_right=0)], [], "No digits have been corrected yet"),
        ([row()], [], "cnn, version 1, read 90 of 100 corrected digits correctly."),
        ([row(), row("knn", n=0, n_right=0)], [], "cnn, version 1, read 90 of 100"),
        # As many digits, but others: nothing is compared.
        ([row(), row("knn", n_right=50)], [], "No two models in use have read the same"),
        ([row(), row("knn", n_right=85)], [pair(80, 10, 5, 5)], "There are too few corrected digits"),
        (
            [row(), row("knn", n_right=70)],
            [pair(68, 22, 2, 8)],
            "cnn, version 1, is more accurate than knn, version 1 on the 100 corrected digits that both read: "
            "by 20.0 points, 95 % interval 11.0 to 29.2.",
        ),
        (
            [row(), row("knn")],
            [pair(10, 1, 30, 9)],
            "knn, version 1, is more accurate than cnn, version 1 on the 50",
        ),
    ],
)
def test_it_says_no_more_than_the_numbers(rows, pairs, sentence):
    (finding,) = say_findings({"reader": "cnn", "models": rows, "pairs": pairs})
    assert finding.startswith(sentence)


def test_many_pairs_are_counted_and_not_told_one_by_one():
    pairs = [pair(68, 22, 2, 8)] * 4 + [pair(80, 10, 5, 5)]
    (finding,) = say_findings({"reader": "cnn", "models": [row(), row("knn")], "pairs": pairs})
    assert finding.startswith("4 of 5 pairs of models differ on the corrected digits")


def test_it_says_why_corrected_digits_are_unfair_to_the_reader():
    comparison = {"reader": "cnn", "models": [row(), row("knn")], "pairs": []}
    assert "correct mostly what it got wrong" in say_bias(comparison)
    assert say_bias(comparison | {"models": [row(n=0, n_right=0)]}) == ""


def test_what_is_not_known_is_a_dash():
    (made,) = make_rows([row(n=0, n_right=0) | {"mnist": None}])
    assert (made.here, made.here_interval, made.right) == ("–", "–", "0 of 0")
    assert (made.mnist, made.mnist_interval, made.mnist_number, made.mnist_images) == ("–", "–", "–", "–")


def test_a_difference_is_the_first_minus_the_second():
    (made,) = make_pairs([pair(10, 1, 30, 9)])
    assert (made.first, made.first_right, made.second_right, made.difference) == (
        "cnn, version 1",
        "11",
        "40",
        "−58.00",
    )
