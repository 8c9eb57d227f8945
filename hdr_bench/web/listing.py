"""Database rows as the API returns them: plain values for pages and scripts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hdr_bench.web.database.comparison import RightCount
from hdr_bench.web.database.pairs import PairCount
from hdr_bench.web.database.pictures import ListedReading
from hdr_bench.web.database.tables import Correction, ModelVersion, Retraining, ServedModel
from hdr_bench.web.mnist_scores import find_mnist_score

Listing = dict[str, Any]


def describe_reading(listed: ListedReading) -> Listing:
    """Return a reading as an entry of the list.

    Parameters
    ----------
    listed : ListedReading

    Returns
    -------
    listing : dict
    """
    reading, picture = listed.reading, listed.reading.picture
    return {
        "id": reading.id,
        "file": picture.name,
        "kind": picture.kind,
        "writer": picture.writer,
        "created": reading.created_at.isoformat(),
        "lines": reading.lines,
        "n_digits": listed.n_digits,
        "n_corrections": listed.n_corrections,
    }


def describe_correction(correction: Correction) -> Listing:
    """Return a correction with the digit that was read.

    Parameters
    ----------
    correction : Correction

    Returns
    -------
    listing : dict
    """
    mark = correction.mark
    return {
        "id": correction.id,
        "digit_id": mark.id,
        "reading_id": mark.reading_id,
        "label": correction.label,
        "read": mark.digit,
        "review": correction.review,
    }


def describe_retraining(job: Retraining) -> Listing:
    """Return a retraining.

    Parameters
    ----------
    job : Retraining

    Returns
    -------
    listing : dict
    """
    return {
        "id": job.id,
        "model": job.model,
        "state": job.state,
        "stage": job.stage,
        "epoch": job.epoch,
        "n_epochs": job.n_epochs,
        "reason": job.reason,
        "version": job.version.number if job.version else None,
        "created": job.created_at.isoformat(),
        "finished": job.finished_at.isoformat() if job.finished_at else None,
    }


def describe_model(served: ServedModel, versions: Sequence[ModelVersion], absent: Collection[int] = ()) -> Listing:
    """Return a model with its versions.

    Parameters
    ----------
    served : ServedModel
    versions : sequence of ModelVersion
        All of its versions.
    absent : collection of int
        Database ids of the versions whose files this server does not have.

    Returns
    -------
    listing : dict
    """
    numbers = {version.id: version.number for version in versions}
    return {
        "name": served.name,
        "position": served.position,
        "version": numbers[served.version_id],
        "versions": [
            _describe_version(version, numbers, _describe_state(version, served.version_id, absent))
            for version in versions
        ],
    }


def _describe_state(version: ModelVersion, served_id: int, absent: Collection[int]) -> Listing:
    if version.id in absent:
        return {"state": "missing", "served": False}
    return {"state": version.state, "served": version.id == served_id}


def _describe_version(version: ModelVersion, numbers: Mapping[int, int], state: Listing) -> Listing:
    return {
        "number": version.number,
        "origin": version.origin,
        **state,
        "parent": numbers.get(version.parent_id) if version.parent_id is not None else None,
        "created": version.created_at.isoformat(),
        "n_images": version.n_images,
        "n_corrections": version.n_corrections,
        "scores": version.scores,
        "decision": version.decision,
    }


def describe_comparison(version: ModelVersion, count: RightCount) -> Listing:
    """Return a version's accuracy on what people drew, beside its accuracy on MNIST.

    Parameters
    ----------
    version : ModelVersion
    count : RightCount

    Returns
    -------
    listing : dict
    """
    # Imported here because SciPy's distributions would slow down the start of the server.
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
        "mnist": find_mnist_score(version.scores),
    }


def describe_pair(pair: PairCount) -> Listing:
    """Return how two versions compare on the corrected digits that both read.

    Parameters
    ----------
    pair : PairCount

    Returns
    -------
    listing : dict
    """
    from hdr_bench.reporting.statistics.mcnemar import newcombe_paired

    cells = (pair.both, pair.won, pair.lost, pair.neither)
    low, high = newcombe_paired(*cells)
    return {
        "first": {"model": pair.first.model, "version": pair.first.number},
        "second": {"model": pair.second.model, "version": pair.second.number},
        "n": sum(cells),
        "first_right": pair.both + pair.won,
        "second_right": pair.both + pair.lost,
        "difference": (pair.won - pair.lost) / sum(cells),
        "low": low,
        "high": high,
    }
