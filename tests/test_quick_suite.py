"""The suite `quick` as it is: what it promises, on the embedded images."""

import re
import subprocess
import sys
import time

import pytest

from hdr_bench import load_results

PROMISED = {
    "SVM, linear": 0.90,
    "SVM, RBF": 0.955,
    "k-NN": 0.915,
    "Decision tree": 0.75,
    "Linear, least squares": 0.82,
    "Logistic regression": 0.895,
    "Polynomial": 0.945,
    "MLP": 0.94,
    "CNN": 0.975,
}


def _run(folder):
    # One thread: other tests run beside it.
    command = [sys.executable, "-m", "hdr_bench", "run", "quick", "--threads", "1"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What the command said, run in another folder than the library's, the folder, its results, and the seconds."""
    folder = tmp_path_factory.mktemp("quick")
    start = time.monotonic()
    ran = _run(folder)
    seconds = time.monotonic() - start
    assert ran.returncode == 0, ran.stderr
    return ran, folder, load_results(folder / "reports" / "quick").set_index("case"), seconds


def test_every_method_reaches_its_accuracy(quick):
    _, _, results, _ = quick
    assert results.index.tolist() == list(PROMISED)
    missed = [case for case, least in PROMISED.items() if results.loc[case, "accuracy"] < least]
    assert missed == []


def test_all_beside_its_trials_takes_less_than_they_do_or_a_minute(quick):
    *_, results, seconds = quick
    assert seconds < max(60, results["seconds"].sum()) + results["seconds"].sum()


def test_it_shows_its_progress_a_table_and_where_the_report_is(quick):
    ran, folder, results, _ = quick
    lines = ran.stdout.splitlines()
    assert lines[-1] == "report: reports/quick/report.html"
    # Beside times that are marked as disturbed, the longest name takes two lines.
    assert all(any(line.startswith(method[:13]) for line in lines) for method in PROMISED)
    assert max(map(len, lines)) <= 80
    progress = ran.stderr.splitlines()
    assert progress[0] == "9 trials to run"
    assert re.fullmatch(
        r"\[9/9\] CNN \(seed 0\): accuracy 0\.\d{4}, .* elapsed \d+:\d\d, remaining about 0:00", progress[-1]
    )
    assert (folder / "reports" / "quick" / "report.html").stat().st_size > 100_000
    assert (results["status"] == "ok").all()
    assert not results["is_reduced"].any()


def test_run_again_it_has_nothing_to_do(quick):
    _, folder, *_ = quick
    assert "All 9 trials are there already; to run them again: --rerun all" in _run(folder).stdout
