"""Published figures against measured ones, with a verdict by one rule."""

from dataclasses import replace

from hdr_bench.records.metric_types import Metric
from hdr_bench.records.protocol import KINDS, Kind
from hdr_bench.records.published import Published
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.figure_comparison import measure_figure
from hdr_bench.reporting.comparisons.reproduction import Reproduction, bare_reproduction
from hdr_bench.reporting.run import RunContents

VERDICT_RULE = 2
"""Version of `RULE`, stored with a report's summary: 1 knew no margin and no verdict "inconclusive"."""

RULE = (
    "The margin of a published accuracy or error is what its own test images and its rounding leave open: 1.96 times "
    "the square root of 2 p (1 - p) / n, plus half a unit of its last digit. It is reproduced when the 90 % interval "
    "of the difference, measured minus published, lies within the margin; better or worse when that is not so and the "
    "95 % interval leaves out zero; otherwise inconclusive. These intervals hold the spread between our seeds, for the "
    "published runs too (Student's t; for one seed of a stochastic method a standard deviation of 0.10 p (1 - p)); for "
    "other test images also the binomial variances of both, and for cross-validation the spread over the folds with "
    "Nadeau and Bengio's correction, which holds the choice of the images already, so that no binomial variances come "
    "on top. If the source gives only a bound, the figure is reproduced when the end of the "
    "90 % interval is not beyond the bound by more than the margin. A figure of one class has the margin of its "
    "images, and the binomial variances of both sides. A loss, and a curve of training in every epoch, is "
    "reproduced within a ratio of 1.25; accuracies of a curve are compared by their errors. A count is equal or not, "
    "within what the source rounds. Figures marked “counted” are not printed in the source, but counted on the method "
    "that it describes; they are in no total. Other protocols, data and sizes are not comparable, nor are methods of "
    "which a trial failed. Times and rejection are listed side by side, without a verdict."
)
"""The rule of the verdicts, in words."""

# An inconclusive figure has its reason already: too few seeds, images or folds.
_NOT_REPRODUCED = ("better", "worse", "not equal")
_UNKNOWN = "the reason is not known"
_PARTS = {
    "test part": "the test part",
    "folds": "folds of the training part",
    "held-out images": "held-out training images",
}


def reproductions(contents: RunContents) -> tuple[Reproduction, ...]:
    """Compare every published figure of the suite with what was measured, by `RULE`.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    found : tuple of Reproduction
        In the suite's order, those of rows that it does not run last.
    """
    suite = contents.run.suite
    pairs = [
        (published, _compare_figure(contents, case.name, published))
        for case in suite.cases
        for published in case.published
    ]
    pairs += [
        (published, replace(bare_reproduction(row.name, published), verdict="not built", reason=row.reason))
        for row in suite.not_built
        for published in row.published
    ]
    return tuple(_as_counted(each) if published.counted else each for published, each in pairs)


def count_verdicts(figures: tuple[Reproduction, ...]) -> dict[str, int]:
    """Return how many published figures got which verdict; those that the suite counted are none of them.

    Parameters
    ----------
    figures : tuple of Reproduction
        As `reproductions` returns them.

    Returns
    -------
    counts : dict of str to int
        By verdict, in the order in which they come.
    """
    verdicts = [each.verdict for each in figures if each.verdict != "counted"]
    return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}


def describe_verdicts(figures: tuple[Reproduction, ...]) -> str:
    """Say in words how many published figures got which verdict.

    Parameters
    ----------
    figures : tuple of Reproduction
        As `reproductions` returns them.

    Returns
    -------
    sentence : str
        Empty without published figures.
    """
    counts = count_verdicts(figures)
    parts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"Of {sum(counts.values())} published figures: {parts}." if counts else ""


def _compare_figure(contents: RunContents, case: str, published: Published) -> Reproduction:
    bare = bare_reproduction(case, published)
    trials = contents.results[contents.results["case"] == case]
    records = [contents.records[key] for key in trials.loc[trials["status"] == "ok", "key"]]
    if not records:
        return replace(bare, verdict="not comparable", reason="every trial failed, or none was run")
    measured = measure_figure(contents, bare, published, records)
    obstacle = published.not_comparable or _incomparable(contents, published.definition, records)
    if not obstacle and len(records) < len(trials) and published.definition.kind != "count":
        obstacle = f"{len(records)} of {len(trials)} trials: the others failed or are missing"
    if obstacle and measured.verdict != "no verdict":
        measured = replace(measured, verdict="not comparable", reason="")
    remark = published.remark or (_UNKNOWN if measured.verdict in _NOT_REPRODUCED else "")
    return replace(measured, reason="; ".join(filter(None, [obstacle, measured.reason, remark])))


def _as_counted(each: Reproduction) -> Reproduction:
    """Return a figure that the suite counted: whatever came of it, it is no published one."""
    reason = "; ".join(filter(None, [f"not printed in the source; {each.verdict}", each.reason]))
    return replace(each, verdict="counted", reason=reason)


def _incomparable(contents: RunContents, metric: Metric, records: list[Result]) -> str:
    """Say why a figure of these trials cannot be compared with a published one; nothing if it can."""
    suite, other = contents.run.suite, contents.run.settings.dataset
    case = next(case for case in suite.cases if case.name == records[0].trial.case)
    own = case.dataset or suite.dataset
    if other is not None and other != own.name:
        return f"other data: {other}"
    if metric.kind == "count":
        has_other = not case.is_object and records[0].trial.params != case.params
        if has_other:
            return "run at a reduced size: with other parameters"
        # A network's counts do not depend on its training images; those of a method that keeps them do.
        return "" if records[0].layers or not records[0].trial.is_reduced else "run at a reduced size"
    if any(record.trial.is_reduced for record in records):
        return "run at a reduced size"
    return _other_protocol(metric, records[0].trial.protocol)


def _other_protocol(metric: Metric, protocol: Kind) -> str:
    if protocol == "learning-curve":
        return "another protocol: a learning curve"
    part = KINDS[protocol].evaluated_on
    if metric.evaluated_on in {None, part}:
        return ""
    return f"another protocol: evaluated on {_PARTS[part]}, not on {_PARTS[str(metric.evaluated_on)]}"
