import json
from pathlib import Path

import numpy as np
import pytest

from hdr_bench import (
    load_candidates,
    load_histories,
    load_predictions,
    load_results,
    run_suite,
    write_report,
)
from hdr_bench.archives import read_sealed, seal_archive
from hdr_bench.records.store import Store
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from tests.helpers.suites import parse_suite
from tests.helpers.written_runs import Method, make_up

REPORTS = Path(__file__).parents[2] / "reports"

SUITE = {
    "title": "Searches",
    "dataset": "digits-8x8",
    "case": [
        {"name": "net", "estimator": "mlp", "params": {"layers": "16N", "max_epochs": 3}},
        {
            "name": "grid",
            "estimator": "knn",
            "grid": {"n_neighbors": [1, 30, 90], "weights": ["uniform"]},
            "protocol": {"kind": "grid-search", "folds": 3},
        },
        {
            "name": "share",
            "estimator": "svm",
            "steps": [{"name": "deskew"}],
            "grid": {"C": [1, 2, 4, 8], "gamma": [0.01, 0.1]},
            "protocol": {"kind": "grid-search", "folds": 2},
            "reduced": {"candidates": 3, "samples": 400},
        },
        {"name": "curve", "estimator": "knn", "protocol": {"kind": "learning-curve", "sizes": [100, 600]}},
    ],
}


@pytest.fixture(scope="session")
def searches(once):
    return once("searches", lambda folder: run_suite(parse_suite(SUITE, "own", "own.toml"), out=folder, threads=1))


def test_histories_have_a_row_an_epoch(searches):
    histories = load_histories(searches)
    assert histories["epoch"].tolist() == [1, 2, 3]
    assert set(histories["case"]) == {"net"}
    assert histories["train_loss"].is_monotonic_decreasing


def test_histories_of_earlier_versions_have_the_names_of_today(tmp_path):
    history = ({"train_loss": 0.5, "validation_loss": 0.4, "validation_accuracy": 0.9},) * 2
    folder = make_up(tmp_path, [Method("Net", result={"history": history})])
    (path,) = (folder / "trials").glob("*.zip")
    members = read_sealed(path)
    # As it was written until the name changed.
    old = members["result.json"].replace(b'"validation_loss"', b'"valid_loss"')
    old = old.replace(b'"validation_accuracy"', b'"valid_accuracy"')
    assert old != members["result.json"]
    path.write_bytes(seal_archive({**members, "result.json": old}))
    histories = load_histories(folder)
    assert list(histories.columns[-3:]) == ["train_loss", "validation_loss", "validation_accuracy"]
    assert histories["validation_accuracy"].tolist() == [0.9, 0.9]
    (key,) = load_results(folder)["key"]
    assert Store(folder).read(key).history == history


def test_the_histories_of_a_committed_report_have_the_names_of_today():
    histories = load_histories(REPORTS / "sougrati")
    assert histories["validation_accuracy"].notna().any()
    assert not [name for name in histories if name.startswith("valid_")]


def test_candidates_have_a_row_each_and_the_chosen_one_is_marked(searches):
    candidates = load_candidates(searches)
    grid = candidates[candidates["case"] == "grid"]
    assert [json.loads(params)["n_neighbors"] for params in grid["params"]] == [1, 30, 90]
    assert grid["is_chosen"].tolist() == [True, False, False]
    assert grid["score"].is_monotonic_decreasing
    assert (candidates["case"] == "share").sum() == 3
    results = load_results(searches).set_index("case")
    assert results.loc["grid", "search_score"] == grid["score"].max()
    assert results.loc["share", ["n_tried", "n_candidates", "n_train"]].tolist() == [3, 8, 400]
    total = results.loc["grid", "search_seconds"] + results.loc["grid", "refit_seconds"]
    assert total == pytest.approx(results.loc["grid", "fit_seconds"])


def test_predictions_by_their_key(searches):
    results = load_results(searches)
    for row in results.itertuples():
        predictions = load_predictions(searches, row.key)
        assert np.mean(predictions.y_true == predictions.y_pred) == row.accuracy


@pytest.mark.usefixtures("undrawn")
def test_the_report_says_what_was_searched_and_chosen(searches):
    text = write_report(searches, ["md"]).read_text()
    table = text.partition("## Grid search")[2]
    grid, share = (
        next(line for line in table.splitlines() if line.startswith(f"| {name} ")) for name in ("grid", "share")
    )
    assert "n\\_neighbors = 1, weights = uniform" in grid
    assert "C: 1, 2, 4, 8; gamma: 0.01, 0.1" in share
    assert [cell.strip() for cell in share.split("|")][5:7] == ["3", "8"]
    assert "share (400 training images, 3 of 8 candidates)" in text
    assert "curve, 100 images" in text
    assert "## Grid search" in text
    assert "protocol: grid-search, holdout, learning-curve" in text


def test_a_curve_has_a_row_a_size_and_one_matrix(searches):
    summary = summarise(load_results(searches))
    assert summary["case"].tolist() == ["net", "grid", "share", "curve, 100 images", "curve, 600 images"]
    contents = RunContents(searches)
    labels = [contents.label_of_case(case) for case in contents.readable_cases()]
    assert labels == ["net", "grid", "share", "curve, 600 images"]
