"""Checks for a masked gradient: an attack that fails may say more of the attack than of the method.

Athalye, Carlini and Wagner (2018), "Obfuscated gradients give a false sense of security: circumventing defenses to
adversarial examples", ICML; Carlini et al. (2019), "On evaluating adversarial robustness", arXiv:1902.06705: iterative
attacks are stronger than those of a single step, more steps are not weaker, and a large eps reaches every image.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.distortions import Attack
from hdr_bench.reporting.comparisons.pairs import ALPHA
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.crossed_values import change_of, errors_of

LARGE_EPS = 0.5
"""From which on every image can be made one even grey, in which nothing can be recognised."""

CheckName = Literal["PGD is not weaker than FGSM", "more steps are not weaker", "a large eps reaches 0 %"]
CheckVerdict = Literal["holds", "holds within chance", "does not hold", "not checked"]

_CHECKS: dict[CheckName, str] = {
    "PGD is not weaker than FGSM": "needs test sets with FGSM and PGD of the same eps",
    "more steps are not weaker": "needs two test sets with PGD of the same eps and different numbers of steps",
    "a large eps reaches 0 %": f"needs a test set with PGD of an eps of at least {LARGE_EPS:g}",
}


@dataclass(frozen=True)
class GradientCheck:
    """A check for a masked gradient, for one method.

    Attributes
    ----------
    label : str
        What tables call the method.
    check : str
        What must hold.
    verdict : {"holds", "holds within chance", "does not hold", "not checked"}
        "holds within chance": the attack that must not be weaker is, by less than is told apart at 5 %.
    accuracies : tuple of float
        What was compared: the attack that must not be stronger first; empty if nothing was.
    detail : str
        Which attacks they are of, or which test set is missing.
    """

    label: str
    check: CheckName
    verdict: CheckVerdict
    accuracies: tuple[float, ...]
    detail: str


def gradient_checks(outcomes: Sequence[Outcome]) -> tuple[GradientCheck, ...]:
    """Check the methods that were attacked with their own gradient.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a run.

    Returns
    -------
    checks : tuple of GradientCheck
        Three or more for each method: one for each two test sets that compare, on the images of both.
    """
    own = [(each, each.attack) for each in outcomes if each.attack is not None and not each.transferred_from]
    labels = dict.fromkeys(each.label for each, _ in own)
    return tuple(
        check for label in labels for check in _checks_of(label, [each for each in own if each[0].label == label])
    )


def _checks_of(label: str, own: Sequence[tuple[Outcome, Attack]]) -> Iterator[GradientCheck]:
    made = {
        "PGD is not weaker than FGSM": list(_against_single_step(own)),
        "more steps are not weaker": list(_more_steps(own)),
        "a large eps reaches 0 %": list(_large_eps(own)),
    }
    for name, missing in _CHECKS.items():
        yield from made[name] or [GradientCheck(label, name, "not checked", (), missing)]


def _against_single_step(own: Sequence[tuple[Outcome, Attack]]) -> Iterator[GradientCheck]:
    for weak, single in own:
        stronger = [
            each
            for each in own
            if each[1].name == "pgd" and each[1].eps == single.eps and _common_fits(weak, each[0]) is not None
        ]
        if single.name == "fgsm" and stronger:
            strong, attack = max(stronger, key=lambda each: each[1].steps * each[1].restarts)
            detail = f"FGSM against PGD with {attack.steps} steps, eps {attack.eps:g}"
            yield _compare("PGD is not weaker than FGSM", weak, strong, detail)


def _more_steps(own: Sequence[tuple[Outcome, Attack]]) -> Iterator[GradientCheck]:
    pgd = [each for each in own if each[1].name == "pgd"]
    groups: dict[tuple[float, int, tuple[str, int]], dict[int, Outcome]] = {}
    for outcome, attack in pgd:
        # Of the same images; steps of a given length are another attack, which may stay near its start.
        if attack.step_size is None:
            groups.setdefault((attack.eps, attack.restarts, _data_of(outcome)), {})[attack.steps] = outcome
    for (eps, *_), by_steps in groups.items():
        for fewer, more in pairwise(sorted(by_steps)):
            detail = f"{fewer} against {more} steps of PGD, eps {eps:g}"
            yield _compare("more steps are not weaker", by_steps[fewer], by_steps[more], detail)


def _large_eps(own: Sequence[tuple[Outcome, Attack]]) -> Iterator[GradientCheck]:
    large = [each for each in own if each[1].name == "pgd" and each[1].eps >= LARGE_EPS]
    if not large:
        return
    outcome, attack = max(large, key=lambda each: (each[1].eps, each[1].steps))
    verdict: CheckVerdict = "holds" if outcome.accuracy == 0 else "does not hold"
    detail = f"PGD with {attack.steps} steps, eps {attack.eps:g}"
    yield GradientCheck(outcome.label, "a large eps reaches 0 %", verdict, (outcome.accuracy,), detail)


def _compare(name: CheckName, weak: Outcome, strong: Outcome, detail: str) -> GradientCheck:
    common = _common_fits(weak, strong)
    if common is None:
        return GradientCheck(weak.label, name, "not checked", (), f"{detail}: of different images")
    of_weak, of_strong = common
    n_images = of_weak.right.shape[1]
    if n_images < max(weak.n_test, strong.n_test):
        detail = f"{detail}, on the {n_images:,} images of both"
    accuracies = (of_weak.accuracy, of_strong.accuracy)
    if of_strong.accuracy <= of_weak.accuracy:
        return GradientCheck(weak.label, name, "holds", accuracies, detail)
    verdict: CheckVerdict = "holds within chance" if _p_value(of_weak, of_strong) > ALPHA else "does not hold"
    return GradientCheck(weak.label, name, verdict, accuracies, detail)


def _p_value(weak: Fits, strong: Fits) -> float:
    if len(weak.right) == len(strong.right) == 1:
        return paired_difference(strong, weak).p_value
    # The same fits are under both attacks.
    return change_of(errors_of(weak), errors_of(strong)).p_value


def _data_of(outcome: Outcome) -> tuple[str, int]:
    """Return what outcomes have in common whose images are the same, or some of the same."""
    return outcome.fingerprint, -1 if outcome.places is not None else outcome.n_test


def _common_fits(weak: Outcome, strong: Outcome) -> tuple[Fits, Fits] | None:
    """Return the fits under two attacks on the images that both were made of; None if there are none.

    Those of another data set than the method's own have no places; as many of the same data set are the same images.
    """
    if _data_of(weak) != _data_of(strong):
        return None
    if weak.places is None or strong.places is None:
        return weak.fits, strong.fits
    _, first, second = np.intersect1d(weak.places, strong.places, assume_unique=True, return_indices=True)
    return (_take(weak.fits, first), _take(strong.fits, second)) if len(first) else None


def _take(fits: Fits, images: NDArray[np.intp]) -> Fits:
    return Fits(fits.right[:, images], fits.is_stochastic)
