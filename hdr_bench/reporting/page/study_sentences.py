"""What a study found, in sentences."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.comparisons.study_claims import ClaimVerdict, claim_verdict, describe_verdict
from hdr_bench.reporting.numbers import percent_places, significant
from hdr_bench.reporting.page.study_detectable import detectable_sentences, missed_difference
from hdr_bench.reporting.statistics.omnibus import Omnibus
from hdr_bench.reporting.wording import list_few, percent, points, spell

_DIFFER = 0.05
"""p-value of the test over all levels up to which they are said to differ."""

_VERDICTS: dict[ClaimVerdict, tuple[str, str]] = {
    "holds": ("holds", "hold"),
    "holds in part": ("holds in part", "hold in part"),
    "does not hold": ("does not hold", "do not hold"),
    "too small to be seen": ("is too small to be seen", "are too small to be seen"),
}
"""For one finding, and for several."""


def summarize_studies(outcomes: Sequence[StudyOutcome]) -> str:
    """Return in how many studies a level is the best, and what becomes of the sources' findings.

    Parameters
    ----------
    outcomes : sequence of StudyOutcome
        Of a run.

    Returns
    -------
    text : str
        Empty without studies.
    """
    if not outcomes:
        return ""
    verdicts = [verdict for outcome in outcomes if (verdict := claim_verdict(outcome)) is not None]
    counts = {verdict: verdicts.count(verdict) for verdict in _VERDICTS}
    said = ", ".join(_count_verdicts(verdict, number) for verdict, number in counts.items() if number)
    of_source = f"Of {spell(len(verdicts))} {'finding' if len(verdicts) == 1 else 'findings'} of the source"
    return " ".join([_count_best(outcomes), *([f"{of_source}, {said}."] if said else [])])


def _count_best(outcomes: Sequence[StudyOutcome]) -> str:
    count, best = len(outcomes), sum(map(_has_a_best, outcomes))
    if count == 1:
        return f"In the study, {'one' if best else 'no'} level is better than all others."
    if not best:
        return f"In none of {spell(count)} studies is a level better than all others."
    return f"In {spell(best)} of {spell(count)} studies, one level is better than all others."


def _has_a_best(outcome: StudyOutcome) -> bool:
    pairs = [pair for pair in outcome.pairs if outcome.order and pair.first == outcome.order[0]]
    return bool(pairs) and all(pair.is_told_apart for pair in pairs)


def _count_verdicts(verdict: ClaimVerdict, number: int) -> str:
    one, several = _VERDICTS[verdict]
    return f"{spell(number)} {one if number == 1 else several}"


def describe_study(outcome: StudyOutcome) -> str:
    """Return which level is the most accurate, by how much, or that too little was seen to say.

    Parameters
    ----------
    outcome : StudyOutcome

    Returns
    -------
    text : str
        Sentences; the last is the accuracy of the chosen level on the test part.
    """
    return " ".join(filter(None, (_finding(outcome), _one_seed(outcome), _on_test_part(outcome))))


def study_points(outcome: StudyOutcome) -> tuple[str, ...]:
    """Return what is listed above a study's table: the source's claim, the test over all levels, what could be seen.

    Parameters
    ----------
    outcome : StudyOutcome

    Returns
    -------
    points : tuple of str
    """
    return tuple(_points(outcome))


def _points(outcome: StudyOutcome) -> Iterator[str]:
    study = outcome.study
    if outcome.claim_pairs and (verdict := describe_verdict(outcome)):
        found = study.claim or f"{', '.join(study.claimed)} {'is' if len(study.claimed) == 1 else 'are'} preferred"
        yield f"The source: {found.rstrip('.')}. Here: {verdict}."
    yield from _by_figure(outcome)
    if outcome.omnibus is not None and len(outcome.order) > 2:
        yield f"Over all levels: {_describe_test(outcome.omnibus)}."
    yield from detectable_sentences(outcome)
    if incomplete := [str(row["level"]) for _, row in outcome.rows.iterrows() if not row["is_complete"]]:
        yield f"Not compared, as trials failed or are missing: {list_few(incomplete)}."


def _by_figure(outcome: StudyOutcome) -> Iterator[str]:
    """Yield the levels' means of the figure that the claim is judged by, or that it is not recorded."""
    if outcome.study.judged_by == "accuracy" or not outcome.order:
        return
    values = outcome.by_figure.values if outcome.by_figure is not None else {}
    if not values:
        yield f"Not judged: the {outcome.figure.words} is not recorded."
        return
    means = "; ".join(f"{label}: {_write_figure(outcome, label)}" for label in values)
    yield f"{outcome.figure.words[0].upper()}{outcome.figure.words[1:]}, mean over the seeds: {means}."


def _write_figure(outcome: StudyOutcome, label: str) -> str:
    mean = outcome.by_figure.mean(label) if outcome.by_figure is not None else np.nan
    if outcome.figure.kind == "loss":
        return significant(mean, 3)
    unit = "%" if outcome.figure.better == "higher" else "points"
    return f"{100 * mean:.{percent_places(_n_images(outcome))}f} {unit}"


def _one_seed(outcome: StudyOutcome) -> str:
    if not outcome.is_one_seed:
        return ""
    return "Each level was fitted with one seed: this holds for these fits only."


def _finding(outcome: StudyOutcome) -> str:
    if not outcome.order:
        return "No level has all of its trials."
    best = outcome.order[0]
    share = f"{percent(outcome.row(best))} % of {_n_images(outcome):,} held-out images"
    if not outcome.pairs:
        return f"{best}: {share}; nothing to compare it with."
    pairs = [pair for pair in outcome.pairs if pair.first == best]
    apart = [pair for pair in pairs if pair.is_told_apart]
    if not any(pair.is_told_apart for pair in outcome.pairs):
        return _nothing_seen(outcome, best, share)
    if len(apart) == len(pairs):
        return f"Best: {best}, {share}, {_difference(apart[0], outcome)} above {apart[0].second}{_next(pairs)}."
    sentences = [f"Highest: {best}, {share}."]
    if apart:
        sentences.append(f"Better than {list_few([pair.second for pair in apart])}.")
    sentences += _others(pairs, outcome)
    return " ".join(sentences)


def _next(pairs: list[Pair]) -> str:
    return ", the next" if len(pairs) > 1 else ""


def _nothing_seen(outcome: StudyOutcome, best: str, share: str) -> str:
    are_alike = all(pair.verdict == "as good" for pair in outcome.pairs)
    within = points(max(pair.margin for pair in outcome.pairs), _n_images(outcome))
    if len(outcome.order) > 2 and outcome.omnibus is not None and outcome.omnibus.p_value <= _DIFFER:
        apart = f"no pair of them can be told apart{f', and all are within ±{within}' if are_alike else ''}"
        return f"The levels differ ({_describe_test(outcome.omnibus)}), but {apart}. The highest, {best}, has {share}."
    if are_alike:
        return f"All levels are as good, within ±{within}: the highest, {best}, has {share}."
    missed = missed_difference(outcome, _seeds(outcome))
    return f"No difference between the levels was seen{missed}. The highest, {best}, has {share}."


def _others(pairs: list[Pair], outcome: StudyOutcome) -> Iterator[str]:
    """Yield what is said of the levels that the best one is not told apart from."""
    good = [pair for pair in pairs if pair.verdict == "as good"]
    if good:
        within = points(max(pair.margin for pair in good), _n_images(outcome))
        yield f"As good, within ±{within}: {list_few([pair.second for pair in good])}."
    few = [pair for pair in pairs if pair.verdict == "too few"]
    if few:
        what = "seeds" if any(pair.is_stochastic for pair in few) else "images"
        each = [f"{pair.second} ({_difference(pair, outcome)} less)" for pair in few]
        yield f"Too few {what} to say: {list_few(each)}."


def _difference(pair: Pair, outcome: StudyOutcome) -> str:
    n, found = _n_images(outcome), pair.difference
    if not found.has_interval:
        return points(found.value, n)
    low, high = (
        f"{'−' if end < 0 else ''}{points(abs(end), n).removesuffix(' points')}" for end in (found.low, found.high)
    )
    return f"{points(found.value, n)} (95 % interval {low} to {high})"


def _on_test_part(outcome: StudyOutcome) -> str:
    if outcome.chosen is None:
        return ""
    row = outcome.chosen
    is_limited = pd.notna(row["samples"])
    images = f"{int(row['n_train']):,} {'of the ' if is_limited else ''}training images"
    seeds = f", with {spell(int(row['n_trials']))} seeds," if row["n_trials"] > 1 else ""
    return (
        f"Chosen by these images, {outcome.level} was fitted on {'' if is_limited else 'all '}{images}{seeds} and "
        f"evaluated on the test part: {percent(row)} % of {int(row['n_test']):,} images."
    )


def _describe_test(omnibus: Omnibus) -> str:
    freedom = "∞" if np.isinf(omnibus.denominator) else f"{omnibus.denominator:,.0f}"
    p_value = "p < 0.001" if omnibus.p_value < 0.001 else f"p = {omnibus.p_value:.3f}"
    statistic = "∞" if np.isinf(omnibus.statistic) else f"{omnibus.statistic:.3g}"
    return f"F({omnibus.numerator:.0f}, {freedom}) = {statistic}, {p_value}"


def _n_images(outcome: StudyOutcome) -> int:
    return int(outcome.rows["n_test"].max())


def _seeds(outcome: StudyOutcome) -> str:
    most = int(outcome.rows["n_trials"].max())
    seeds = "one seed" if most == 1 else f"{spell(most)} seeds"
    return f"{seeds} and {_n_images(outcome):,} held-out images"
