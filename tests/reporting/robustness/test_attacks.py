"""Attacks, and checks for a masked gradient."""

import numpy as np
import pytest

from hdr_bench.records.distortions import Attack
from hdr_bench.reporting.comparisons.robustness.gradient_checks import gradient_checks
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.tables.robustness.attacks import describe_checks


def _attacked(name, eps, n_right, steps=1, *, transferred_from="", n=200):
    right = np.arange(n)[None] < n_right
    attack = Attack(name=name, eps=eps, steps=steps)
    return Outcome("CNN", f"{name} {eps} {steps}", None, attack, transferred_from, (), Fits(right, False), None, None)


def _verdicts(outcomes):
    return [(each.check, each.verdict, each.accuracies) for each in gradient_checks(outcomes)]


def test_checks_that_hold_and_one_that_has_no_test_set():
    outcomes = [_attacked("fgsm", 0.1, 80), _attacked("pgd", 0.1, 40, 40), _attacked("pgd", 0.1, 60, 10)]
    found = gradient_checks(outcomes)
    assert _verdicts(outcomes) == [
        ("PGD is not weaker than FGSM", "holds", (0.4, 0.2)),
        ("more steps are not weaker", "holds", (0.3, 0.2)),
        ("a large eps reaches 0 %", "not checked", ()),
    ]
    assert found[-1].detail == "needs a test set with PGD of an eps of at least 0.5"
    assert describe_checks(found) == "No check for a masked gradient fails; not checked: a large eps reaches 0 %."


@pytest.mark.parametrize(("n_right", "verdict"), [(120, "does not hold"), (81, "holds within chance"), (80, "holds")])
def test_an_attack_that_is_weaker_by_more_than_chance_fails_the_check(n_right, verdict):
    outcomes = [_attacked("fgsm", 0.1, 80), _attacked("pgd", 0.1, n_right, 40)]
    assert _verdicts(outcomes)[0] == ("PGD is not weaker than FGSM", verdict, (0.4, n_right / 200))


def test_a_large_eps_must_reach_every_image():
    assert _verdicts([_attacked("pgd", 1.0, 0, 40)])[-1] == ("a large eps reaches 0 %", "holds", (0.0,))
    left = [_attacked("pgd", 1.0, 1, 40)]
    assert _verdicts(left)[-1] == ("a large eps reaches 0 %", "does not hold", (0.005,))
    assert describe_checks(gradient_checks(left)).startswith("A check for a masked gradient fails for CNN: ")


def test_images_made_for_another_method_check_nothing():
    assert gradient_checks([_attacked("pgd", 1.0, 0, 40, transferred_from="MLP")]) == ()
    assert describe_checks(()) == ""


def test_attacks_with_own_gradients_come_first_the_least_eps_first(robustness):
    kinds = [(kind.title, kind.origin) for kind in robustness.attacks]
    assert kinds[:3] == [
        ("FGSM", "own gradient"),
        ("PGD, 40 steps", "own gradient"),
        ("PGD, 10 steps", "own gradient"),
    ]
    assert {origin for _, origin in kinds[3:]} == {"transferred from CNN"}
    first = next(iter(robustness.attacks.values()))
    assert [(each.attack.eps, each.label) for each in first] == [
        (0.1, "CNN"),
        (0.1, "Noisy"),
        (0.2, "CNN"),
        (0.2, "Noisy"),
    ]
