"""Options of a run: declared once, and the same in Python, on the command line, and in a report's command."""

import inspect
import shlex
from typing import Annotated

import pytest

from hdr_bench import run_suite
from hdr_bench.cli.command_group import CommandFiles
from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.records import options as module
from hdr_bench.records.option_description import Option, flag_of, option_of, with_options
from hdr_bench.records.options import RunOptions, Settings, run_command

CHOSEN = {
    "dataset": "openml:Fashion-MNIST",
    "samples": 500,
    "repeats": 3,
    "seed": 7,
    "threads": 2,
    "time_limit": 5400.0,
    "memory_limit": 8 * 10**9,
    "full": True,
}


def _parse(words):
    """Return what the command line makes of the words after ``hdr-bench run``."""
    context = CommandFiles()["run"].make_context("run", list(words))
    return {name: value for name, value in context.params.items() if name in RunOptions.model_fields}


@pytest.mark.parametrize("chosen", [{}, CHOSEN, *({name: value} for name, value in CHOSEN.items())])
def test_a_reports_command_asks_for_the_same_settings_again(chosen):
    settings = RunOptions(**{"threads": 1, **chosen}).settings
    hdr_bench, run, *words = shlex.split(run_command("my suite.toml", settings))
    assert (hdr_bench, run, words[0]) == ("hdr-bench", "run", "my suite.toml")
    assert RunOptions(**_parse(words)).settings == settings


def test_every_option_of_the_command_line_is_one_of_python_with_its_default():
    parsed = _parse(["quick"])
    assert list(parsed) == list(RunOptions.model_fields)
    assert RunOptions(**parsed) == RunOptions()
    signature = inspect.signature(run_suite).parameters
    assert set(RunOptions.model_fields) <= set(signature)
    for name, field in RunOptions.model_fields.items():
        assert signature[name].default == field.default
        for documentation in (run_suite.__doc__, RunOptions.__doc__):
            assert f"\n{name} : " in documentation
            assert option_of(field).help in documentation


def test_the_sections_of_the_documentation_are_whole():
    heads = [line for line in run_suite.__doc__.splitlines() if line in {"Parameters", "Other Parameters", "Returns"}]
    assert heads == ["Parameters", "Other Parameters", "Returns"]


def test_an_option_that_is_added_is_there_everywhere(monkeypatch):
    class WithFlavour(RunOptions):
        flavour: Annotated[str, Option("The flavour of the digits.", "str", choices=("sweet", "sour"))] = "sweet"

    monkeypatch.setattr(module, "RunOptions", WithFlavour)
    context = CommandFiles()["run"].make_context("run", ["quick", flag_of("flavour"), "sour"])
    assert context.params["flavour"] == "sour"

    @with_options(WithFlavour)
    def run(suite, **options):
        """Run.

        Returns
        -------
        folder : Path
        """

    assert "\nflavour : {'sweet', 'sour'}, default='sweet'\n    The flavour of the digits.\n" in run.__doc__
    assert inspect.signature(run).parameters["flavour"].default == "sweet"


def test_settings_of_before_an_option_was_added_have_its_default():
    assert Settings.model_validate({"threads": 3}) == Settings(threads=3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"samples": 1}, SuiteError, "samples: must be at least 2, got 1"),
        ({"jobs": 0, "seed": -1}, SuiteError, "seed: must be at least 0, got -1; jobs: must be at least 1, got 0"),
        ({"rerun": "al"}, SuiteError, "rerun: unknown value 'al'. Did you mean 'all'"),
        ({"out": 3}, SuiteError, "out: 3 is not valid here"),
        ({"sample": 3}, UnknownNameError, "unknown option of a run 'sample'. Did you mean 'samples'"),
    ],
)
def test_what_is_not_possible_is_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        RunOptions(**options)
    with pytest.raises(error, match=message):
        run_suite("quick", **options)


def test_options_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        RunOptions().samples = 5
