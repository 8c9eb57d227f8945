"""What a source found in a study, compared with what was measured."""

from typing import Literal

from hdr_bench.reporting.comparisons.studies import StudyOutcome

ClaimVerdict = Literal["holds", "holds in part", "does not hold", "too small to be seen"]


def claim_verdict(outcome: StudyOutcome) -> ClaimVerdict | None:
    """Return whether the source's finding holds.

    A level that the source prefers: it holds if that level is better than every other one, in part if it is better than
    some and no other one is better; it does not hold if another one is better. Otherwise, the source found the levels
    alike: it holds if each pair is as good within its margin, and does not hold if a pair is told apart. In all
    remaining cases, the difference is too small to be seen with these seeds and images.

    Parameters
    ----------
    outcome : StudyOutcome

    Returns
    -------
    verdict : {"holds", "holds in part", "does not hold", "too small to be seen"} or None
        None without a claim, or if the levels that it is about were not compared.
    """
    study = outcome.study
    if not (study.claim or study.claimed) or not outcome.pairs:
        return None
    return _of_level(outcome, study.claimed) if study.claimed else _of_alike(outcome)


def _of_level(outcome: StudyOutcome, claimed: str) -> ClaimVerdict | None:
    pairs = [pair for pair in outcome.pairs if claimed in {pair.first, pair.second}]
    if not pairs:
        return None
    apart = [pair for pair in pairs if pair.is_told_apart]
    if any(pair.second == claimed for pair in apart):
        return "does not hold"
    if not apart:
        return "too small to be seen"
    return "holds" if len(apart) == len(outcome.study.levels) - 1 else "holds in part"


def _of_alike(outcome: StudyOutcome) -> ClaimVerdict:
    verdicts = {pair.verdict for pair in outcome.pairs}
    if "better" in verdicts:
        return "does not hold"
    return "too small to be seen" if "too few" in verdicts else "holds"
