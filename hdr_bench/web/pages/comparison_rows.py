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
    mnist, mnist_interval, mnist_images, mnist_set : str
        On images of MNIST that the version did not learn from; `mnist_set` says which.
    """

    model: str
    version: str
    here: str
    here_interval: str
    right: str
    mnist: str
    mnist_interval: str
    mnist_images: str
    mnist_set: str


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
        mnist_set=mnist.get("images", ""),
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
    n_marks = max((model["n"] for model in models), default=0)
    if not n_marks:
        return "No digit has been corrected yet, so nothing can be said about what people write here."
    corrected = write_count(n_marks, "mark was", "marks were")
    return (
        f"Up to {corrected} corrected for a version. People correct what they see is wrong, and what they see first is "
        "the first model's answer: these accuracies are lower than those on all that was drawn, the first model's most "
        "of all, and do not rank the models."
    )
