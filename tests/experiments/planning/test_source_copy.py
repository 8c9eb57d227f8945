"""A run's folder holds what it was made from, and takes nobody's files for its own."""

from importlib import metadata

import pytest

from hdr_bench import Case, Suite, run_suite
from hdr_bench.experiments.planning.carried_suites import suite_paths
from hdr_bench.experiments.planning.source_copy import FOLDER, PACKAGES, write_source_copy
from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.records.environment import installed_packages

SUITE = """
title = "Own"
dataset = "digits-8x8"
[[case]]
name = "Dummy"
estimator = "sklearn.dummy.DummyClassifier"
"""


@pytest.fixture
def own_suite(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(SUITE)
    return tmp_path


def test_a_run_holds_its_suite_and_the_packages_and_can_be_repeated_from_it(own_suite):
    run = run_suite("own.toml")
    assert sorted(path.name for path in (run / FOLDER).iterdir()) == ["own.toml", PACKAGES]
    assert (run / FOLDER / "own.toml").read_bytes() == (own_suite / "own.toml").read_bytes()
    listed = (run / FOLDER / PACKAGES).read_text().splitlines()
    assert f"numpy=={metadata.version('numpy')}" in listed
    assert listed[1].startswith("# Python ")
    # Nothing runs: what is listed is what the trials ran with.
    (run / FOLDER / PACKAGES).write_text("\n".join([listed[0], "numpy==1.0"]))
    run_suite("own.toml")
    assert (run / FOLDER / PACKAGES).read_text().endswith("numpy==1.0")
    again = run_suite(run / FOLDER / "own.toml", out="again")
    assert (again / FOLDER / "own.toml").read_bytes() == (own_suite / "own.toml").read_bytes()


def test_a_suite_of_the_library_is_copied_and_one_made_in_code_has_no_file(tmp_path):
    write_source_copy(tmp_path, load_suite("quick"), "quick")
    assert (tmp_path / FOLDER / "quick.toml").read_bytes() == suite_paths()["quick"].read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    case = Case(name="Dummy", estimator="sklearn.dummy.DummyClassifier")
    write_source_copy(other, Suite(name="quick", title="In code", dataset="digits-8x8", cases=[case]), "")
    assert [path.name for path in (other / FOLDER).iterdir()] == [PACKAGES]


@pytest.mark.parametrize("name", [PACKAGES, "setup.py"])
def test_a_folder_of_ones_own_stays(own_suite, name):
    (own_suite / FOLDER).mkdir()
    (own_suite / FOLDER / name).write_text("numpy\n")
    write_source_copy(own_suite, load_suite("own.toml"), "own.toml")
    assert [path.name for path in (own_suite / FOLDER).iterdir()] == [name]
    assert (own_suite / FOLDER / name).read_text() == "numpy\n"


def test_packages_are_in_alphabetical_order():
    names = [name.lower() for name in installed_packages()]
    assert "scikit-learn" in names
    assert names == sorted(names)
