import json

import numpy as np
import pandas as pd
import pytest

from hdr_bench import load_results
from hdr_bench.records.store import Store
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.statistics.intervals import score_interval
from hdr_bench.reporting.statistics.uncertainty import (
    uncertainty_of_accuracies,
    uncertainty_of_fits,
    uncertainty_of_folds,
)
from tests.helpers.written_runs import Method, make_up

CASES = ["k-NN | <b>bold</b>", "Tree_50%", "Least squares", "Bad"]


def test_a_row_a_trial_in_the_suites_order(run):
    results = load_results(run)
    assert results["case"].tolist() == [CASES[0], CASES[1], CASES[1], CASES[2], CASES[3]]
    assert results["seed"].tolist() == [0, 0, 1, 0, 0]
    assert results["status"].tolist() == ["ok"] * 4 + ["failed"]
    for key, accuracy in zip(results["key"][:4], results["accuracy"][:4], strict=True):
        predictions = Store(run).read_predictions(key)
        assert accuracy == np.mean(predictions.y_true == predictions.y_pred)
    assert results["accuracy"].isna().tolist() == [False] * 4 + [True]
    assert set(results["threads"].dropna()) == {1}


def test_the_label_is_the_case_and_on_a_learning_curve_the_images_too(finished_various, run):
    labels = load_results(finished_various).groupby("case", sort=False)["label"].unique()
    assert labels["Curve"].tolist() == ["Curve, 100 images", "Curve, 600 images"]
    assert all(list(names) == [case] for case, names in labels.items() if case != "Curve")
    # Trials without a result have one too.
    (run / "trials" / f"{load_results(run)['key'][0]}.zip").unlink()
    results = load_results(run)
    assert results["status"][0] == "missing"
    assert results["label"].tolist() == results["case"].tolist()


def test_missing_and_damaged_results_are_rows_that_say_so(run):
    keys = load_results(run)["key"]
    (run / "trials" / f"{keys[0]}.zip").unlink()
    (run / "trials" / f"{keys[3]}.zip").write_bytes(b"PK half a file")
    content = bytearray((run / "trials" / f"{keys[1]}.zip").read_bytes())
    content[60] ^= 0xFF
    (run / "trials" / f"{keys[1]}.zip").write_bytes(content)
    results = load_results(run)
    assert results["status"].tolist() == ["missing", "damaged", "ok", "damaged", "failed"]
    assert keys[1] in results["error"][1]
    assert results["error"][3] == (
        f"trials/{keys[3]}.zip: damaged: not a zip archive, or its end is missing; run the suite again, "
        "which replaces it"
    )


def test_the_summary_is_the_mean_over_seeds(run):
    results = load_results(run)
    summary = summarise(results).set_index("case")
    assert summary.index.tolist() == CASES
    tree, trials = summary.loc["Tree_50%"], results[results["case"] == "Tree_50%"]
    assert tree["accuracy"] == pytest.approx(trials["accuracy"].mean())
    assert tree["accuracy_std"] == pytest.approx(trials["accuracy"].std())
    assert tree["n_trials"] == 2
    assert (tree["accuracy_min"], tree["accuracy_max"]) == (trials["accuracy"].min(), trials["accuracy"].max())
    assert (tree["n_planned"], tree["trials"], tree["is_complete"]) == (2, "2 seeds", True)
    stored = [Store(run).read_predictions(key) for key in trials["key"]]
    expected = uncertainty_of_fits(Fits.from_predictions(stored, is_deterministic=False))
    assert (tree["accuracy_low"], tree["accuracy_high"]) == expected.interval(trials["accuracy"].mean(), 360)
    assert tree["accuracy_basis"] == "images and seeds"
    nearest = summary.loc[CASES[0]]
    assert (nearest["accuracy_low"], nearest["accuracy_high"]) == pytest.approx(
        score_interval(nearest["accuracy"], 360)
    )
    assert nearest["trials"] == "1"
    assert np.isnan(summary.loc["Least squares", "accuracy_std"])
    assert summary.loc["Bad", "problem"].startswith("failed: NotImplementedError")
    assert np.isnan(summary.loc["Least squares", "log_loss"])


def test_without_predictions_the_interval_is_that_of_the_stored_accuracies(finished_run):
    results = load_results(finished_run)
    trials = results[results["case"] == "Tree_50%"]
    # One of the two seeds alone is not what the predictions were read for.
    single = summarise(results.drop(index=trials.index[1])).set_index("case").loc["Tree_50%"]
    assert single["accuracy_basis"] == "one seed"
    # So are the results of a report that was committed without predictions.
    without = results.assign(accuracy_variance=np.nan, accuracy_freedom=np.nan, accuracy_trials=np.nan)
    bound = summarise(without).set_index("case").loc["Tree_50%"]
    assert bound["accuracy_basis"] == "stored accuracies"
    accuracies = trials["accuracy"].astype(float)
    expected = uncertainty_of_accuracies(list(accuracies), 360, is_deterministic=False)
    assert (bound["accuracy_low"], bound["accuracy_high"]) == expected.interval(accuracies.mean(), 360)


def test_folds_have_their_own_interval(finished_various):
    results = load_results(finished_various)
    summary = summarise(results).set_index("case")
    row, folds = summary.loc["Tree, folds"], results[results["case"] == "Tree, folds"]
    share = (folds["n_test"] / folds["n_train"]).mean()
    expected = uncertainty_of_folds(folds["accuracy"].to_numpy(float), share).interval(row["accuracy"], row["n_test"])
    assert (row["accuracy_low"], row["accuracy_high"]) == expected
    assert (row["accuracy_basis"], row["trials"]) == ("folds", "4 folds")
    assert results.loc[folds.index, "accuracy_variance"].isna().all()


def test_a_result_that_a_changed_record_leads_to_twice_counts_once(tmp_path):
    folder = make_up(tmp_path, [Method("One", seeds=(0, 1)), Method("Other")])
    expected = load_results(folder)
    record = json.loads((folder / "run.json").read_text())
    first, *_ = record["trials"]
    record["trials"] += [first, {**first, "seed": 7}, {**first, "key": "elsewhere", "limited_key": first["key"]}]
    (folder / "run.json").write_text(json.dumps(record))
    pd.testing.assert_frame_equal(load_results(folder), expected)
    assert summarise(load_results(folder))["n_trials"].tolist() == [2, 1]
    assert len(Store(folder).read_run().trials) == 4
