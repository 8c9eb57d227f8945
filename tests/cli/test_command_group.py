"""Commands: found by their files, and built when they are called."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hdr_bench.cli import app, commands
from hdr_bench.cli.command_group import CommandFiles
from tests.helpers.command import call_command

FILES = {path.stem.replace("_", "-") for path in Path(commands.__file__).parent.glob("*.py") if path.stem != "__init__"}


def test_each_file_is_a_command_of_its_name():
    assert set(CommandFiles()) == FILES
    listed = CliRunner().invoke(app, ["--help"]).output
    for name in FILES:
        assert f" {name} " in listed
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
        assert CommandFiles()[name].help


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        *([name] for name in sorted(FILES)),
        *(["data", name] for name in ("add", "fetch", "show")),
        ["model", "show"],
    ],
)
def test_the_help_is_in_the_usual_form(arguments):
    text = call_command(*arguments, "--help").stdout
    assert f"Usage: hdr-bench {' '.join([*arguments, '[OPTIONS]'])}" in " ".join(text.split())
    # Neither types in angles nor names in braces: flags have no type, and a name is required as it stands.
    assert not re.search(r"<\w|\{|\.\.\.\.", text)


def test_usage_flags_numbers_and_choices_in_the_help():
    text = call_command("run", "--help").stdout
    assert "Usage: hdr-bench run [OPTIONS] SUITE" in text
    for pattern in (r"--dry-run +List", r"--samples +INTEGER", r"--backend +\[sequential\|local\|dask\]"):
        assert re.search(pattern, text), pattern
    text = call_command("add-predictions", "--help").stdout
    assert "Usage: hdr-bench add-predictions [OPTIONS] RUN [FILE...]" in text


@pytest.fixture
def greet(tmp_path, monkeypatch):
    """A command in a file of its own."""
    (tmp_path / "greet.py").write_text('def greet(name: str):\n    """Say hello."""\n    print("hello", name)\n')
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    yield
    sys.modules.pop("hdr_bench.cli.commands.greet", None)
    vars(commands).pop("greet", None)


@pytest.mark.usefixtures("greet")
def test_a_file_that_is_added_is_a_command():
    assert "Say hello." in CliRunner().invoke(app, ["--help"]).output
    assert CliRunner().invoke(app, ["greet", "you"]).output == "hello you\n"


def test_a_command_that_is_misspelt_has_a_suggestion():
    ended = CliRunner().invoke(app, ["rnu"])
    assert ended.exit_code == 2
    assert "No such command 'rnu'" in ended.output
    assert "'run'" in ended.output


def test_the_list_of_commands_builds_none_of_them():
    script = """
import sys
from hdr_bench.cli import main
sys.argv = ["hdr-bench", "--help"]
try:
    main()
finally:
    print("loaded:", [name for name in ("pydantic", "hdr_bench.records.options") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("loaded: []\n")
