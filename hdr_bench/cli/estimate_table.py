"""The estimate of a run as a table, printed by `run --estimate`."""

import math
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from hdr_bench.experiments.forecast.estimate_record import CaseEstimate, Estimate
from hdr_bench.experiments.forecast.growth import Expected
from hdr_bench.records.quantities import duration
from hdr_bench.records.text import pluralize
from hdr_bench.reporting.narrow_table import ConsoleColumn, fit_table

if TYPE_CHECKING:
    from hdr_bench.experiments.planning.schedule import Schedule

_HEADS = ("Runs", "All", "Fit\n(s)", "95 %\ninterval", "~n^", "Memory\n(MB)", "95 %\ninterval")
# Number of columns shown on the narrowest terminal: the number of trials and their total time.
_KEPT = 2
_ENDLESS = 1e7
_UNKNOWN = "–"


def print_estimate(estimate: Estimate, plan: "Schedule", console: Console) -> None:
    """Print the expected cost of each case and of the whole run, and the cases without an estimate.

    Parameters
    ----------
    estimate : Estimate
    plan : Schedule
        The run that was estimated.
    console : rich.console.Console
    """
    if not plan.to_run:
        stored, again = all_trials_are(len(plan.trials)), "it" if len(plan.trials) == 1 else "them"
        nothing = f"Nothing to run: {stored} stored; to estimate {again} anyway: --rerun all"
        _print(console, f"{nothing}\n{_conditional(plan)}".strip())
        return
    good = [case for case in estimate.cases if not case.problem]
    if good:
        _print_table(good, console)
    for case in estimate.cases:
        if case.problem:
            _print(console, f"{case.case}: no estimate: {case.problem}")
        if case.is_over:
            _print(console, f"{case.case}: {_consequence(case, plan)}")
    if not good:
        _print(console, f"No estimate for {pluralize(estimate.n_trials, 'trial')} to run, for the reasons above.")
        return
    total, known = estimate.total, estimate.n_trials - estimate.n_unknown
    trials = (
        f"{known} of {pluralize(estimate.n_trials, 'trial')}" if estimate.n_unknown else _all_trials(known).capitalize()
    )
    unknown = (
        f"No estimate for {pluralize(estimate.n_unknown, 'trial')}, for the reasons above.\n"
        if estimate.n_unknown
        else ""
    )
    _print(
        console,
        f"{trials} to run: about {duration(total.value)} (from {duration(total.low)} to "
        f"{duration(total.high)}), one after the other with {_threads(plan)} on this machine, if "
        "nothing else is running.\n"
        f"{unknown}{_conditional(plan)}{_not_counted(plan)}"
        f"Based on fits on up to {estimate.largest_fit:,} images, extrapolated as a + b n + c n^1.5; intervals: 95 % "
        "of new fits.",
    )


def all_trials_are(trials: int) -> str:
    """Return the opening words of a sentence about all trials of a run.

    Parameters
    ----------
    trials : int

    Returns
    -------
    words : str

    Examples
    --------
    >>> all_trials_are(1), all_trials_are(3)
    ('the only trial is', 'all 3 trials are')
    """
    return f"{_all_trials(trials)} {'is' if trials == 1 else 'are'}"


def _consequence(case: CaseEstimate, plan: "Schedule") -> str:
    """Describe what happens at a limit that would be exceeded: a timed grid search tries fewer candidates."""
    # If fits on a few images used up the time, no candidate would finish.
    is_of_time_alone = case.is_over.startswith("time limit") and not math.isnan(case.memory.value)
    searches = [trial.search for trial in plan.to_run if trial.case == case.case and trial.search is not None]
    if searches and is_of_time_alone and " and " not in case.is_over and searches[0].strategy == "grid":
        return f"its grid search would exceed its {case.is_over} and try fewer candidates"
    return f"a trial would exceed its {case.is_over} and be stopped"


def _print_table(cases: list[CaseEstimate], console: Console) -> None:
    cells = zip(*map(_row, cases), strict=True)
    columns = [ConsoleColumn(head, list(map(Text, each))) for head, each in zip(_HEADS, cells, strict=True)]
    fitted = fit_table([Text(case.case) for case in cases], columns, console, kept=_KEPT)
    console.print(fitted.table)
    if fitted.note:
        _print(console, fitted.note)


def _conditional(plan: "Schedule") -> str:
    count = len(plan.conditional)
    if not count:
        return ""
    trials = "1 conditional trial, which runs" if count == 1 else f"{count} conditional trials, which run"
    condition = "once results decide on them" if plan.suite.studies else "only if the first seeds differ much"
    return f"Not included: {trials} {condition}.\n"


def _not_counted(plan: "Schedule") -> str:
    attacked = {each.name for trial in plan.to_run for each in trial.test_sets if each.attack is not None}
    return f"Not included: attacks on the images of {pluralize(len(attacked), 'test set')}.\n" if attacked else ""


def _threads(plan: "Schedule") -> str:
    return pluralize(plan.settings.threads, "thread")


def _all_trials(trials: int) -> str:
    return "the only trial" if trials == 1 else f"all {trials} trials"


def _row(case: CaseEstimate) -> tuple[str, ...]:
    fit, memory = case.fit, case.memory
    return (
        str(case.n_trials),
        duration(case.total.value),
        _round_value(fit.value),
        _interval(fit, 1),
        _exponent(case),
        _round_value(memory.value / 1e6),
        _interval(memory, 1e6),
    )


def _exponent(case: CaseEstimate) -> str:
    return _UNKNOWN if math.isnan(case.exponent) else f"{case.exponent:.2f}"


def _interval(expected: Expected, unit: float) -> str:
    high = "∞" if math.isinf(expected.high) or expected.high / unit > _ENDLESS else _round_value(expected.high / unit)
    return _UNKNOWN if math.isnan(expected.value) else f"{_round_value(expected.low / unit)}–{high}"


def _round_value(value: float) -> str:
    if math.isnan(value):
        return _UNKNOWN
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
