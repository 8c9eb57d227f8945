"""What is in a run's folder and no run's is named before anything runs, and stays."""

import pytest
from typer.testing import CliRunner

from hdr_bench.cli import app
from hdr_bench.exceptions import StoreError
from hdr_bench.records.run_folder import check_run_folder

SUITE = """
title = "One"
dataset = "digits-8x8"

[[case]]
name = "k-NN"
estimator = "knn"
"""


@pytest.mark.parametrize("content", ["{}", '{"name": "my-app"}', "[1]", "null"])
def test_a_record_of_something_else_is_not_replaced(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(
        StoreError, match=r"run\.json: not the record of a run, so it is not replaced; move it away, or choose"
    ):
        check_run_folder(tmp_path)


@pytest.mark.parametrize("content", ["", "{", '{"suite": 1}', '{"format_version": 9, "trials": []}', "[" * 100_000])
def test_that_of_a_run_is_also_if_it_is_damaged(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    check_run_folder(tmp_path)


@pytest.mark.parametrize("name", ["report.md", "summary.json", "tables/time.csv", "run.json"])
def test_a_run_in_a_folder_of_other_files_ends_before_its_first_trial(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(SUITE)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('{"mine": 1}')
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(
        StoreError, match=rf"{name}: not .* so (it is )?not replaced; move it away, or choose another folder"
    ):
        CliRunner().invoke(app, ["run", "own.toml", "--out", "."], catch_exceptions=False)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
    assert (tmp_path / name).read_text() == '{"mine": 1}'
