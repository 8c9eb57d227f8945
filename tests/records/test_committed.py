"""Reports as they are committed: made again, resumed and compared; those of format 3 with their stored scores."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hdr_bench import compare_runs, load_histories, load_predictions, load_results, run_suite, write_report
from hdr_bench.archives import read_sealed, seal_archive
from hdr_bench.cli import app
from hdr_bench.exceptions import StoredScoresWarning, StoreError
from hdr_bench.records.store import Store

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", ["quick", "mnist"])
def test_what_is_committed_here_makes_its_report_again(tmp_path, name):
    for part in ("run.json", "trials", "labels", "gallery"):
        copy = shutil.copytree if (REPORTS / name / part).is_dir() else shutil.copy2
        copy(REPORTS / name / part, tmp_path / part)
    assert (load_results(tmp_path)["status"] == "ok").all()
    write_report(tmp_path, ["csv", "latex"])
    # Figures, and what holds or names them, depend on the version of matplotlib; all else is numbers and text.
    written = [
        path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.suffix in {".md", ".csv", ".tex", ".json"}
    ]
    assert len(written) >= 15
    for path in written:
        assert (tmp_path / path).read_bytes() == (REPORTS / name / path).read_bytes(), path


@pytest.fixture
def format_3(reported, tmp_path):
    """A report as format 3 committed it: results without predictions, without the run's record."""
    folder = tmp_path / "old"
    folder.mkdir()
    records = json.loads((reported / "results.json").read_text())
    for record in records:
        record["format_version"] = 3
    (folder / "results.json").write_text(json.dumps(records))
    return folder


def test_a_report_of_format_3_loads_with_its_stored_scores_and_says_so(format_3, reported):
    with pytest.warns(StoredScoresWarning, match="committed in format 3, without predictions"):
        results = load_results(format_3)
    expected = load_results(reported)
    columns = ["case", "seed", "status", "accuracy", "f1", "fit_seconds", "fingerprint"]
    assert results[columns].equals(expected[columns])
    assert load_predictions(format_3, results["key"][0]) is None
    assert load_histories(format_3).empty
    with pytest.raises(StoreError, match="to make its report again, run the suite"):
        write_report(format_3)
    assert [path.name for path in format_3.iterdir()] == ["results.json"]


@pytest.mark.filterwarnings("ignore:.*committed in format 3:hdr_bench.exceptions.StoredScoresWarning")
def test_a_report_of_format_3_is_not_compared_again(format_3, reported):
    comparison = compare_runs(format_3, reported)
    accuracies = [change for change in comparison.changes if change.measure == "accuracy"]
    assert {change.verdict for change in accuracies} == {"not compared"}
    assert len(accuracies) == 3


def test_a_run_resumes_from_what_is_committed(reported, tmp_path):
    clone = tmp_path / "clone"
    for name in ("trials", "labels", "gallery"):
        shutil.copytree(reported / name, clone / name)
    shutil.copy2(reported / "run.json", clone)
    before = {path.name: path.read_bytes() for path in (clone / "trials").iterdir()}
    run_suite(Store(clone).read_run().suite, out=clone, threads=1)
    assert {path.name: path.read_bytes() for path in (clone / "trials").iterdir()} == before
    comparison = compare_runs(reported, clone)
    assert {change.verdict for change in comparison.changes} == {"same"}


SUITE = """
title = "Two"
dataset = "digits-8x8"

[[case]]
name = "k-NN"
estimator = "knn"

[[case]]
name = "Least squares"
estimator = "linear"
params = { loss = "squared_error" }
"""


@pytest.fixture(scope="session")
def finished_two(once):
    """A folder with a suite of two methods, and a run of it."""

    def make(folder):
        folder.mkdir()
        (folder / "two.toml").write_text(SUITE)
        run_suite(folder / "two.toml", out=folder / "run", threads=1)

    return once("two", make)


@pytest.fixture
def two(finished_two, tmp_path, monkeypatch):
    """A run of two methods, and the command that runs it again."""
    folder = shutil.copytree(finished_two, tmp_path / "two")
    monkeypatch.chdir(folder)

    def command(*options):
        return CliRunner().invoke(app, ["run", "two.toml", "--threads", "1", "--quiet", "--out", "run", *options])

    return folder / "run", command


def _make_newer(path):
    members = read_sealed(path)
    members["result.json"] = members["result.json"].replace(b'"format_version": 4', b'"format_version": 7')
    path.write_bytes(seal_archive(members))


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("rerun", ["missing", "failed"])
def test_a_result_that_was_changed_is_named_and_run_again(two, rerun):
    folder, command = two
    first, second = sorted((folder / "trials").iterdir())
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    assert load_results(folder)["status"].tolist() == ["damaged", "damaged"]
    again = command("--rerun", rerun)
    assert again.exit_code == 0
    for path in (first, second):
        assert f"runs again: trials/{path.name}: damaged: it contains the result of another trial" in again.output
    assert load_results(folder)["status"].tolist() == ["ok", "ok"]


@pytest.mark.usefixtures("undrawn")
def test_a_newer_format_blocks_its_result_and_not_the_run(two):
    folder, command = two
    newer, other = (next((folder / "trials").glob(f"{name}-*")) for name in ("k-nn", "least"))
    _make_newer(newer)
    content = newer.read_bytes()
    other.unlink()
    for options in ((), ("--rerun", "all")):
        again = command(*options)
        assert again.exit_code == 3
        assert "1 of 2 results have a newer format" in again.output
        assert "--rerun failed" not in again.output
        assert f"left unchanged: trials/{newer.name}: format version 7" in again.output
        assert newer.read_bytes() == content
        results = load_results(folder)
        assert results["status"].tolist() == ["newer", "ok"]
    assert re.search(r"k-NN.*format version 7", (folder / "report.md").read_text())
