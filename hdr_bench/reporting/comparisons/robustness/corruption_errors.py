"""Errors under each corruption: all its severities together, and the mean over corruptions, image by image."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hdr_bench.records.distortions import Severity
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.statistics.crossed_values import Values, errors_of, weighted_sum

_ABBREVIATIONS = {"jpeg": "JPEG", "gaussian": "Gaussian", "canny": "Canny"}


@dataclass(frozen=True, eq=False)
class CorruptionErrors:
    """What the methods of a run get wrong under one corruption.

    Attributes
    ----------
    name : str
        Of the corruption, as a suite names it.
    severities : tuple of int or str
        Those that the suite has, in ascending order.
    outcomes : mapping of str to tuple of Outcome
        By method, one for each severity; methods without one of them are left out.
    errors : mapping of str to Values
        By method: the mean over the severities, image by image.
    """

    name: str
    severities: tuple[Severity, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    errors: Mapping[str, Values]

    @property
    def title(self) -> str:
        """Its name and its severities as tables show them, e.g. ``"Fog (1–5)"``."""
        return f"{corruption_title(self.name)} ({_list_severities(self.severities)})"


def corruption_title(name: str) -> str:
    """Return the name of a corruption as tables show it.

    Parameters
    ----------
    name : str
        As a suite names it.

    Returns
    -------
    title : str

    Examples
    --------
    >>> corruption_title("gaussian_noise"), corruption_title("jpeg"), corruption_title("dotted_line")
    ('Gaussian noise', 'JPEG', 'Dotted line')
    """
    words = [_ABBREVIATIONS.get(word, word) for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _list_severities(severities: Sequence[Severity]) -> str:
    numbers = [each for each in severities if isinstance(each, int)]
    is_run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
    shown = [f"{numbers[0]}–{numbers[-1]}"] if is_run else [str(number) for number in numbers]
    return ", ".join([*shown, *(str(each) for each in severities if not isinstance(each, int))])


def corruptions_of(outcomes: Sequence[Outcome]) -> tuple[CorruptionErrors, ...]:
    """Return the errors under each corruption of the same images.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a run. Of corruptions of several sets of images, the set that most test sets are made of is taken; images
        that are not of the methods' own test part are left out, since nothing is known of them before.

    Returns
    -------
    corruptions : tuple of CorruptionErrors
        In the suite's order.
    """
    corrupted = [each for each in outcomes if each.corruption is not None and each.places is not None]
    sizes = Counter(_images_of(each) for each in corrupted)
    if not sizes:
        return ()
    chosen = [each for each in corrupted if _images_of(each) == sizes.most_common(1)[0][0]]
    names = dict.fromkeys(each.corruption.name for each in chosen if each.corruption is not None)
    return tuple(_errors_under(name, chosen) for name in names)


def left_out_of(outcomes: Sequence[Outcome], corruptions: Sequence[CorruptionErrors]) -> tuple[str, ...]:
    """Return the corrupted test sets that are not among those compared: they are of other images.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a run.
    corruptions : sequence of CorruptionErrors
        As `corruptions_of` returns them.

    Returns
    -------
    names : tuple of str
    """
    compared = {each.test_set for found in corruptions for of_one in found.outcomes.values() for each in of_one}
    corrupted = [each.test_set for each in outcomes if each.corruption is not None]
    return tuple(name for name in dict.fromkeys(corrupted) if name not in compared)


def _images_of(outcome: Outcome) -> tuple[str, bytes]:
    return outcome.fingerprint, b"" if outcome.places is None else outcome.places.tobytes()


def _errors_under(name: str, chosen: Sequence[Outcome]) -> CorruptionErrors:
    own = [each for each in chosen if each.corruption is not None and each.corruption.name == name]
    by_severity: dict[Severity, dict[str, Outcome]] = {}
    for each in own:
        if each.corruption is not None:
            by_severity.setdefault(each.corruption.severity, {}).setdefault(each.label, each)
    severities = tuple(sorted(by_severity, key=_order))
    labels = list(dict.fromkeys(each.label for each in own))
    complete = [label for label in labels if all(label in by_severity[severity] for severity in severities)]
    outcomes = {label: tuple(by_severity[severity][label] for severity in severities) for label in complete}
    errors = {label: mean_error(list(of_one)) for label, of_one in outcomes.items()}
    return CorruptionErrors(name, severities, outcomes, errors)


def _order(severity: Severity) -> tuple[bool, int]:
    return (True, 0) if isinstance(severity, str) else (False, severity)


def mean_error(outcomes: Sequence[Outcome]) -> Values:
    """Return the mean error of a method over several versions of the same images, image by image.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of one method.

    Returns
    -------
    values : Values
    """
    return weighted_sum([(1 / len(outcomes), errors_of(each.fits)) for each in outcomes])


def mean_over_corruptions(corruptions: Sequence[CorruptionErrors]) -> dict[str, Values]:
    """Return the mean error of each method over all corruptions, image by image.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        At least one.

    Returns
    -------
    means : dict of str to Values
        By method; those that lack a corruption are left out.
    """
    return {
        label: weighted_sum([(1 / len(corruptions), each.errors[label]) for each in corruptions])
        for label in complete_labels(corruptions)
    }


def before_of(corruptions: Sequence[CorruptionErrors]) -> dict[str, Values]:
    """Return the errors of each method on the images before any corruption.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        As `corruptions_of` returns them.

    Returns
    -------
    errors : dict of str to Values
        By method.
    """
    found: dict[str, Values] = {}
    for each in corruptions:
        for label, (first, *_) in each.outcomes.items():
            if label not in found and first.before is not None:
                found[label] = errors_of(first.before)
    return found


def complete_labels(corruptions: Sequence[CorruptionErrors]) -> list[str]:
    """Return the methods that were evaluated under every corruption.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        As `corruptions_of` returns them.

    Returns
    -------
    labels : list of str
        In the suite's order.
    """
    labels = dict.fromkeys(label for each in corruptions for label in each.errors)
    return [label for label in labels if all(label in each.errors for each in corruptions)]
