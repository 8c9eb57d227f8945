"""Accuracy of versions on images of MNIST that they never learned from, as their scores have it."""

from collections.abc import Mapping
from typing import Any

Listing = dict[str, Any]
# Half of the test images decides whether a retrained version is taken, so only the other half says how good it is.
_SETS = {
    "mnist, reported half": "MNIST's test images, the half not used to accept versions",
    "mnist": "MNIST's test images",
    "mnist-5k": "the test part of mnist-5k",
}


def find_scores(scores: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return what of a version's scores, or of those of the version before, are accuracies.

    Parameters
    ----------
    scores : mapping
        As the database has them.

    Returns
    -------
    scores : mapping of str to mapping
        By set of images.
    """
    return {name: score for name, score in scores.items() if isinstance(score, Mapping) and "accuracy" in score}


def find_mnist_score(scores: Mapping[str, Any]) -> Listing | None:
    """Return a version's accuracy on images of MNIST that it never learned from, and that never decided on it.

    Parameters
    ----------
    scores : mapping
        As the database has them.

    Returns
    -------
    score : dict or None
        With `images`, which say in words what it was measured on. None if it is not known.

    Examples
    --------
    >>> score = {"accuracy": 0.95, "n_images": 1000, "low": 0.935, "high": 0.962}
    >>> find_mnist_score({"mnist-5k": score})["images"]
    'the test part of mnist-5k'
    >>> find_mnist_score({"mnist, deciding half": score}) is None
    True
    """
    known = find_scores(scores)
    name = next((name for name in _SETS if name in known), None)
    if name is None:
        return None
    return {"images": _SETS[name]} | {key: known[name][key] for key in ("accuracy", "n_images", "low", "high")}
