"""The simulation of how often comparisons are wrong: what it simulates, and what its committed table says."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1]
EQUAL, TRUE = "Two equal methods called different", "A true difference found"


@pytest.fixture
def scripts(monkeypatch):
    """The folder of the scripts, to import them from."""
    monkeypatch.syspath_prepend(str(FOLDER / "benchmarks" / "statistics"))
    yield
    for name in ("simulation", "rules", "drops"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(FOLDER / "reports" / "statistics" / "error-rates.csv")


@pytest.mark.usefixtures("scripts")
def test_simulated_fits_have_the_accuracies_and_spreads_that_were_asked_for():
    from simulation import Method, simulate

    rng = np.random.default_rng(1)
    shaky, steady = Method(0.9, 0.02, 3), Method(0.98, 0.0, 1)
    runs = [(one.mean(axis=1), other.mean(axis=1)) for one, other in simulate(shaky, steady, 2000, 200, rng)]
    accuracies = np.array([one for one, _ in runs])
    assert accuracies.shape == (200, 3)
    assert accuracies.mean() == pytest.approx(0.9, abs=4 * 0.02 / np.sqrt(600))
    # The variance of the seeds' own accuracies, and of what differs from fit to fit on 2,000 images.
    assert accuracies.std(axis=1, ddof=1).mean() == pytest.approx(0.02, rel=0.3)
    assert np.mean([other for _, other in runs]) == pytest.approx(0.98, abs=4 * np.sqrt(0.98 * 0.02 / 2000 / 200))


@pytest.mark.usefixtures("scripts")
def test_images_that_are_hard_for_one_method_are_hard_for_another_and_harder_for_its_other_seeds():
    from simulation import Method, simulate

    method = Method(0.9, 0.001, 2)
    (one, other), *_ = simulate(method, method, 20_000, 1, np.random.default_rng(2))
    together, by_seeds = np.mean(~one[0] & ~other[0]), np.mean(~one[0] & ~one[1])
    assert 0.1**2 < together < by_seeds < 0.1


@pytest.mark.usefixtures("scripts")
def test_rules_find_what_is_plain_and_the_pooled_one_what_is_not():
    from rules import bootstrap_images, bootstrap_images_and_seeds, crossed, pooled_mcnemar, welch

    rng = np.random.default_rng(3)
    good, bad = (rng.random((3, 5000)) < share for share in (0.98, 0.9))
    assert crossed(good, bad)
    assert welch(good, bad)
    assert pooled_mcnemar(good, bad)
    assert bootstrap_images(good, bad, rng)
    assert bootstrap_images_and_seeds(good, bad, rng)
    # Seeds of 85, 90 and 95 % against seeds of 88, 91 and 95 %.
    first, second = (
        np.array([rng.random(5000) < share for share in shares]) for shares in ((0.85, 0.9, 0.95), (0.88, 0.91, 0.95))
    )
    assert not crossed(first, second)
    assert not welch(first, second)
    assert pooled_mcnemar(first, second)
    assert bootstrap_images(first, second, rng)


def test_the_committed_table_holds_the_rule_to_its_level(table):
    rates = table[(table["table"] == EQUAL) & (table["seeds"] == 5)]
    assert len(rates) == 30
    assert rates["rule"].between(0.035, 0.07).all()
    assert rates["rule"].mean() == pytest.approx(0.05, abs=0.005)
    three = table[(table["table"] == EQUAL) & (table["seeds"] == 3)]
    assert three["rule"].between(0.03, 0.08).all()
    for other in ("pooled McNemar", "bootstrap of images"):
        assert rates[other].max() > 0.7
    power = table[(table["table"] == TRUE) & (table["other accuracy"] == 0.8177)].set_index("seeds")["rule"]
    assert power[3] > 0.9
    assert power[5] > 0.99


@pytest.mark.usefixtures("scripts")
def test_the_same_seeds_are_good_or_bad_on_both_test_sets():
    from simulation import Method, simulate_on_two_sets

    pairs = list(simulate_on_two_sets(Method(0.9, 0.03, 3), 0.02, (4000, 3000), 60, np.random.default_rng(4)))
    assert {(one.shape, other.shape) for one, other in pairs} == {((3, 4000), (3, 3000))}
    accuracies = np.array([[each.mean(axis=1) for each in pair] for pair in pairs])
    assert (accuracies[:, 0] - accuracies[:, 1]).mean() == pytest.approx(0.02, abs=0.002)
    assert np.corrcoef(accuracies[:, 0].ravel(), accuracies[:, 1].ravel())[0, 1] > 0.9


def test_the_committed_table_of_drops_holds_the_rules_error_rate():
    text = (FOLDER / "reports" / "statistics" / "drops.md").read_text()
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    assert len(rows) == 9
    for row in rows:
        values = dict(zip(head, row, strict=True))
        # Of 2,000 runs, 5 % have a standard error of 0.5 points.
        assert float(values["This rule"]) <= 6.5
        assert float(values["Holds (%)"]) >= 93.5
    assert max(float(row[head.index("Predictions pooled")]) for row in rows) > 20
