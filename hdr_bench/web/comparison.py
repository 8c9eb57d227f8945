"""Models compared: how often each version was right on what people drew, beside its accuracy on MNIST."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hdr_bench.web.database.comparison import RightCount, count_right
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import served_versions
from hdr_bench.web.listing import Listing, find_scores

# By the names that cards and retrainings give them; the half that decides on versions is not among them.
_MNIST = {
    "mnist": "MNIST's test images",
    "mnist, reported half": "the half of MNIST's test images that does not decide",
    "mnist-5k": "the test images of mnist-5k",
}


def compare_versions(session: Session) -> list[Listing]:
    """Return what is known of each version that answers, or has answered for marks that were corrected.

    Parameters
    ----------
    session : Session

    Returns
    -------
    rows : list of dict
        By model, then by version.
    """
    counted = {version.id: (version, count) for version, count in count_right(session)}
    served = {version.id: (version, RightCount()) for _, version in served_versions(session)}
    rows = sorted({**served, **counted}.values(), key=lambda row: (row[0].model, row[0].number))
    return [_describe(version, count) for version, count in rows]


def _describe(version: ModelVersion, count: RightCount) -> Listing:
    # It imports SciPy's distributions, for which the server need not wait when it starts.
    from hdr_bench.reporting.statistics.intervals import score_interval

    share = count.n_right / count.n_marks if count.n_marks else None
    low, high = (None, None) if share is None else score_interval(share, count.n_marks)
    return {
        "model": version.model,
        "version": version.number,
        "n": count.n_marks,
        "n_right": count.n_right,
        "accuracy": share,
        "low": low,
        "high": high,
        "mnist": _find_mnist(version.scores),
    }


def _find_mnist(scores: Mapping[str, Any]) -> Listing | None:
    """Return the accuracy on images of MNIST that neither taught the version nor decided on it."""
    found = find_scores(scores)
    return next(({**found[name], "images": words} for name, words in _MNIST.items() if name in found), None)
