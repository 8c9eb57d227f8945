"""Accuracy of versions on MNIST images that they never learned from, as recorded in their scores."""

from collections.abc import Mapping
from typing import Any

Listing = dict[str, Any]
# Half of the test images decides whether a retrained version is accepted, so only the other half gives an unbiased
# accuracy.
_SETS = {
    "mnist, reported half": "MNIST's test images, the half not used to accept versions",
    "mnist": "MNIST's test images",
    "mnist-5k": "the test part of mnist-5k",
}


def find_scores(scores: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the accuracies among a version's scores, or those of the previous version.

    Parameters
    ----------
    scores : mapping
        Scores as stored in the database.

    Returns
    -------
    scores : mapping of str to mapping
        Accuracies by set of images.
    """
    return {name: score for name, score in scores.items() if isinstance(score, Mapping) and "accuracy" in score}


def find_mnist_score(scores: Mapping[str, Any]) -> Listing | None:
    """Return a version's accuracy on MNIST images that it never learned from and that did not decide on it.

    Parameters
    ----------
    scores : mapping
        Scores as stored in the database.

    Returns
    -------
    score : dict or None
        With the key `images`, which describes the images in words. None if the accuracy is not known.

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
