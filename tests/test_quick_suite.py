"""The suite `quick` as it is: what it promises, on the embedded images."""

import re
import shutil
import subprocess
import sys

import pytest

from hdr_bench import load_results
from tests.helpers.command import call_command

pytestmark = pytest.mark.long

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


@pytest.fixture(scope="session")
def quick(once):
    """The folder of another than the library's in which the command ran, with what it printed, and its results."""

    def make(folder):
        folder.mkdir()
        ran = _run(folder)
        assert ran.returncode == 0, ran.stderr
        (folder / "stdout.txt").write_text(ran.stdout)
        (folder / "stderr.txt").write_text(ran.stderr)

    folder = once("quick", make)
    return folder, load_results(folder / "reports" / "quick").set_index("case")


def test_every_method_reaches_its_accuracy(quick):
    _, results = quick
    assert results.index.tolist() == list(PROMISED)
    missed = [case for case, least in PROMISED.items() if results.loc[case, "accuracy"] < least]
    assert missed == []


def test_it_shows_its_progress_a_table_and_where_the_report_is(quick):
    folder, results = quick
    lines = (folder / "stdout.txt").read_text().splitlines()
    assert lines[-1] == "report: reports/quick/report.html"
    # Beside times that are marked as disturbed, the longest name takes two lines.
    assert all(any(line.startswith(method[:13]) for line in lines) for method in PROMISED)
    assert max(map(len, lines)) <= 80
    progress = (folder / "stderr.txt").read_text().splitlines()
    assert progress[0] == "9 trials to run"
    assert re.fullmatch(
        r"\[9/9\] CNN \(seed 0\): accuracy 0\.\d{4}, .* elapsed \d+:\d\d, remaining about 0:00", progress[-1]
    )
    assert (folder / "reports" / "quick" / "report.html").stat().st_size > 100_000
    assert (results["status"] == "ok").all()
    assert not results["is_reduced"].any()


@pytest.mark.usefixtures("undrawn")
def test_run_again_it_has_nothing_to_do(quick, tmp_path):
    # In a copy: other tests look at the report with its figures.
    folder = shutil.copytree(quick[0], tmp_path / "quick")
    ran = call_command("run", "quick", "--threads", "1", cwd=folder)
    assert "All 9 trials are already stored; to run them again: --rerun all" in ran.stdout
    assert f"measured: {quick[1]['finished'].min()[:10]}" in ran.stdout
