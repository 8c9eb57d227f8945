"""Comparison of models as table rows, and the conclusions that it supports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdr_bench.web.pages.numbers import write_count, write_interval, write_points, write_share

_MOST_SENTENCES = 3


@dataclass(frozen=True)
class ComparisonRow:
    """One version of a model, as shown in the table.

    Attributes
    ----------
    model, version : str
    here, here_interval, right : str
        Accuracy on corrected marks, its interval, and the number of correct answers out of all.
    mnist, mnist_interval, mnist_number, mnist_images : str
        Accuracy on MNIST images that it never learned from, its interval, their number, and which images they are.
    """

    model: str
    version: str
    here: str
    here_interval: str
    right: str
    mnist: str
    mnist_interval: str
    mnist_number: str
    mnist_images: str


@dataclass(frozen=True)
class PairRow:
    """Two models on the same digits, as shown in the table.

    Attributes
    ----------
    first, second : str
        Model and version.
    n, first_right, second_right : str
    difference, interval : str
        First minus second, in points.
    """

    first: str
    second: str
    n: str
    first_right: str
    second_right: str
    difference: str
    interval: str


def make_rows(models: Sequence[Mapping[str, Any]]) -> list[ComparisonRow]:
    """Return the rows of the table.

    Parameters
    ----------
    models : sequence of mapping
        As returned by the API.

    Returns
    -------
    rows : list of ComparisonRow
    """
    return [_make_row(model) for model in models]


def _make_row(model: Mapping[str, Any]) -> ComparisonRow:
    mnist = model.get("mnist") or {}
    n = model["n"]
    return ComparisonRow(
        model=model["model"],
        version=str(model["version"]),
        here=write_share(model["accuracy"] if n else None),
        here_interval=write_interval(model["low"], model["high"]) if n else "–",
        right=f"{model['n_right']:,} of {n:,}",
        mnist=write_share(mnist.get("accuracy")),
        mnist_interval=write_interval(mnist.get("low"), mnist.get("high")),
        mnist_number=write_count(mnist.get("n_images")),
        mnist_images=mnist.get("images", "–"),
    )


def make_pairs(pairs: Sequence[Mapping[str, Any]]) -> list[PairRow]:
    """Return the rows of the table of pairs.

    Parameters
    ----------
    pairs : sequence of mapping
        As returned by the API.

    Returns
    -------
    rows : list of PairRow
    """
    return [
        PairRow(
            first=_name(pair["first"]),
            second=_name(pair["second"]),
            n=write_count(pair["n"]),
            first_right=write_count(pair["first_right"]),
            second_right=write_count(pair["second_right"]),
            difference=write_points(pair["difference"]),
            interval=f"{write_points(pair['low'])} to {write_points(pair['high'])}",
        )
        for pair in pairs
    ]


def say_findings(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the conclusions that the numbers support; these never include which model is best.

    Parameters
    ----------
    comparison : mapping
        As returned by the API.

    Returns
    -------
    sentences : tuple of str
    """
    known, pairs = [model for model in comparison["models"] if model["n"]], comparison["pairs"]
    if not known:
        return ("No digits have been corrected yet, so the models cannot be compared on them.",)
    if len(known) == 1:
        (one,) = known
        return (f"{_name(one)}, read {one['n_right']:,} of {one['n']:,} corrected digits correctly.",)
    if not pairs:
        return ("No two models in use have read the same corrected digits, so there is nothing to compare.",)
    different = [pair for pair in pairs if pair["low"] > 0 or pair["high"] < 0]
    if not different:
        return ("There are too few corrected digits to say which of any two models is more accurate on them.",)
    if len(different) > _MOST_SENTENCES:
        # With many intervals, some exclude zero by chance.
        return (
            f"{len(different)} of {len(pairs)} pairs of models differ on the corrected digits, each by its own 95 % "
            "interval, not adjusted for the number of pairs. The last table lists all pairs.",
        )
    return tuple(map(_say_difference, different))


def _say_difference(pair: Mapping[str, Any]) -> str:
    more, fewer, low, high = pair["first"], pair["second"], pair["low"], pair["high"]
    if high < 0:
        more, fewer, low, high = fewer, more, -high, -low
    return (
        f"{_name(more)}, is more accurate than {_name(fewer)} on the "
        f"{write_count(pair['n'], 'corrected digit', 'corrected digits')} that both read: by "
        f"{100 * abs(pair['difference']):.1f} points, 95 % interval {100 * low:.1f} to {100 * high:.1f}."
    )


def say_bias(comparison: Mapping[str, Any]) -> str:
    """Return why corrected digits are unfair to the model that reads the pictures; empty if there are none.

    Parameters
    ----------
    comparison : mapping
        As returned by the API.

    Returns
    -------
    sentences : str
    """
    if not comparison["reader"] or not any(model["n"] for model in comparison["models"]):
        return ""
    return (
        f"People see the reading of {comparison['reader']}, and correct mostly what it got wrong. So it looks "
        "worse here than on everything that was drawn, and so do models that make the same errors. These numbers do "
        "not say which model is best."
    )


def _name(version: Mapping[str, Any]) -> str:
    return f"{version['model']}, version {version['version']}"
