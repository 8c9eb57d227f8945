"""Checks for a masked gradient: an attack that fails may say more of the attack than of the method.

Athalye, Carlini and Wagner (2018), "Obfuscated gradients give a false sense of security: circumventing defenses to
adversarial examples", ICML; Carlini et al. (2019), "On evaluating adversarial robustness", arXiv:1902.06705: iterative
attacks are stronger than those of a single step, more steps are not weaker, and a large eps reaches every image.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hdr_bench.records.distortions import Attack
from hdr_bench.reporting.comparisons.pairs import ALPHA
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.statistics.crossed import paired_difference

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
        Three or more for each method: one for each two test sets that compare.
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
        stronger = [each for each in own if each[1].name == "pgd" and each[1].eps == single.eps]
        if single.name == "fgsm" and stronger:
            strong, attack = max(stronger, key=lambda each: each[1].steps * each[1].restarts)
            detail = f"FGSM against PGD with {attack.steps} steps, eps {attack.eps:g}"
            yield _compare("PGD is not weaker than FGSM", weak, strong, detail)


def _more_steps(own: Sequence[tuple[Outcome, Attack]]) -> Iterator[GradientCheck]:
    pgd = [each for each in own if each[1].name == "pgd"]
    for eps, restarts in dict.fromkeys((attack.eps, attack.restarts) for _, attack in pgd):
        alike = [each for each in pgd if (each[1].eps, each[1].restarts) == (eps, restarts)]
        by_steps = {attack.steps: outcome for outcome, attack in alike}
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
    accuracies = (weak.accuracy, strong.accuracy)
    if strong.accuracy <= weak.accuracy:
        return GradientCheck(weak.label, name, "holds", accuracies, detail)
    if strong.n_test != weak.n_test:
        return GradientCheck(weak.label, name, "does not hold", accuracies, f"{detail}; on different images")
    is_chance = paired_difference(strong.fits, weak.fits).p_value > ALPHA
    return GradientCheck(weak.label, name, "holds within chance" if is_chance else "does not hold", accuracies, detail)
