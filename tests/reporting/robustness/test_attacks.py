"""Attacks, and checks for a masked gradient."""

from dataclasses import replace

import numpy as np
import pytest

from hdr_bench.records.distortions import Attack
from hdr_bench.reporting.comparisons.robustness.attacks import attacks_of
from hdr_bench.reporting.comparisons.robustness.gradient_checks import gradient_checks
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome, read_outcomes
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.tables.robustness.attacks import describe_checks


def _attacked(name, eps, n_right, steps=1, *, transferred_from="", n=200, data="a", places=None, images=(), size=None):
    right = np.arange(n)[None] < n_right
    attack = Attack(name=name, eps=eps, steps=steps, step_size=size)
    test_set, fits = f"{name} {eps} {steps} {images}", Fits(right, False)
    return Outcome("CNN", test_set, None, attack, transferred_from, images, fits, None, places, data)


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


def test_attacks_on_more_and_on_fewer_images_are_compared_on_those_of_both():
    # 90 of 200 right, of the 100 at even places all from 0 to 88: 45; the 100 alone have 40.
    single = _attacked("fgsm", 0.1, 90, places=np.arange(200))
    strong = _attacked("pgd", 0.1, 40, 40, n=100, places=np.arange(0, 200, 2))
    assert _verdicts([single, strong])[0] == ("PGD is not weaker than FGSM", "holds", (0.45, 0.4))
    assert gradient_checks([single, strong])[0].detail.endswith("eps 0.1, on the 100 images of both")
    # More right of fewer images is no weaker attack: of these 100 FGSM leaves all.
    easy = _attacked("pgd", 0.1, 60, 40, n=80, places=np.arange(80))
    assert _verdicts([single, easy])[0] == ("PGD is not weaker than FGSM", "holds", (1.0, 0.75))


def test_attacks_on_other_images_and_with_steps_of_a_given_length_are_not_compared():
    elsewhere = [_attacked("fgsm", 0.1, 80), _attacked("pgd", 0.1, 120, 40, data="b"), _attacked("pgd", 0.1, 90, 9)]
    assert _verdicts(elsewhere)[:2] == [
        ("PGD is not weaker than FGSM", "does not hold", (0.4, 0.45)),
        ("more steps are not weaker", "not checked", ()),
    ]
    assert _verdicts([_attacked("fgsm", 0.1, 80), _attacked("pgd", 0.1, 120, 40, data="b")])[0][1] == "not checked"
    lengths = [_attacked("pgd", 0.1, 20, 10), _attacked("pgd", 0.1, 90, 40, size=0.001)]
    assert _verdicts(lengths)[1] == ("more steps are not weaker", "not checked", ())
    assert [kind.title for kind in attacks_of(lengths)] == ["PGD, 10 steps", "PGD, 40 steps of 0.001"]


def test_the_same_fits_under_two_attacks_are_one_term_of_the_test():
    # Two seeds, one far better than the other under both attacks: PGD leaves 5 images more of each.
    right = np.zeros((2, 200), bool)
    right[0, :150], right[1, :50] = True, True
    more = right.copy()
    more[0, 150:160], more[1, 50:60] = True, True
    outcomes = [_attacked("fgsm", 0.1, 0), _attacked("pgd", 0.1, 0, 40)]
    outcomes = [replace(each, fits=Fits(fits, True)) for each, fits in zip(outcomes, (right, more), strict=True)]
    assert _verdicts(outcomes)[0][1] == "does not hold"


def test_test_sets_of_the_same_images_are_one_attack():
    twice = [_attacked("pgd", 0.2, 20, 40, images=("aa",)), _attacked("pgd", 0.2, 20, 40, images=("aa",))]
    other = _attacked("pgd", 0.3, 10, 40, images=("bb",))
    (outcomes,) = attacks_of([*twice, other]).values()
    assert [each.attack.eps for each in outcomes] == [0.2, 0.3]


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


def test_images_that_were_made_for_a_fit_are_transferred_to_all_others(finished_distorted):
    contents = RunContents(finished_distorted)
    labels = [each.label for each in read_outcomes(contents) if each.test_set == "for all"]
    assert labels == ["Tree", "k-NN"]
    # It was evaluated on them as well.
    (record,) = contents.good_records("Linear")
    assert "for all" in [each.test_set for each in record.evaluations if each.status == "ok"]
