"""A report's highlights: the best method for each purpose, and at what accuracy."""

from dataclasses import dataclass

from hdr_bench.records.cost_metrics import cost_metrics, cost_terms
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.costs import Cost, costs_of, least_of
from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.comparisons.standing import Standing, standings
from hdr_bench.reporting.numbers import significant
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.cost_marks import is_one_machine
from hdr_bench.reporting.tables.values import write_with_unit
from hdr_bench.reporting.wording import list_few, percent

_WITHIN = (1, 2, 5, 10)
"""Points below the best within which methods compete on cost: the first that lets enough of them in."""

_ENOUGH = 3


@dataclass(frozen=True)
class Highlight:
    """The best method for one purpose.

    Attributes
    ----------
    purpose : str
        With the accuracy that is asked for, e.g. ``"Fastest to train within 1 point of the best"``.
    label : str
        The method.
    value : str
        Its figure, with the unit.
    accuracy : str
        Its accuracy in percent, if that is not the figure.
    notes : tuple of str
        Which others come close.
    """

    purpose: str
    label: str
    value: str
    accuracy: str = ""
    notes: tuple[str, ...] = ()


def make_highlights(contents: RunContents, compared: Comparisons) -> list[Highlight]:
    """Return the best method for each purpose, as far as it can be said.

    Costs are compared among methods within a stated number of points of the most accurate one, on its data and with as
    many training images. A figure that most of them share is not theirs, and nobody has the least of it.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    highlights : list of Highlight
        None for a single method.
    """
    leaders = standings(contents, compared)
    if len(leaders) != 1 or len(leaders[0].labels) < 2:
        return []
    (standing,) = leaders
    first = [_most_accurate(standing)] if standing.pairs else []
    may_rank_times = is_one_machine(contents.results)
    named = [metric for name, metric in cost_metrics().items() if cost_terms(name).superlative]
    measures = [metric.name for metric in named if may_rank_times or metric.kind != "seconds"]
    within, labels = _competitors(standing)
    return first + [
        each for measure in measures if (each := _least(standing, within, labels, costs_of(contents.results, measure)))
    ]


def _most_accurate(standing: Standing) -> Highlight:
    as_good, too_few = standing.with_verdict("as good"), standing.with_verdict("too few")
    notes = []
    if as_good:
        margin = significant(100 * max(pair.margin for pair in as_good), 2)
        notes.append(f"as good, within ±{margin} points: {list_few([pair.second for pair in as_good])}")
    if too_few:
        missing = "seeds" if any(pair.is_stochastic for pair in too_few) else "images"
        notes.append(f"too few {missing} to say: {list_few([pair.second for pair in too_few])}")
    purpose = "Most accurate" if standing.is_alone_at_the_top else "Highest accuracy"
    return Highlight(purpose, standing.best, f"{percent(standing.row(standing.best))} %", notes=tuple(notes))


def _competitors(standing: Standing) -> tuple[int, list[str]]:
    """Return within how many points of the best methods compete on cost, and which do."""
    best = standing.row(standing.best)
    alike = [label for label in standing.labels if standing.row(label)["cost_set"] == best["cost_set"] != ""]
    labels: list[str] = []
    for within in _WITHIN:
        labels = [label for label in alike if standing.row(label)["accuracy"] >= best["accuracy"] - within / 100]
        if len(labels) >= _ENOUGH:
            return within, labels
    return _WITHIN[-1], labels


def _least(standing: Standing, within: int, labels: list[str], costs: dict[str, Cost]) -> Highlight | None:
    competing = [label for label in labels if label in costs and not costs[label].is_disturbed]
    if len(competing) < 2:
        return None
    place, alike = least_of([costs[label] for label in competing])
    if 2 * len(alike) > len(competing) - 1:
        return None
    label = competing[place]
    metric = METRICS[costs[label].measure]
    notes = [f"not measured apart: {list_few([competing[other] for other in alike])}"] if alike else []
    return Highlight(
        purpose=f"{cost_terms(metric.name).superlative} within {within} point{'s' if within > 1 else ''} of the best",
        label=label,
        value=write_with_unit(metric, costs[label].median),
        accuracy=percent(standing.row(label)),
        notes=tuple(notes),
    )
