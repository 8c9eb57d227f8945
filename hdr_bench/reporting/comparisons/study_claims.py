"""What a source found in a study, compared with what was measured."""

from collections.abc import Sequence
from typing import Literal

from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.comparisons.study_figures import MOST_RATIO
from hdr_bench.reporting.wording import points

ClaimVerdict = Literal["holds", "holds in part", "does not hold", "too small to be seen"]


def claim_verdict(outcome: StudyOutcome) -> ClaimVerdict | None:
    """Return whether the source's finding holds, by the figure that the study's claim is judged by.

    Levels that the source prefers: it holds if each of them is better than every other level, in part if one of them is
    better than some and no other level is better than one of them; it does not hold if another one is. The preferred
    levels are not compared with each other. Otherwise, the source found the levels alike: it holds if each pair is as
    good within its margin, and does not hold if a pair is told apart. In all remaining cases, the difference is too
    small to be seen with these seeds and images.

    Parameters
    ----------
    outcome : StudyOutcome

    Returns
    -------
    verdict : {"holds", "holds in part", "does not hold", "too small to be seen"} or None
        None without a claim, or if the levels that it is about were not compared.
    """
    study, pairs = outcome.study, outcome.claim_pairs
    if not (study.claim or study.claimed) or not pairs:
        return None
    return _of_levels(pairs, study.claimed, len(study.levels)) if study.claimed else _of_alike(pairs)


def describe_verdict(outcome: StudyOutcome) -> str:
    """Return the verdict on the source's finding with what it was judged by, and how far it goes.

    Parameters
    ----------
    outcome : StudyOutcome

    Returns
    -------
    text : str
        For example "holds within ±0.5 points (reduced size)"; empty without a claim.
    """
    verdict = claim_verdict(outcome)
    if not (outcome.study.claim or outcome.study.claimed):
        return ""
    judged = "" if outcome.study.judged_by == "accuracy" else f", by the {outcome.figure.words}"
    marks = [
        *(["reduced size"] if outcome.is_reduced else []),
        *(["one seed"] if any(pair.is_one_seed for pair in outcome.claim_pairs) else []),
    ]
    in_brackets = f" ({', '.join(marks)})" if marks else ""
    if verdict is None:
        return f"not judged{judged}: the levels were not compared{in_brackets}"
    within = f" {_margin(outcome)}" if verdict == "holds" and not outcome.study.claimed else ""
    return f"{verdict}{within}{judged}{in_brackets}"


def _margin(outcome: StudyOutcome) -> str:
    if outcome.figure.kind == "loss":
        return f"within a ratio of {MOST_RATIO:g}"
    n_images = int(outcome.rows["n_test"].max())
    return f"within ±{points(max(pair.margin for pair in outcome.claim_pairs), n_images)}"


def _of_levels(pairs: Sequence[Pair], claimed: Sequence[str], n_levels: int) -> ClaimVerdict | None:
    rivals = [pair for pair in pairs if (pair.first in claimed) != (pair.second in claimed)]
    if not rivals:
        return None
    apart = [pair for pair in rivals if pair.is_told_apart]
    if any(pair.second in claimed for pair in apart):
        return "does not hold"
    if not apart:
        return "too small to be seen"
    is_complete = len(apart) == len(claimed) * (n_levels - len(claimed))
    return "holds" if is_complete else "holds in part"


def _of_alike(pairs: Sequence[Pair]) -> ClaimVerdict:
    verdicts = {pair.verdict for pair in pairs}
    if "better" in verdicts:
        return "does not hold"
    return "too small to be seen" if "too few" in verdicts else "holds"
