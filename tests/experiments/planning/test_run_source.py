"""A run's folder belongs to one suite's file: another of its name does not replace its report."""

import re
import shutil

import pytest

from hdr_bench import load_results, run_suite
from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.planning.run_source import SOURCE, check_source, write_source
from tests.helpers.command import call_command

SUITE = """
title = "{title}"
dataset = "digits-8x8"

[[case]]
name = "{title}"
estimator = "sklearn.dummy.DummyClassifier"
"""


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """Two suites of one name; the working folder is that of the first."""
    for folder, title in (("s1", "One"), ("s2", "Two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.toml").write_text(SUITE.format(title=title))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _as_if_run(folder, suite_file):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text('{"suite": {}, "trials": []}')
    write_source(folder, suite_file)


def _refusal(words):
    return pytest.raises(
        StoreError,
        match=f"^{re.escape(words)}; give this suite its own folder with --out DIR, or another name$",
    )


def test_a_suite_of_the_same_name_is_refused_before_anything_runs_and_an_edited_one_is_not(suites):
    run_suite("s1/same.toml")
    run = suites / "reports" / "same"
    assert (run / SOURCE).read_text() == "../../s1/same.toml\n"
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    for extra in ([], ["--dry-run"], ["--estimate"]):
        ended = call_command("run", "s2/same.toml", *extra)
        assert ended.returncode == 2
        assert "reports/same is the run of s1/same.toml; give this suite its own folder with --out" in ended.stderr
    with _refusal("reports/same is the run of s1/same.toml"):
        run_suite("s2/same.toml")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    (suites / "s1" / "same.toml").write_text(SUITE.format(title="Edited"))
    assert list(load_results(run_suite("s1/same.toml"))["case"]) == ["Edited"]


def test_another_ending_is_another_file(suites):
    other = suites / "s1" / "same.txt"
    shutil.copy(suites / "s1" / "same.toml", other)
    _as_if_run(suites / "reports" / "same", suites / "s1" / "same.toml")
    with _refusal("reports/same is the run of s1/same.toml"):
        run_suite(other)


@pytest.mark.parametrize("suite_file", [None, "s2/same.toml"])
def test_the_librarys_own_suite_does_not_replace_it_either(suites, suite_file):
    run = suites / "run"
    _as_if_run(run, suites / "s1" / "same.toml")
    with pytest.raises(StoreError, match=r"run is the run of s1/same\.toml; give"):
        check_source(run, suite_file and suites / suite_file)


def test_a_file_is_the_same_by_another_path(suites):
    run = suites / "run"
    _as_if_run(run, suites / "s1" / "same.toml")
    (suites / "linked").symlink_to(suites / "s1")
    check_source(run, suites / "linked" / "same.toml")
    check_source(run, suites / "s2" / ".." / "s1" / "same.toml")


def test_both_may_be_moved_together_and_a_linked_folder_of_reports_counts_as_where_it_leads(suites):
    (suites / "far" / "away").mkdir(parents=True)
    (suites / "reports").symlink_to(suites / "far" / "away")
    run = suites / "reports" / "same"
    _as_if_run(run, suites / "s1" / "same.toml")
    with _refusal("reports/same is the run of s1/same.toml"):
        check_source(run.relative_to(suites), suites / "s2" / "same.toml")


@pytest.mark.parametrize("content", [b"", b"\n", b"\0\n", b"nowhere\n", b"../s1\n", b"a" * 5000, b"\xff\xfe"])
def test_what_leads_to_no_file_stops_no_run(suites, content):
    run = suites / "run"
    _as_if_run(run, None)
    assert not (run / SOURCE).exists()
    (run / SOURCE).write_bytes(content)
    check_source(run, suites / "s2" / "same.toml")
    write_source(run, suites / "s2" / "same.toml")
    assert (run / SOURCE).read_bytes() == b"../s2/same.toml\n"


def test_of_a_suite_that_is_gone_or_a_run_that_is_gone_the_folder_is_free(suites):
    run = suites / "run"
    _as_if_run(run, suites / "s1" / "same.toml")
    (suites / "s1" / "same.toml").rename(suites / "s1" / "moved.toml")
    check_source(run, suites / "s1" / "moved.toml")
    _as_if_run(run, suites / "s1" / "moved.toml")
    (run / "run.json").unlink()
    check_source(run, suites / "s2" / "same.toml")


def test_a_folder_in_its_place_is_named(suites):
    (suites / "run" / SOURCE).mkdir(parents=True)
    with pytest.raises(StoreError, match=r"\.suite-file is a folder, but must be a file; move it away"):
        check_source(suites / "run", None)
