"""Whatever a method raises, a result can hold what it says."""

import pytest

from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.records.failures import describe_failure, describe_traceback


class RefusesError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class InterruptsError(Exception):
    def __str__(self):
        raise KeyboardInterrupt


class NumberError(Exception):
    def __str__(self):
        return 3  # noqa: PLE0307  # what it should not do


class Nameless(type):
    __name__ = property(lambda _: 1 / 0)


class UnnamedError(Exception, metaclass=Nameless):
    pass


class Subtle(str):
    def __format__(self, how):
        raise RuntimeError

    def encode(self, *how):
        raise RuntimeError


def _raised(error):
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("not today"), "ValueError: not today"),
        (ValueError("two\nlines"), "ValueError: two lines"),
        (KeyError(), "KeyError"),
        (SystemExit("enough"), "SystemExit: enough (the method exited its process with sys.exit)"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (RefusesError(), "RefusesError: (its text cannot be read: RuntimeError)"),
        (InterruptsError(), "InterruptsError: (its text cannot be read: KeyboardInterrupt)"),
        (NumberError(), "NumberError: (its text cannot be read: TypeError)"),
        (UnnamedError("x"), "UnnamedError: x"),
        (ValueError(Subtle("a word")), "ValueError: a word"),
        (ValueError("cannot read \udcff.png"), "ValueError: cannot read \\xff.png"),
    ],
)
def test_its_text_is_one_line(error, line):
    assert describe_failure(error) == line
    assert "test_failures.py" in describe_traceback(_raised(error))
    assert not is_out_of_memory(error)


def test_a_long_text_is_cut_and_says_so():
    error = _raised(ValueError("a" * 20_000_000))
    assert describe_failure(error).startswith("ValueError: aaaa")
    assert "[19,998,012 characters left out]" in describe_failure(error)
    assert len(describe_failure(error)) < 3_000
    assert len(describe_traceback(error)) < 30_000


def test_the_bounds_hold_for_what_must_be_escaped():
    error = _raised(ValueError("\udcff" * 50_000))
    assert len(describe_failure(error)) < 3_000
    assert len(describe_traceback(error)) < 21_000
    assert "\udcff" not in describe_traceback(error)


def test_contexts_in_a_circle_end():
    one, other = _raised(ValueError("one")), _raised(KeyError("other"))
    one.__context__, other.__context__ = other, one
    assert "one" in describe_traceback(one)
    assert not is_out_of_memory(one)
    other.__cause__ = MemoryError()
    assert is_out_of_memory(one)


def test_chains_and_groups_without_end_are_cut():
    error = ValueError("innermost")
    for depth in range(5_000):
        outer = ValueError(depth)
        outer.__context__, error = error, outer
    assert "4999" in describe_traceback(error)
    for _ in range(5_000):
        error = ExceptionGroup("group", [error])
    assert "group" in describe_traceback(error)


class FalseError(Exception):
    """One that nobody may ask for its truth, with attributes that are not Python's."""

    __suppress_context__ = property(lambda _: 1 / 0)

    def __bool__(self):
        raise RuntimeError("neither")


def test_the_chain_is_that_which_python_shows():
    assert is_out_of_memory(_chained(cause=FalseError(), within=MemoryError())) is False
    memory = MemoryError()
    odd = FalseError()
    odd.__context__ = memory
    assert is_out_of_memory(_chained(cause=odd))
    assert is_out_of_memory(_chained(within=memory))
    assert not is_out_of_memory(_chained(cause=None, within=memory))


def _chained(within=None, **cause):
    """Return an error that was raised while another was handled, from a cause if one is given."""
    error = ValueError("x")
    error.__context__ = within
    if cause:
        error.__cause__ = cause["cause"]
    return error
