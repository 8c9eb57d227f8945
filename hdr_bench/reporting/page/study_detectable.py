"""How large a difference a study could detect, in sentences; and whether that is what it asks for."""

import math
from collections.abc import Iterator

from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.wording import points


def detectable_sentences(outcome: StudyOutcome) -> Iterator[str]:
    """Yield which difference the test of the two most accurate levels would have detected, and if its goal was missed.

    Parameters
    ----------
    outcome : StudyOutcome

    Yields
    ------
    sentence : str
        None if nothing varies between these two levels, or if they were not compared.
    """
    pair = outcome.pair(*outcome.order[:2]) if len(outcome.order) > 1 else None
    if pair is None or math.isnan(outcome.detectable_between(*outcome.order[:2])):
        return
    between = f"Between {outcome.order[0]} and {outcome.order[1]}, "
    if math.isnan(outcome.next_detectable):
        few = "seeds" if pair.is_stochastic else "images"
        yield f"{between}too few {few} to state a difference that the test would have detected."
    else:
        yield (
            f"{between}the {'corrected ' if len(outcome.pairs) > 1 else ''}test would have detected a difference of "
            f"{_points(outcome, outcome.next_detectable)} or more with a probability of about 80 %."
        )
    yield from _missed_goal(outcome)


def missed_difference(outcome: StudyOutcome, basis: str) -> str:
    """Return how large a difference could have been missed, of a study that sees none.

    Parameters
    ----------
    outcome : StudyOutcome
        With pairs.
    basis : str
        Its seeds and images in words.

    Returns
    -------
    text : str
        What follows "No difference between the levels was seen"; empty if nothing varies between the levels.
    """
    known = [each for each in (outcome.detectable or {}).values() if not math.isnan(each)]
    if not known:
        return ""
    if math.isinf(max(known)):
        return f": {basis} are too few to state how large a difference could have been missed"
    return f": one below {_points(outcome, max(known))} could have been missed with {basis}"


def _missed_goal(outcome: StudyOutcome) -> Iterator[str]:
    asked, reached = outcome.study.detectable, outcome.next_detectable
    if asked is None or reached <= asked:
        return
    could = "none could be stated" if math.isnan(reached) else f"{_points(outcome, reached)} could be detected"
    unit = "point" if math.isclose(100 * asked, 1) else "points"
    wanted = f"A difference of {100 * asked:g} {unit} was asked for; with these images and seeds, {could}."
    if outcome.images_detectable <= asked:
        yield f"{wanted} More seeds could reach it."
    elif outcome.images_detectable > asked:
        yield f"{wanted} No number of seeds is enough: that needs more held-out images."
    else:
        yield wanted


def _points(outcome: StudyOutcome, share: float) -> str:
    return points(share, _n_images(outcome))


def _n_images(outcome: StudyOutcome) -> int:
    return int(outcome.rows["n_test"].max())
