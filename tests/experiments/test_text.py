"""Whatever a method says, in an error, a warning or a parameter, fits into a record."""

import signal
import warnings

import pytest

from hdr_bench.experiments.caught import MOST_CHARACTERS, MOST_WARNINGS, caught_warnings
from hdr_bench.experiments.limits import is_out_of_memory
from hdr_bench.experiments.text import (
    MOST_IN_A_LINE,
    MOST_IN_A_TRACEBACK,
    describe_error,
    repr_of,
    text_of,
    traceback_of,
    writable,
    writable_content,
)


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class NoTextError(Exception):
    def __str__(self):
        return 3  # noqa: PLE0307


class LongError(Exception):
    def __str__(self):
        return "x" * 20_000_000


def _raised(error, cause=None):
    try:
        raise error from cause
    except Exception as caught:  # noqa: BLE001
        return caught


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("not\ntoday"), "ValueError: not today"),
        (ValueError("cannot read \udcff.png"), r"ValueError: cannot read \udcff.png"),
        (ValueError("\x1b[31mred\x00"), r"ValueError: \x1b[31mred\x00"),
        (ValueError(), "ValueError"),
        (UnspeakableError(), "UnspeakableError: <UnspeakableError whose text could not be made: RuntimeError>"),
        (NoTextError(), "NoTextError: <NoTextError whose text could not be made: TypeError>"),
    ],
)
def test_an_error_is_one_line_that_can_be_written(error, said):
    assert describe_error(error) == said
    traceback_of(_raised(error)).encode()
    assert repr_of(error).encode()


def test_an_error_of_20_megabytes_is_cut():
    error = _raised(LongError())
    assert len(describe_error(error)) < MOST_IN_A_LINE + 100
    assert "characters left out" in describe_error(error)
    trace = traceback_of(error)
    assert len(trace) < MOST_IN_A_TRACEBACK + 100
    assert trace.startswith("Traceback")


@pytest.mark.timeout(60, method="thread" if not hasattr(signal, "SIGALRM") else "signal")
def test_a_circle_of_causes_ends():
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert not is_out_of_memory(one)
    one.__cause__ = one
    assert not is_out_of_memory(one)
    assert traceback_of(one)
    last = MemoryError()
    other.__context__, one.__cause__ = last, None
    assert is_out_of_memory(one)
    assert not is_out_of_memory(UnspeakableError())


def test_content_is_writable_at_every_depth():
    found = writable_content({"a\udcff": ["b\x00", ("c", {"d": "e\udcff"}), 1, None]})
    assert found == {"a\\udcff": ["b\\x00", ("c", {"d": "e\\udcff"}), 1, None]}
    assert writable("two\nlines\tof text") == "two\nlines\tof text"
    assert text_of(3) == "3"


def test_warnings_are_noted_once_cut_and_bounded():
    with caught_warnings() as caught:
        for number in range(5000):
            warnings.warn(f"number {number // 2}", stacklevel=1)
        warnings.warn("x" * 10**6, stacklevel=1)
    assert len(caught.texts) == MOST_WARNINGS + 1
    assert caught.texts[:2] == ("UserWarning: number 0", "UserWarning: number 1")
    assert caught.texts[-1].endswith(" more warnings were raised; the first 50 are stored")
    with caught_warnings() as caught:
        warnings.warn("half \udcff" + "x" * 10**6, RuntimeWarning, stacklevel=1)
        caught.note(UnspeakableError(), UserWarning, "a.py", 1)
    first, second = caught.texts
    assert first.startswith("RuntimeWarning: half \\udcff")
    assert len(first) < MOST_CHARACTERS + 100
    assert "could not be made" in second
