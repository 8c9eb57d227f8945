"""The sentences that a report opens with, on results that are made up, and on real ones."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from hdr_bench.reporting.comparisons.pairs import Comparisons, Pair, compare_methods
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.highlights import make_highlights
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.tests import Difference


@pytest.fixture(scope="module")
def columns(finished_run):
    return list(RunContents(finished_run).results.columns)


@pytest.fixture
def run_of(columns):
    """A function that makes the contents of a run: for each case the accuracies and seconds of its fits."""

    def make(**cases):
        rows = []
        for case, asked in cases.items():
            fits = {"seconds": (1.0,), "wait": 0.0, "planned": len(asked["accuracy"]), "stochastic": True, **asked}
            rows += [_trial(case, seed, fits) for seed in range(fits["planned"])]
        results = pd.DataFrame(rows, columns=columns)
        return SimpleNamespace(results=results, summary=summarise(results))

    return make


_ALIKE = {
    "protocol": "holdout",
    "dataset": "mnist",
    "fingerprint": "f",
    "n_train": 60_000,
    "n_test": 10_000,
    "threads": 1,
    "n_concurrent": 1,
    "cpu": "a CPU",
    "engine": "torch",
}


def _trial(case, seed, fits):
    row = {
        "case": case,
        "label": case,
        "key": f"{case}-{seed}",
        "estimator": fits.get("estimator", "knn"),
        "seed": seed,
        "is_deterministic": not fits["stochastic"],
        "is_reduced": fits.get("is_reduced", False),
        "status": "timeout",
        "error": "ended after 3 s",
        **_ALIKE,
    }
    if seed >= len(fits["accuracy"]):
        return row
    seconds = fits["seconds"][seed % len(fits["seconds"])]
    sizes = dict.fromkeys(("fit_peak_bytes", "predict_peak_bytes", "size_bytes"), fits.get("bytes", 1e6))
    return (
        row
        | sizes
        | {
            "status": "ok",
            "error": "",
            "accuracy": fits["accuracy"][seed],
            "fit_seconds": seconds,
            "predict_seconds": seconds / 10,
            "fit_wait_share": fits["wait"],
            "predict_wait_share": fits["wait"],
        }
    )


def _compared(contents, **verdicts):
    """Compare the best of a run with each other row that has a verdict."""
    rows = contents.summary.set_index("case")
    best, *others = sorted(verdicts, key=lambda case: -rows.loc[case, "accuracy"])
    pairs = []
    for case in others:
        value = rows.loc[best, "accuracy"] - rows.loc[case, "accuracy"]
        corrected = 0.01 if verdicts[case] == "better" else 0.5
        reach = 0.0 if verdicts[case] == "as good" else 0.2
        difference = Difference(value, value - reach, value + reach, value - reach, value + reach, corrected, "t")
        stochastic = not contents.results.query("case in [@best, @case]")["is_deterministic"].all()
        pairs.append(Pair(best, case, difference, corrected, 0.0028, is_one_seed=False, is_stochastic=stochastic))
        assert pairs[-1].verdict == verdicts[case]
    return Comparisons(tuple(pairs), {}, dict.fromkeys(verdicts, (best, *others)))


CNN = {"accuracy": (0.9892, 0.9893, 0.9891), "seconds": (60.0, 66.0, 70.0)}


def test_too_few_seeds_are_said_with_accuracy_range_and_difference(run_of):
    contents = run_of(CNN=CNN, SGD={"accuracy": (0.7782, 0.8551, 0.8197), "seconds": (60.0, 61.0, 62.0)})
    text = finding(contents, _compared(contents, CNN="", SGD="too few"))
    assert text.startswith("CNN has the highest accuracy, 98.92 % on 10,000 images (95 % interval 98.")
    assert "SGD: 81.77 % (seeds 77.8 to 85.5), 17.2 points less; three seeds are too few to say more." in text
    assert "less accurate" not in text
    assert make_highlights(contents, _compared(contents, CNN="", SGD="too few"))[0].notes == (
        "too few seeds to say: SGD",
    )


def test_of_deterministic_methods_images_are_too_few(run_of):
    single = {"stochastic": False}
    contents = run_of(one={"accuracy": (0.981,), **single}, other={"accuracy": (0.98,), **single})
    text = finding(contents, _compared(contents, one="", other="too few"))
    assert "other: 98.00 %, 0.10 points less; 10,000 images are too few to say more." in text


def test_as_good_has_its_margin_and_the_rest_is_less_accurate(run_of):
    contents = run_of(
        CNN=CNN,
        MLP={"accuracy": (0.989, 0.989, 0.989), "seconds": (4.0, 4.0, 5.0)},
        tree={"accuracy": (0.9, 0.9, 0.91), "seconds": (0.1,)},
    )
    compared = _compared(contents, CNN="", MLP="as good", tree="better")
    text = finding(contents, compared)
    assert "As good, within ±0.28 points: MLP. The remaining one is less accurate." in text
    assert "Of these, MLP trains in 4.0 s (median of 3 fits, 4.0 to 5.0 s), a speed-up of about 20." in text
    assert "within ±0.28 points: MLP" in make_highlights(contents, compared)[0].notes[0]


def test_only_methods_that_were_compared_are_called_less_accurate(run_of):
    contents = run_of(
        CNN=CNN,
        tree={"accuracy": (0.9, 0.9, 0.91)},
        linear={"accuracy": (0.92,), "stochastic": False},
        slow={"accuracy": (), "planned": 1},
        partly={"accuracy": (0.995, 0.995), "planned": 3},
        reduced={"accuracy": (0.5,), "is_reduced": True},
        dummy={"accuracy": (0.1,), "estimator": "sklearn.dummy.DummyClassifier"},
    )
    compared = _compared(contents, CNN="", tree="better", linear="better")
    text = finding(contents, compared)
    assert text.startswith("CNN is the most accurate, with an accuracy of 98.92 % on 10,000 images")
    assert "Both others that were compared are less accurate." in text
    assert text.endswith("Not compared: slow (timeout); partly (2 of 3 seeds); reduced (reduced size).")
    assert "dummy" not in text
    whole = run_of(CNN=CNN, tree={"accuracy": (0.9, 0.9, 0.91)})
    text = finding(whole, _compared(whole, CNN="", tree="better"))
    assert "The other one is less accurate." in text
    assert "compared" not in text


def test_without_predictions_nothing_is_compared(run_of):
    contents = run_of(CNN=CNN, tree={"accuracy": (0.9,)})
    nothing = Comparisons((), {}, {})
    text = finding(contents, nothing)
    assert text.startswith("CNN has the highest accuracy, 98.92 %")
    assert text.endswith("The methods are not compared, since their predictions are not stored.")
    assert "Highest accuracy" not in {highlight.purpose for highlight in make_highlights(contents, nothing)}


def test_a_single_fit_has_its_time_and_no_ratio(run_of):
    tree = {"accuracy": (0.9,), "stochastic": False}
    contents = run_of(CNN=CNN, tree={**tree, "seconds": (2.0,)})
    text = finding(contents, _compared(contents, CNN="", tree="better"))
    assert "after 66 s of training (median of 3 fits, 60 to 70 s)" in text
    assert "tree trains in 2.0 s (one fit), with an accuracy of 90.00 %, 8.92 points less." in text
    assert "speed-up" not in text
    # Less than single fits of one method may differ by.
    contents = run_of(CNN=CNN, tree={**tree, "seconds": (25.0,)})
    assert "trains in" not in finding(contents, _compared(contents, CNN="", tree="better"))


def test_disturbed_times_are_not_mentioned(run_of):
    contents = run_of(CNN={**CNN, "wait": 0.5}, tree={"accuracy": (0.9,), "seconds": (2.0,)})
    compared = _compared(contents, CNN="", tree="better")
    text = finding(contents, compared)
    assert "training" not in text
    assert "trains" not in text
    assert not any("Fastest" in highlight.purpose for highlight in make_highlights(contents, compared))


def test_superlatives_are_among_methods_of_a_stated_accuracy(run_of):
    contents = run_of(
        CNN={**CNN, "bytes": 9e6},
        MLP={"accuracy": (0.985,), "seconds": (10.0,), "bytes": 7e6},
        kNN={"accuracy": (0.972,), "seconds": (1.0,), "bytes": 8e6},
        tree={"accuracy": (0.88,), "seconds": (0.1,), "bytes": 1e6},
        dummy={"accuracy": (0.1,), "seconds": (0.001,), "bytes": 1e3, "estimator": "sklearn.dummy.DummyClassifier"},
    )
    compared = _compared(contents, CNN="", MLP="better", kNN="better", tree="better")
    found = {highlight.purpose: highlight for highlight in make_highlights(contents, compared)}
    fastest = found["Fastest to train within 2 points of the best"]
    assert (fastest.label, fastest.value, fastest.accuracy, fastest.notes) == ("kNN", "1.0 s", "97.20", ())
    # Peaks that differ by less than those of one method name nobody; sizes are exact.
    assert not any("memory" in purpose for purpose in found)
    assert found["Smallest within 2 points of the best"].label == "MLP"


def test_what_most_rows_share_is_nobodys_least(run_of):
    contents = run_of(
        **{
            f"m{number}": {"accuracy": (0.99 - number / 1000,), "bytes": 8e8 + number * 1e6, "seconds": (1.0,)}
            for number in range(5)
        }
    )
    compared = _compared(contents, m0="", m1="better", m2="better", m3="better", m4="better")
    assert [highlight.purpose for highlight in make_highlights(contents, compared)] == ["Most accurate"]


def test_the_finding_of_a_real_run(various):
    contents = RunContents(various)
    compared = compare_methods(contents)
    text = finding(contents, compared)
    best = compared.best["MLP"][0]
    assert text.startswith(best)
    assert "Evaluated on other images, and not compared with these: k-NN, folds; Tree, folds." in text
    first = [pair for pair in compared.pairs if pair.first == best]
    for pair in first:
        if pair.verdict == "too few":
            assert pair.second not in text or re.search(rf"{re.escape(pair.second)}: [\d.]+ %.*points less", text)
    n_worse = sum(pair.verdict == "better" for pair in first)
    assert n_worse > 2
    assert re.search(r"(Both|All|The other)( \w+)?( others)?( that were compared)? are less accurate\.", text)
    for words in ("cannot be told", "right most often", "not told"):
        assert words not in text
    highlights = make_highlights(contents, compared)
    assert highlights[0].label == best
    assert not any("Curve" in each.label or "folds" in each.label for each in highlights)
