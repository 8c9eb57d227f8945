"""What training with corrupted copies changes: the same method with and without them, on the same images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.trial import Trial
from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed_values import Values, difference_of
from hdr_bench.reporting.statistics.tests import Difference


@dataclass(frozen=True)
class NoiseTraining:
    """A method that learned from corrupted copies, beside the same method without them.

    Attributes
    ----------
    label, plain : str
        With and without the copies.
    trained_with : tuple of TrainingCorruption
        The copies.
    clean : Difference
        Accuracy with them minus that without, on the images before any corruption, its p-value not corrected.
    mean : Difference
        The same of the mean over all corruptions.
    better, worse, undecided : tuple of str
        Corruptions under which the accuracy with them is higher, is lower, and is not told apart.
    """

    label: str
    plain: str
    trained_with: tuple[TrainingCorruption, ...]
    clean: Difference
    mean: Difference
    better: tuple[str, ...]
    worse: tuple[str, ...]
    undecided: tuple[str, ...]


def trained_with_noise(
    contents: RunContents,
    before: Mapping[str, Values],
    means: Mapping[str, Values],
    pairs: Mapping[str, Sequence[Pair]],
    clean_pairs: Sequence[Pair],
) -> tuple[NoiseTraining, ...]:
    """Compare each method that learned from corrupted copies with the same one that did not.

    Parameters
    ----------
    contents : RunContents
        The run.
    before, means : mapping of str to Values
        Errors of each method on the images before any corruption, and their mean over all corruptions.
    pairs : mapping of str to sequence of Pair
        By corruption, corrected.
    clean_pairs : sequence of Pair
        On the images before any corruption: the report has one interval for each of these differences.

    Returns
    -------
    found : tuple of NoiseTraining
        Without methods that the run has without copies under no name.
    """
    trials = {label: contents.good_records(label)[0].trial for label in means if label in before}
    made = []
    for label, trial in trials.items():
        plain = next((other for other, each in trials.items() if _is_same_without(each, trial)), None)
        if trial.train_with and plain is not None:
            clean = _clean_difference(label, plain, clean_pairs) or difference_of(before[plain], before[label])
            made.append(_compare(label, plain, trial, clean, means, pairs))
    return tuple(made)


def _is_same_without(plain: Trial, trial: Trial) -> bool:
    names = ("estimator", "params", "steps", "fingerprint", "samples", "protocol")
    return not plain.train_with and all(getattr(plain, name) == getattr(trial, name) for name in names)


def _compare(
    label: str,
    plain: str,
    trial: Trial,
    clean: Difference,
    means: Mapping[str, Values],
    pairs: Mapping[str, Sequence[Pair]],
) -> NoiseTraining:
    winners = {name: _winner(label, plain, of_one) for name, of_one in pairs.items()}
    return NoiseTraining(
        label=label,
        plain=plain,
        trained_with=trial.train_with,
        clean=clean,
        # Errors: what the plain one has more of is what the other gains in accuracy.
        mean=difference_of(means[plain], means[label]),
        better=tuple(name for name, winner in winners.items() if winner == label),
        worse=tuple(name for name, winner in winners.items() if winner == plain),
        undecided=tuple(name for name, winner in winners.items() if winner == ""),
    )


def _clean_difference(label: str, plain: str, pairs: Sequence[Pair]) -> Difference | None:
    """Return the accuracy of a method minus that of another one from their pair; None if they are not compared."""
    pair = next((each for each in pairs if {each.first, each.second} == {label, plain}), None)
    if pair is None:
        return None
    found = pair.difference
    if pair.first == label:
        return found
    return replace(
        found, value=-found.value, low=-found.high, high=-found.low, low_90=-found.high_90, high_90=-found.low_90
    )


def _winner(label: str, plain: str, pairs: Sequence[Pair]) -> str | None:
    """Return the more accurate of two methods, empty if they are not told apart; None if they are not compared."""
    pair = next((each for each in pairs if {each.first, each.second} == {label, plain}), None)
    if pair is None:
        return None
    return pair.first if pair.is_told_apart else ""
