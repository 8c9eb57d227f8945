"""Every command prints to whatever there is: other encodings, full disks, closed streams, readers that leave."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hdr_bench.cli import main
from hdr_bench.cli.streams import prepare_streams, say

NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
ENCODINGS = ["ascii", "latin-1", "cp1252", "cp437"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_in_any_encoding(command, run, encoding):
    # The fixture's streams refuse what they have no letter for, and are decoded as what they are.
    commands = [["--help"], ["run", "--help"], ["list"], ["show", "32C3-MP2-10N"], ["show", "quick"], ["cite", "quick"]]
    for arguments in (*commands, ["compare", run, run]):
        ended = command(*arguments, encoding=encoding)
        assert ended.returncode == 0, ended
        assert ended.stdout
    for arguments in (["show", "n\u00f6 \u2013 \u4e2d"], ["run", "\u0142.toml"], ["\u2013"], ["report", "\U0001f642"]):
        ended = command(*arguments, encoding=encoding)
        assert ended.returncode == 2
        assert ended.stderr


@pytest.mark.parametrize("columns", ["0", "1", "-80", "", "wide", "\u00b2", "9" * 5000])
def test_a_width_that_no_terminal_has_is_not_heeded(command, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    ended = command("run", "quick", "--seed", "1e9")
    assert ended.returncode == 2
    assert "--seed" in ended.stderr


def test_what_an_encoding_lacks_has_a_stand_in(command, run):
    table = command("compare", run, run, encoding="ascii").stdout
    assert "before -> after" in table
    assert "?" not in table
    assert ["95 %", "interval"][0] in command("report", run, encoding="ascii").stdout
    unknown = command("report", "Łódź – naïve → “x” 中 \udcff", encoding="ascii").stderr
    assert unknown.startswith('hdr-bench: ?odz - naive -> "x" ? \\xff: there is no such folder')
    assert "\u250c" not in command("show", "8C3", encoding="cp437").stdout


def _ended(*arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["hdr-bench", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code)


@pytest.fixture
def streams(monkeypatch):
    """A function that puts files in the place of standard output and standard error."""
    opened = []

    def replace(**paths):
        for name, path in paths.items():
            opened.append(os.fdopen(os.open(path, os.O_WRONLY) if isinstance(path, str) else path, "w"))
            monkeypatch.setattr(sys, name, opened[-1])

    yield replace
    monkeypatch.undo()
    for stream in opened:
        stream.close()


@NEEDS_FULL
def test_output_that_nothing_has_room_for_is_an_error(streams, tmp_path):
    said = tmp_path / "said"
    said.touch()
    for arguments in (["list", "suites"], ["show", "8C3-MP2-10N"], ["--help"], ["--version"]):
        streams(stdout="/dev/full", stderr=str(said))
        assert _ended(*arguments) == 2
        assert said.read_text() == "hdr-bench: cannot write the output: No space left on device\n"
        said.write_text("")


@NEEDS_FULL
def test_messages_that_nothing_has_room_for_end_nothing(streams, tmp_path):
    (tmp_path / "out").touch()
    streams(stdout=str(tmp_path / "out"), stderr="/dev/full")
    assert _ended("report", "nowhere") == 2
    assert _ended("--samples") == 2
    assert _ended("list", "suites") == 0
    assert "quick" in (tmp_path / "out").read_text()


def test_a_reader_that_leaves_ends_a_command_in_silence(streams, tmp_path):
    said = tmp_path / "said"
    said.touch()
    for arguments in (["list"], ["show", "8C3-MP2-10N"], ["--help"]):
        reading, writing = os.pipe()
        os.close(reading)
        streams(stdout=writing, stderr=str(said))
        assert _ended(*arguments) == 141
    assert said.read_text() == ""


def test_closed_streams_lead_nowhere(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    prepare_streams()
    say("to nobody")
    say("to nobody", is_error=True)
    assert sys.stdin.read() == ""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        assert os.get_inheritable(stream.fileno())
        stream.close()


@NEEDS_FULL
def test_real_processes_with_closed_full_and_ascii_streams(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C", "PYTHONUNBUFFERED": ""}
    script = (
        f"{sys.executable} -m hdr_bench list suites >&- 2>&- <&-; echo $?;"
        f"{sys.executable} -m hdr_bench list suites >/dev/full; echo $?;"
        f"{sys.executable} -m hdr_bench list datasets"
    )
    ran = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ran.returncode == 0
    assert ran.stdout.decode("ascii").startswith("0\n2\ndatasets:\n")
    assert b"folder:DIR" in ran.stdout
    assert ran.stderr.decode("ascii") == "hdr-bench: cannot write the output: No space left on device\n"
