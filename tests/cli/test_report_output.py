"""The exit code and the last lines of a run are about the cases that were asked for."""

import pandas as pd
import pytest

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.report_output import print_failed_trials

RESULTS = pd.DataFrame(
    [("Good", "ok"), ("Bad", "failed"), ("Bad", "timeout"), ("Worse", "missing"), ("New", "newer")],
    columns=["case", "status"],
)
RIGHT, FAILED = ExitCode.RIGHT, ExitCode.TRIALS_FAILED


@pytest.mark.parametrize(
    ("only", "code", "lines"),
    [
        (
            None,
            FAILED,
            [
                "3 of 5 trials failed or have no result; to run them again: --rerun failed",
                "1 of 5 results have a newer format; use the version of hdr-bench that wrote them",
            ],
        ),
        ("good", RIGHT, ["not selected, and not counted: 4 of 4 trials of other cases failed or have no result"]),
        (
            "Bad*",
            FAILED,
            ["2 of 2 trials failed or have no result", "not selected, and not counted: 2 of 3 trials of other cases"],
        ),
        ("New", FAILED, ["1 of 1 results have a newer format", "not selected, and not counted: 3 of 4"]),
    ],
)
def test_only_the_chosen_cases_decide(only, code, lines, capsys):
    assert print_failed_trials(RESULTS, only) is code
    printed = capsys.readouterr().out.splitlines()
    assert [line.startswith(expected) for line, expected in zip(printed, lines, strict=True)] == [True] * len(lines)


def test_nothing_is_said_of_what_is_whole(capsys):
    assert print_failed_trials(RESULTS[:1], None) is RIGHT
    assert print_failed_trials(RESULTS[:0], "Good") is RIGHT
    assert capsys.readouterr().out == ""
