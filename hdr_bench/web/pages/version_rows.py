"""Model versions as shown on the page: the decision in words, accuracy before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdr_bench.web.mnist_scores import find_scores
from hdr_bench.web.pages.numbers import write_count, write_interval, write_points, write_share, write_time

_ORIGINS = {
    "embedded": "Shipped with hdr-bench",
    "given": "Given at server start",
    "fitted": "Fitted here",
    "retrained": "Retrained here",
}
_JUDGES = {
    "kept": "Images reserved for testing",
    "since_first": "The same images, compared with version 1",
    "held_back": "Held-back corrections",
}
_SETS = {
    "mnist": "MNIST's test images",
    "mnist-5k": "Test part of mnist-5k",
    "mnist, deciding half": "MNIST's test images, the half used to decide",
    "mnist, reported half": "MNIST's test images, the other half",
    "held-back corrections": "Held-back corrections",
}
_TAGS = {"offered": "offered", "refused": "rejected", "damaged": "file damaged", "missing": "file missing"}
_FAULTS = {
    "damaged": "Its file is damaged, so it cannot be used. Restore the file from a copy, or use another version.",
    "missing": "Its file is missing from this server's models folder or cannot be read, so it cannot be used. "
    "Copy the file there, or use another version.",
}


@dataclass(frozen=True)
class ScoreRow:
    """Accuracy on one set of images, as shown in the table.

    Attributes
    ----------
    set : str
    n : str
    before : str
        Accuracy of the version that it was retrained from.
    accuracy, interval : str
    """

    set: str
    n: str
    before: str
    accuracy: str
    interval: str


@dataclass(frozen=True)
class JudgeRow:
    """Test that decided on a new version: its errors and those of the previous version on the same images.

    Attributes
    ----------
    set, n : str
    before, after : str
        Errors.
    difference : str
        Difference in accuracy, new minus old, in points.
    interval : str
        Interval of the difference, in points.
    """

    set: str
    n: str
    before: str
    after: str
    difference: str
    interval: str


@dataclass(frozen=True)
class VersionRow:
    """Version of a model, as shown on the page.

    Attributes
    ----------
    number : int
    served : bool
    tag, when, origin : str
    decision : tuple of str
        Sentences.
    judges : tuple of JudgeRow
    scores : tuple of ScoreRow
    was_retrained : bool
        Whether its scores can be compared with those of the version before.
    can_be_served : bool
    action : str
        Text of the button.
    """

    number: int
    served: bool
    tag: str
    when: str
    origin: str
    decision: tuple[str, ...]
    judges: tuple[JudgeRow, ...]
    scores: tuple[ScoreRow, ...]
    was_retrained: bool
    can_be_served: bool
    action: str


@dataclass(frozen=True)
class ModelRows:
    """Model with its versions, the newest first.

    Attributes
    ----------
    name : str
    busy : bool
        Whether it is being retrained.
    versions : tuple of VersionRow
    """

    name: str
    busy: bool
    versions: tuple[VersionRow, ...]


def make_models(models: Sequence[Mapping[str, Any]], busy: frozenset[str]) -> list[ModelRows]:
    """Return the models with their versions.

    Parameters
    ----------
    models : sequence of mapping
        As returned by the API.
    busy : frozenset of str
        Names of the models that are being retrained.

    Returns
    -------
    rows : list of ModelRows
    """
    return [ModelRows(model["name"], model["name"] in busy, _make_versions(model)) for model in models]


def _make_versions(model: Mapping[str, Any]) -> tuple[VersionRow, ...]:
    versions = {version["number"]: version for version in model["versions"]}
    served = int(model["version"])
    return tuple(_make_version(versions[number], served) for number in sorted(versions, reverse=True))


def _make_version(version: Mapping[str, Any], served: int) -> VersionRow:
    return VersionRow(
        number=version["number"],
        served=version["served"],
        tag=_TAGS.get(version["state"], ""),
        when=write_time(version["created"]),
        origin=_say_origin(version),
        decision=(*_say_fault(version["state"]), *say_decision(version["decision"])),
        judges=_make_judges(version["decision"]),
        scores=_make_scores(find_scores(version["scores"]), find_scores(version["decision"].get("before", {}))),
        was_retrained=version["origin"] == "retrained",
        can_be_served=not version["served"] and version["state"] in {"usable", "offered"},
        action="Roll back to this version" if version["number"] < served else "Use this version",
    )


def _say_origin(version: Mapping[str, Any]) -> str:
    words = _ORIGINS.get(version["origin"], version["origin"])
    if version["parent"] is not None:
        words += f" from version {version['parent']}"
    if version["n_images"]:
        words += f", on {write_count(version['n_images'], 'image', 'images')}"
    if version["n_corrections"]:
        words += f" and {write_count(version['n_corrections'], 'correction', 'corrections')}"
    return f"{words}."


def _say_fault(state: str) -> tuple[str, ...]:
    return (_FAULTS[state],) if state in _FAULTS else ()


def say_decision(decision: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why a version was accepted, offered or rejected.

    Parameters
    ----------
    decision : mapping
        As written by the retraining.

    Returns
    -------
    sentences : tuple of str
    """
    reason = decision.get("reason", "")
    return (reason,) if reason else ()


def _make_judges(decision: Mapping[str, Any]) -> tuple[JudgeRow, ...]:
    judges = {name: decision[name] for name in _JUDGES if decision.get(name)}
    # The previous version is the first one, so the numbers are the same.
    if judges.get("since_first") == judges.get("kept"):
        judges.pop("since_first", None)
    return tuple(_make_judge(_JUDGES[name], counts) for name, counts in judges.items())


def _make_judge(words: str, counts: Mapping[str, Any]) -> JudgeRow:
    n = counts["n_images"]
    return JudgeRow(
        set=words,
        n=write_count(n),
        before=write_count(counts["old_errors"]),
        after=write_count(counts["new_errors"]),
        difference=write_points(counts["difference"]) if n else "–",
        interval=f"{write_points(counts['low'])} to {write_points(counts['high'])}" if n else "–",
    )


def _make_scores(scores: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[ScoreRow, ...]:
    return tuple(
        ScoreRow(
            set=_SETS.get(name, name),
            n=write_count(score["n_images"]),
            before=write_share(before.get(name, {}).get("accuracy")),
            accuracy=write_share(score["accuracy"]),
            interval=write_interval(score["low"], score["high"]),
        )
        for name, score in scores.items()
    )
