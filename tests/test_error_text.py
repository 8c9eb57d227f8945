"""What an exception says, whatever its class does when it is asked."""

import errno
import zipfile

import pytest

from hdr_bench.error_text import LONGEST_TEXT, describe_error, error_line, error_text
from hdr_bench.files import describe_file_error


class HostileError(Exception):
    """One that raises, when it is asked for its text, what it was made with."""

    def __str__(self):
        raise self.args[0]


class ForeignText(str):
    """A text that is more than a text."""

    def split(self, *_):
        raise RuntimeError("no split")


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, GeneratorExit, RecursionError])
def test_what_a_text_raises_is_named_in_its_place(raised):
    line = f"(its text cannot be read: {raised.__name__})"
    error = HostileError(raised)
    assert (error_text(error), error_line(error)) == (line, line)
    assert describe_error(error) == f"HostileError: {line}"
    assert describe_file_error(error) == line


def test_a_text_stays_as_it_is_and_a_line_is_one():
    error = ValueError("two\n  lines\x1b[31m, and \udcff")
    assert error_text(error) == "two\n  lines\x1b[31m, and \udcff"
    assert error_line(error) == "two lines\\x1b[31m, and \\xff"
    assert describe_error(error) == "ValueError: two lines\\x1b[31m, and \\xff"


def test_an_error_without_a_text_is_its_class():
    assert (error_line(ValueError()), describe_error(ValueError()), describe_error(ValueError("\n"))) == (
        "",
        "ValueError",
        "ValueError",
    )


def test_a_text_of_a_foreign_class_is_a_text():
    assert describe_error(ValueError(ForeignText("a word"))) == "ValueError: a word"


def test_of_a_long_text_the_beginning_and_the_end_stay():
    error = ValueError("first " + "x" * 10**6 + " last")
    for line in (error_line(error), describe_error(error), describe_error(error, 80)):
        assert "first" in line
        assert line.endswith(" last")
        assert "characters left out" in line
    assert len(describe_error(error)) < LONGEST_TEXT + 100
    assert len(describe_error(error, 80)) < 180


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "No space left on device"),
        (OSError("a text\nalone"), "a text alone"),
        (zipfile.BadZipFile("File is not a zip file"), "not a zip archive, or its end is missing"),
        (EOFError(), "EOFError"),
    ],
)
def test_the_reason_why_a_file_cannot_be_read(error, reason):
    assert describe_file_error(error) == reason
