"""Reports that no suite has: their parts are timed, and what the same code has made is not made again."""

import json

import pytest

from benchmarks import beside
from benchmarks.beside import BESIDE, REPORTS, Report, make
from hdr_bench.records.environment import read_environment


@pytest.fixture
def counted(tmp_path):
    """A report of two parts, the second of which fails until a file is there; and how often each has run."""
    ran = tmp_path / "ran.txt"
    code = f"import sys, pathlib; pathlib.Path({str(ran)!r}).open('a').write(sys.argv[1] + ' ')"
    second = f"{code}; sys.exit(0 if pathlib.Path({str(tmp_path / 'go')!r}).exists() else 3)"
    return Report("make it", 60, {"one": ("-c", code, "one"), "two": ("-c", second, "two")}), ran


def _at(monkeypatch, code):
    monkeypatch.setattr(beside, "read_environment", lambda: read_environment().model_copy(update={"code": code}))


def test_a_part_that_fails_ends_it_and_what_is_made_is_kept(counted, tmp_path, monkeypatch):
    report, ran = counted
    _at(monkeypatch, "0123456789ab")
    assert make(report, tmp_path / "out") == 3
    assert list(json.loads((tmp_path / "out" / "made.json").read_text())["parts"]) == ["one"]
    (tmp_path / "go").touch()
    assert make(report, tmp_path / "out") == 0
    assert ran.read_text().split() == ["one", "two", "two"]
    made = json.loads((tmp_path / "out" / "made.json").read_text())
    assert list(made["parts"]) == ["one", "two"]
    assert made["code"] == "0123456789ab"


@pytest.mark.parametrize("code", ["ba9876543210", "0123456789ab+", ""])
def test_other_or_unknown_code_makes_every_part_again(counted, tmp_path, monkeypatch, code):
    report, ran = counted
    (tmp_path / "go").touch()
    _at(monkeypatch, code.removesuffix("+") and "0123456789ab")
    make(report, tmp_path / "out")
    _at(monkeypatch, code)
    assert make(report, tmp_path / "out") == 0
    assert ran.read_text().split() == ["one", "two"] * 2


def test_every_script_is_there():
    scripts = [arguments[0] for report in BESIDE.values() for arguments in report.parts.values()]
    assert all((REPORTS.parent / script).is_file() for script in scripts if script != "-m")
