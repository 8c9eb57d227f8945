"""What a study found, in sentences."""

from collections.abc import Iterator

import numpy as np

from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.comparisons.study_claims import claim_verdict
from hdr_bench.reporting.page.study_detectable import detectable_sentences, missed_difference
from hdr_bench.reporting.statistics.omnibus import Omnibus
from hdr_bench.reporting.wording import list_few, percent, points, spell


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
    return " ".join(filter(None, (_finding(outcome), _on_test_part(outcome))))


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
    if (verdict := claim_verdict(outcome)) is not None:
        study = outcome.study
        found = study.claim or f"{study.claimed} is preferred"
        yield f"The source: {found.rstrip('.')}. Here: {verdict}."
    if outcome.omnibus is not None and len(outcome.order) > 2:
        yield f"Over all levels: {_describe_test(outcome.omnibus)}."
    yield from detectable_sentences(outcome)
    if incomplete := [str(row["level"]) for _, row in outcome.rows.iterrows() if not row["is_complete"]]:
        yield f"Not compared, as trials failed or are missing: {list_few(incomplete)}."


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
    if all(pair.verdict == "as good" for pair in outcome.pairs):
        within = points(max(pair.margin for pair in outcome.pairs), _n_images(outcome))
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
    return (
        f"Chosen by these images, {outcome.level} was fitted on {int(row['n_train']):,} images of the whole training "
        f"part and evaluated on the test part: {percent(row)} % of {int(row['n_test']):,} images."
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
