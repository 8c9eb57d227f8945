"""The comparison of models as rows, and what can be said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdr_bench.web.pages.numbers import write_count, write_interval, write_share


@dataclass(frozen=True)
class ComparisonRow:
    """One version of a model, as the table shows it.

    Attributes
    ----------
    model, version : str
    here, here_interval, right : str
        Accuracy on corrected marks, its interval, and how many of how many.
    mnist, mnist_interval, mnist_images : str
        As the model's card says.
    """

    model: str
    version: str
    here: str
    here_interval: str
    right: str
    mnist: str
    mnist_interval: str
    mnist_images: str


def make_rows(models: Sequence[Mapping[str, Any]]) -> list[ComparisonRow]:
    """Return the rows of the table.

    Parameters
    ----------
    models : sequence of mapping
        As the API gives them.

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
        mnist_images=write_count(mnist.get("n_images")),
    )


def say_finding(models: Sequence[Mapping[str, Any]]) -> str:
    """Return what the numbers allow to say, and no more.

    Parameters
    ----------
    models : sequence of mapping
        As the API gives them.

    Returns
    -------
    sentence : str
    """
    known = [model for model in models if model["n"]]
    if not known:
        return "No digit has been corrected yet, so nothing can be said about what people write here."
    if len(known) == 1:
        (one,) = known
        return f"{_name(one)} is right on {one['n_right']:,} of {one['n']:,} corrected marks."
    first, *others = sorted(known, key=lambda model: -float(model["accuracy"]))
    most = max(float(model["high"]) for model in others)
    if len({model["n"] for model in known}) > 1:
        return "The versions answered for different marks, so their accuracies here are not compared with each other."
    if first["low"] <= most:
        return (
            f"{write_count(first['n'], 'corrected mark is', 'corrected marks are')} too few to say which is best here."
        )
    return f"{_name(first)} is the most accurate here: its interval lies above those of all others."


def _name(model: Mapping[str, Any]) -> str:
    return f"{model['model']}, version {model['version']},"
