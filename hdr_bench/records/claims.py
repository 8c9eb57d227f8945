"""What a suite says of its source in words, with places for what is measured: ``{CNN|accuracy}``."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import get_args

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.names import in_brief
from hdr_bench.records.published import Metric

# Each takes what it has looked at, so that a text is looked through once, whatever it holds.
_PLACE = re.compile(r"\{([^{}|]++)\|([a-z0-9_]++)(?:@([0-9]++))?\}")
_OF_SOURCES = {name for name in get_args(Metric) if name.startswith(("test_", "cross_validation_"))}
_BRACES = re.compile(r"\{[^{}|]*+\|[^{}]*+\}")
# Of an epoch, so that it can be read as a number.
_MOST_DIGITS = 9
_PLAIN = {"accuracy", "error", "loss", "rejection", "chosen", "best_class", "worst_class", "least_f1", "least_auc"}
FIGURES = tuple(sorted({*get_args(Metric)} - _OF_SOURCES | _PLAIN))
"""What a place may ask for; of a figure of training ``@3`` is the third epoch, else it is the last.

The best and the worst class are by recall; ``least_f1`` and ``least_auc`` are those of the class that has least.
"""


@dataclass(frozen=True)
class Place:
    """A place in a claim for a measured figure.

    Attributes
    ----------
    text : str
        As it is written.
    case, figure : str
    epoch : int or None
        From 1.
    """

    text: str
    case: str
    figure: str
    epoch: int | None = None


def places_of(claim: str) -> Iterator[Place]:
    """Return the places of a claim, in their order.

    Examples
    --------
    >>> [(place.case, place.figure, place.epoch) for place in places_of("It is {CNN|train_accuracy@1}, not 0.98.")]
    [('CNN', 'train_accuracy', 1)]
    """
    for found in _PLACE.finditer(claim):
        if len(found[3] or "") <= _MOST_DIGITS:
            yield Place(found[0], found[1].strip(), found[2], int(found[3]) if found[3] else None)


def check_claim(claim: str, cases: Collection[str]) -> None:
    """Check that a claim asks for figures that there are.

    Parameters
    ----------
    claim : str
    cases : collection of str
        The names of the suite's cases; a dict or a set is asked faster than a list.

    Raises
    ------
    UnknownNameError
        If it names a case that the suite lacks, or no figure.
    ValueError
        If it cannot be read, or asks for an epoch of what has none.
    """
    read = {place.text for place in places_of(claim)}
    for text in _BRACES.findall(claim):
        if text not in read:
            raise ValueError(
                f"{in_brief(text)} cannot be read; write {{case|figure}} or {{case|figure@epoch}}, an epoch with at "
                f"most {_MOST_DIGITS} digits"
            )
    for place in places_of(claim):
        written = in_brief(place.text)
        if place.epoch == 0:
            raise ValueError(f"{written}: epochs are counted from 1")
        if place.case not in cases:
            raise UnknownNameError(f"case in {written}", place.case, cases)
        if place.figure not in FIGURES:
            raise UnknownNameError(f"figure in {written}", place.figure, FIGURES)
        if place.epoch is not None and not place.figure.startswith(("train_", "validation_")):
            raise ValueError(f"{written}: {place.figure} has no epochs; leave @{place.epoch} out")
