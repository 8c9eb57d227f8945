import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hdr_bench.cli import main

FORMAT_1 = Path(__file__).parents[1] / "experiments" / "format_1"


@dataclass(frozen=True)
class Ended:
    """What a command ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(monkeypatch):
    """A function that calls the command in this process, with streams of an encoding, and returns how it ended."""

    def call(*arguments, encoding="utf-8"):
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["hdr-bench", *map(str, arguments)])
            patch.setattr(sys, "path", [*sys.path])
            for name, stream in zip(("stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            with pytest.raises(SystemExit) as ended:
                main()
        return Ended(int(ended.value.code), *(stream.buffer.getvalue().decode(encoding) for stream in streams))

    return call


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A folder with a run of two methods, whose report is written without figures, which take the longest."""
    monkeypatch.setattr("hdr_bench.reporting.report.plan_figures", lambda _contents: [])
    return shutil.copytree(FORMAT_1, tmp_path / "run")
