"""What a suite says of its source in words, with placeholders for what is measured: ``{CNN|accuracy}``."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.names import abbreviate
from hdr_bench.records.metrics import METRICS

# Each takes what it has looked at, so that a text is looked through once, whatever it holds.
_PLACEHOLDER = re.compile(r"\{([^{}|]++)\|([a-z0-9_]++)(?:@([0-9]++))?(?: on ([^{}|]++))?\}")
_BRACES = re.compile(r"\{[^{}|]*+\|[^{}]*+\}")
# Of an epoch, so that it can be read as a number.
_MOST_DIGITS = 9
CLASS_FIGURES = ("best_class", "worst_class", "least_f1", "least_auc")
"""Figures of a method's classes: the best and the worst by recall, the least F1 and the least AUC."""

DROP = "drop"
"""What a placeholder asks for to have the accuracy that a method loses on a test set, in points."""

CHOSEN = "chosen"
"""What a placeholder asks for to name the parameters that a search chose."""


@dataclass(frozen=True)
class Placeholder:
    """Placeholder in a claim for a measured figure.

    Attributes
    ----------
    text : str
        As it is written.
    case : str
        The name of a case of the suite.
    figure : str
        One of `claim_figures`.
    epoch : int or None
        From 1; None for the last.
    test_set : str
        The name of another test set of the suite; empty for the test part of the case's own data.
    """

    text: str
    case: str
    figure: str
    epoch: int | None = None
    test_set: str = ""


def claim_figures() -> tuple[str, ...]:
    """Return what a placeholder may ask for: metrics, the parameters that a search chose, and figures of classes.

    Returns
    -------
    names : tuple of str
        In alphabetical order. Of a metric of each epoch of training, ``@3`` asks for the third epoch, otherwise a
        placeholder gets the last one.
    """
    metrics = (name for name, metric in METRICS.items() if metric.evaluated_on is None)
    return tuple(sorted({*metrics, CHOSEN, *CLASS_FIGURES}))


def figures_on_test_sets() -> tuple[str, ...]:
    """Return what a placeholder may ask for on another test set: scores, and the drop.

    Returns
    -------
    names : tuple of str
        In alphabetical order.
    """
    return tuple(sorted({*(name for name, metric in METRICS.items() if metric.source == "scores"), DROP}))


def placeholders_of(claim: str) -> Iterator[Placeholder]:
    """Give the placeholders of a claim, in their order.

    Parameters
    ----------
    claim : str
        Any text.

    Yields
    ------
    placeholder : Placeholder
        As it is written; whether there is such a case or figure is not checked.

    Examples
    --------
    >>> [(each.case, each.figure, each.epoch) for each in placeholders_of("It is {CNN|train_accuracy@1}, not 0.98.")]
    [('CNN', 'train_accuracy', 1)]
    >>> [(each.figure, each.test_set) for each in placeholders_of("In fog it loses {CNN|drop on fog 3}.")]
    [('drop', 'fog 3')]
    """
    for found in _PLACEHOLDER.finditer(claim):
        if len(found[3] or "") <= _MOST_DIGITS:
            epoch = int(found[3]) if found[3] else None
            yield Placeholder(found[0], found[1].strip(), found[2], epoch, (found[4] or "").strip())


def check_claim(claim: str, cases: Collection[str], test_sets: Collection[str] = ()) -> None:
    """Check that a claim asks for figures that there are.

    Parameters
    ----------
    claim : str
        A text with placeholders.
    cases : collection of str
        The names of the suite's cases; a dict or a set is asked faster than a list.
    test_sets : collection of str, default=()
        The names of its other test sets.

    Raises
    ------
    UnknownNameError
        If it names a case or a test set that the suite lacks, or no figure.
    ValueError
        If it cannot be read, or asks for an epoch of what has none.
    """
    read = {each.text for each in placeholders_of(claim)}
    for text in _BRACES.findall(claim):
        if text not in read:
            raise ValueError(
                f"{abbreviate(text)} cannot be read; write {{case|figure}}, {{case|figure@epoch}}, an epoch with at "
                f"most {_MOST_DIGITS} digits, or {{case|figure on test set}}"
            )
    for placeholder in placeholders_of(claim):
        written = abbreviate(placeholder.text)
        if placeholder.epoch == 0:
            raise ValueError(f"{written}: epochs are counted from 1")
        if placeholder.case not in cases:
            raise UnknownNameError(f"case in {written}", placeholder.case, cases)
        figures = figures_on_test_sets() if placeholder.test_set else claim_figures()
        if placeholder.figure not in figures:
            raise UnknownNameError(f"figure in {written}", placeholder.figure, figures)
        if placeholder.test_set and placeholder.test_set not in test_sets:
            raise UnknownNameError(f"test set in {written}", placeholder.test_set, test_sets)
        if placeholder.epoch is not None and not _has_epochs(placeholder.figure):
            raise ValueError(f"{written}: {placeholder.figure} has no epochs; leave @{placeholder.epoch} out")


def _has_epochs(figure: str) -> bool:
    return figure in METRICS and METRICS[figure].source == "history"
