import shutil
from pathlib import Path

import pytest

from tests.helpers.command import call_command

FORMAT_1 = Path(__file__).parents[1] / "records" / "format_1"


@pytest.fixture
def command():
    """The command, called in this process."""
    return call_command


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A folder with a run of two methods, whose report is written without figures, which take the longest."""
    monkeypatch.setattr("hdr_bench.reporting.report.plan_figures", lambda *_: [])
    return shutil.copytree(FORMAT_1, tmp_path / "run")
