"""What a shell is offered, asked as the shells ask."""

import json
import os
import subprocess
import sys

import pytest

from hdr_bench.cli.completion import complete_suite
from hdr_bench.experiments.planning.carried_suites import list_suites


@pytest.fixture
def complete(monkeypatch, command):
    """A function that completes the last word of a command line."""

    def offered(shell, line):
        words = line.split(" ")
        monkeypatch.setenv("_HDR_BENCH_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        ended = command()
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    return offered


def test_commands_suites_and_data_sets_are_completed(complete, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text('title = "Mine"')
    (tmp_path / "broken.toml").write_bytes(b"\xff")
    os.mkfifo(tmp_path / "pipe.toml")
    assert complete("bash", "hdr-bench re").split() == ["read", "report"]
    assert complete("bash", "hdr-bench run qu").split() == ["quick"]
    assert complete("bash", "hdr-bench show mi").split() == ["mine.toml"]
    assert complete("bash", "hdr-bench cite bro").split() == ["broken.toml"]
    assert complete("bash", "hdr-bench run quick --dataset mni").split() == ["mnist-5k", "mnist", "mnist-c:"]
    assert complete("bash", "hdr-bench data fetch dig").split() == ["digits-8x8"]
    assert complete("bash", "hdr-bench run quick --rerun f").split() == ["failed"]
    for shell, begin in (("zsh", "_arguments '*: :(("), ("fish", "")):
        lines = complete(shell, "hdr-bench show ").removeprefix(begin).splitlines()
        assert len(lines) == len(list_suites()) + 3
    for line in ("report rep", "compare a ", "index ", "run quick --out re", "data add x re"):
        # zsh's own completion of paths; the other shells complete paths where nothing is offered.
        assert complete("zsh", f"hdr-bench {line}") == "_files\n"
    assert '"quick":"Nine methods of digit recognition, a first look"' in complete("zsh", "hdr-bench run qu")
    # Nothing of ours: the shell offers files.
    assert complete("bash", "hdr-bench report rep") == "\n"


@pytest.mark.parametrize("asked", ["nonsense", "complete", "complete_tcsh", "source_"])
def test_what_a_shell_cannot_ask_is_an_error(command, monkeypatch, asked):
    monkeypatch.setenv("_HDR_BENCH_COMPLETE", asked)
    ended = command("list")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("hdr-bench: _HDR_BENCH_COMPLETE must be one of complete_bash, complete_zsh, ")
    assert f"got '{asked}'" in ended.stderr


def test_suites_in_other_folders_are_completed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one.toml").write_text("")
    assert complete_suite("below/o") == [("below/one.toml", "")]
    assert complete_suite(f"{tmp_path}/below/") == [(f"{tmp_path}/below/one.toml", "")]
    assert complete_suite("a\0") == []


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_scripts_ask_the_command(command, monkeypatch, shell):
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: shell)
    ended = command("--show-completion")
    assert ended.returncode == 0
    assert f"_HDR_BENCH_COMPLETE=complete_{shell}" in ended.stdout


def test_completing_loads_nothing_that_takes_long():
    script = """
import json, sys
from hdr_bench.cli.completion import complete_dataset, complete_suite
assert complete_suite("qu") and complete_dataset("mn")
print(json.dumps([name for name in ("torch", "sklearn", "pandas", "scipy", "matplotlib") if name in sys.modules]))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []
