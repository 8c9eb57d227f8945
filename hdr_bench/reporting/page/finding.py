"""What a report opens with: which method is most accurate, how sure that is, and what less accuracy would save."""

import pandas as pd

from hdr_bench.reporting.comparisons.costs import Cost, costs_of, is_apart, speed_up
from hdr_bench.reporting.comparisons.pairs import Comparisons, Pair
from hdr_bench.reporting.comparisons.standing import Standing, standings, unranked_reasons
from hdr_bench.reporting.numbers import percent_places, significant, write_cost
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.cost_marks import is_one_machine
from hdr_bench.reporting.wording import list_few, percent, seeds_range, spell

_MUCH_FASTER = 2.0
_MOST_DETAILS = 3


def finding(contents: RunContents, compared: Comparisons) -> str:
    """Say in a few sentences which method is most accurate, how sure that is, and what less would cost.

    Data sets do not compare: each has its own sentences. Methods that failed, or ran for some of their seeds only, are
    named and not compared.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    text : str
    """
    leaders = standings(contents, compared)
    texts = {standing.dataset: _finding_on(standing, contents) for standing in leaders}
    named = texts.values() if len(leaders) == 1 else (f"On {name}: {text}" for name, text in texts.items())
    return " ".join([*named, *_left_out(contents.summary, leaders)])


def _finding_on(standing: Standing, contents: RunContents) -> str:
    costs = costs_of(contents.results, "fit_seconds") if is_one_machine(contents.results) else {}
    others_left = bool(unranked_reasons(contents.summary) or standing.unstored or standing.elsewhere)
    sentences = [_leading(standing, costs), *_describe_others(standing, "that were compared" if others_left else "")]
    if standing.pairs:
        sentences.append(_name_cheaper(standing, costs))
    if standing.elsewhere:
        sentences.append(f"Evaluated on other images, and not compared with these: {list_few(standing.elsewhere)}.")
    return " ".join(filter(None, sentences))


def _leading(standing: Standing, costs: dict[str, Cost]) -> str:
    row = standing.row(standing.best)
    places = percent_places(int(row["n_test"]))
    low, high = (f"{100 * row[name]:.{places}f}" for name in ("accuracy_low", "accuracy_high"))
    where = f"{percent(row)} % on {row['n_test']:,} images (95 % interval {low} to {high} %)"
    cost = costs.get(standing.best)
    after = f", after {_time(cost)} of training ({_fits(cost)})" if cost and not cost.is_disturbed else ""
    if not standing.pairs and len(standing.labels) == 1:
        return f"{standing.best} has an accuracy of {where}{after}."
    if standing.pairs and standing.is_alone_at_the_top:
        return f"{standing.best} is the most accurate, with an accuracy of {where}{after}."
    return f"{standing.best} has the highest accuracy, {where}{after}."


def _describe_others(standing: Standing, which: str) -> list[str]:
    """Say which of the others are as good, of which too little is known, and how many are less accurate.

    The last is sentences of those compared; if the run has more, `which` says so.
    """
    if not standing.pairs:
        several = len(standing.labels) > 1
        return ["The methods are not compared, since their predictions are not stored."] if several else []
    sentences = []
    as_good, too_few, worse = (standing.with_verdict(verdict) for verdict in ("as good", "too few", "better"))
    if as_good:
        sentences.append(f"As good, {_margin_in_words(as_good)}: {list_few([pair.second for pair in as_good])}.")
    sentences += _too_few(standing, too_few)
    if worse:
        sentences.append(_less_accurate(len(worse), len(standing.pairs), which))
    if any(pair.is_one_seed for pair in standing.pairs):
        sentences.append("For stochastic methods with one seed, this holds for that fit only.")
    return sentences


def _margin_in_words(pairs: list[Pair]) -> str:
    """Return the margin, of several the largest."""
    return f"within ±{significant(100 * max(pair.margin for pair in pairs), 2)} points"


def _less_accurate(count: int, n_others: int, which: str) -> str:
    noun = f"others {which}".strip()
    if count == 1:
        return f"The {'other' if n_others == 1 else 'remaining'} one is less accurate."
    if count == n_others:
        return f"{'Both' if count == 2 else f'All {spell(count)}'} {noun} are less accurate."
    return f"The other {spell(count)} {which}".strip() + " are less accurate."


def _too_few(standing: Standing, pairs: list[Pair]) -> list[str]:
    """Give the figures of methods that are neither told apart nor as good, with what there is too little of."""
    reasons: dict[str, list[str]] = {}
    for pair in pairs:
        reasons.setdefault(standing.shortage(pair), []).append(pair.second)
    sentences = []
    for reason, labels in reasons.items():
        details = "; ".join(_detail(standing, label) for label in labels[:_MOST_DETAILS])
        more = f"; and {len(labels) - _MOST_DETAILS} more" if len(labels) > _MOST_DETAILS else ""
        sentences.append(f"{details}{more}; {reason} too few to say more.")
    return sentences


def _detail(standing: Standing, label: str) -> str:
    row = standing.row(label)
    seeds = seeds_range(row, "folds" if standing.is_on_folds else "seeds")
    return f"{label}: {percent(row)} %{f' ({seeds})' if seeds else ''}, {standing.points_less(label)}"


def _name_cheaper(standing: Standing, costs: dict[str, Cost]) -> str:
    """Name a method that trains in half the time or less: one that is as good, otherwise the most accurate one."""
    leader = costs.get(standing.best)
    if leader is None or leader.is_disturbed:
        return ""
    faster = [label for label in standing.labels if label in costs and _is_much_faster(standing, label, costs)]
    as_good = [pair.second for pair in standing.with_verdict("as good") if pair.second in faster]
    if as_good:
        label = min(as_good, key=lambda name: costs[name].median)
        return f"Of these, {_training(label, leader, costs[label])}."
    if not faster:
        return ""
    label = max(faster, key=lambda name: standing.row(name)["accuracy"])
    accuracy = f"with an accuracy of {percent(standing.row(label))} %, {standing.points_less(label)}"
    return f"{_training(label, leader, costs[label])}, {accuracy}."


def _is_much_faster(standing: Standing, label: str, costs: dict[str, Cost]) -> bool:
    sets = [standing.row(name)["cost_set"] for name in (standing.best, label)]
    leader, cost = costs[standing.best], costs[label]
    return (
        bool(sets[0]) and sets[0] == sets[1] and is_apart(leader, cost) and cost.median * _MUCH_FASTER <= leader.median
    )


def _time(cost: Cost) -> str:
    return f"{write_cost(cost.median)} s"


def _fits(cost: Cost) -> str:
    """Say what a time is the median of."""
    if len(cost.values) == 1:
        return "one fit"
    return f"median of {len(cost.values)} fits, {write_cost(cost.low)} to {write_cost(cost.high)} s"


def _training(label: str, slow: Cost, fast: Cost) -> str:
    """Say how long a method trains, and if it can be sentences, how much faster than a slow one."""
    ratio = speed_up(slow, fast)
    gain = f", a speed-up of about {ratio}" if ratio else ""
    return f"{label} trains in {_time(fast)} ({_fits(fast)}){gain}"


def _left_out(summary: pd.DataFrame, leaders: list[Standing]) -> list[str]:
    """Name the methods that failed, that only some seeds or folds are there of, or whose predictions are not."""
    reasons = unranked_reasons(summary) | {label: "no predictions" for each in leaders for label in each.unstored}
    named = [f"{label} ({reason})" for label, reason in reasons.items()]
    return [f"Not compared: {list_few(named)}."] if named else []
