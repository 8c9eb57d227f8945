"""Claims of a suite's source, with placeholders for measured figures: ``{CNN|accuracy}``."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.names import abbreviate
from hdr_bench.records.metrics import METRICS

# Possessive quantifiers, so that a text is scanned only once, whatever it contains.
_PLACEHOLDER = re.compile(r"\{([^{}|]++)\|([a-z0-9_]++)(?:@([0-9]++)| of ([^{}| ]++))?(?: on ([^{}|]++))?\}")
_BRACES = re.compile(r"\{[^{}|]*+\|[^{}]*+\}")
# Number of digits in an epoch, so that it can be parsed.
_MOST_DIGITS = 9
CLASS_FIGURES = ("best_class", "worst_class", "most_correct_class", "fewest_correct_class", "least_f1", "least_auc")
"""Figures by class: the best and the worst recall, the most and the fewest correct images (the diagonal of the
confusion matrix), the lowest F1 and the lowest AUC."""

DROP = "drop"
"""Figure of a placeholder for the accuracy that a method loses on a test set, in points."""

CHOSEN = "chosen"
"""Figure of a placeholder for the parameters selected by a search."""


@dataclass(frozen=True)
class Placeholder:
    """Placeholder in a claim for a measured figure.

    Attributes
    ----------
    text : str
        The placeholder as written.
    case : str
        Name of a case of the suite.
    figure : str
        One of `claim_figures`.
    epoch : int or None
        From 1; None for the last.
    test_set : str
        Name of another test set of the suite; empty for the test part of the case's own data.
    class_name : str
        Name of a class, for a figure of one class; otherwise empty.
    """

    text: str
    case: str
    figure: str
    epoch: int | None = None
    test_set: str = ""
    class_name: str = ""


def claim_figures() -> tuple[str, ...]:
    """Return the figures available to placeholders: metrics, parameters selected by a search, and figures by class.

    Returns
    -------
    names : tuple of str
        In alphabetical order. For a metric of each training epoch, ``@3`` selects the third epoch; the default is the
        last one.
    """
    metrics = (name for name, metric in METRICS.items() if metric.evaluated_on is None and metric.source != "classes")
    return tuple(sorted({*metrics, CHOSEN, *CLASS_FIGURES}))


def figures_of_a_class() -> tuple[str, ...]:
    """Return the figures available to placeholders of one class, e.g. ``{CNN|class_recall of 5}``.

    Returns
    -------
    names : tuple of str
        In alphabetical order.
    """
    return tuple(sorted(name for name, metric in METRICS.items() if metric.source == "classes"))


def figures_on_test_sets() -> tuple[str, ...]:
    """Return the figures available to placeholders on another test set: scores, and the drop.

    Returns
    -------
    names : tuple of str
        In alphabetical order.
    """
    return tuple(sorted({*(name for name, metric in METRICS.items() if metric.source == "scores"), DROP}))


def placeholders_of(claim: str) -> Iterator[Placeholder]:
    """Yield the placeholders of a claim in order.

    Parameters
    ----------
    claim : str
        Any text.

    Yields
    ------
    placeholder : Placeholder
        As written; whether its case and figure exist is not checked.

    Examples
    --------
    >>> [(each.case, each.figure, each.epoch) for each in placeholders_of("It is {CNN|train_accuracy@1}, not 0.98.")]
    [('CNN', 'train_accuracy', 1)]
    >>> [(each.figure, each.test_set) for each in placeholders_of("In fog it loses {CNN|drop on fog 3}.")]
    [('drop', 'fog 3')]
    >>> [(each.figure, each.class_name) for each in placeholders_of("Of the fives, {CNN|class_recall of 5}.")]
    [('class_recall', '5')]
    """
    for found in _PLACEHOLDER.finditer(claim):
        if len(found[3] or "") <= _MOST_DIGITS:
            epoch = int(found[3]) if found[3] else None
            yield Placeholder(found[0], found[1].strip(), found[2], epoch, (found[5] or "").strip(), found[4] or "")


def check_claim(claim: str, cases: Collection[str], test_sets: Collection[str] = ()) -> None:
    """Check that the figures requested by a claim exist.

    Parameters
    ----------
    claim : str
        Text with placeholders.
    cases : collection of str
        Names of the suite's cases; lookup is faster in a dict or a set than in a list.
    test_sets : collection of str, default=()
        Names of the suite's other test sets.

    Raises
    ------
    UnknownNameError
        If a case, a test set or a figure is unknown.
    ValueError
        If a placeholder cannot be parsed, or has an epoch although its figure has none.
    """
    read = {each.text for each in placeholders_of(claim)}
    for text in _BRACES.findall(claim):
        if text not in read:
            raise ValueError(
                f"{abbreviate(text)} cannot be read; write {{case|figure}}, {{case|figure@epoch}}, an epoch with at "
                f"most {_MOST_DIGITS} digits, {{case|figure of class}}, or {{case|figure on test set}}"
            )
    for placeholder in placeholders_of(claim):
        written = abbreviate(placeholder.text)
        if placeholder.epoch == 0:
            raise ValueError(f"{written}: epochs are counted from 1")
        if placeholder.case not in cases:
            raise UnknownNameError(f"case in {written}", placeholder.case, cases)
        if placeholder.class_name and placeholder.test_set:
            raise ValueError(f"{written}: a figure of one class is known on the own test part only; remove on")
        figures = _allowed_figures(placeholder)
        if placeholder.figure not in figures:
            raise UnknownNameError(f"figure in {written}", placeholder.figure, figures)
        if placeholder.test_set and placeholder.test_set not in test_sets:
            raise UnknownNameError(f"test set in {written}", placeholder.test_set, test_sets)
        if placeholder.epoch is not None and not _has_epochs(placeholder.figure):
            raise ValueError(f"{written}: {placeholder.figure} has no epochs; remove @{placeholder.epoch}")


def _allowed_figures(placeholder: Placeholder) -> tuple[str, ...]:
    if placeholder.class_name:
        return figures_of_a_class()
    return figures_on_test_sets() if placeholder.test_set else claim_figures()


def _has_epochs(figure: str) -> bool:
    return figure in METRICS and METRICS[figure].source == "history"
