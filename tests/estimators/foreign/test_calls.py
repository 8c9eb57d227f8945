"""Code of others may raise anything and end the program; a user's signals stay what they are."""

import os
import signal

import pytest

from hdr_bench.estimators.foreign.calls import cause_of, foreign_blocks, foreign_code
from hdr_bench.exceptions import EstimatorError


def _refused(error):
    return error if isinstance(error, EstimatorError) else EstimatorError(cause_of(error))


class Odd(BaseException):
    """Neither an `Exception` nor one of Python's own."""


def _raise(error):
    raise error


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: os._exit(3), "SystemExit: 3, which ends the program; remove that call"),
        (lambda: _raise(SystemExit([1])), r"SystemExit: \[1\], which ends the program"),
        (lambda: _raise(KeyboardInterrupt), "KeyboardInterrupt, which ends the program"),
        (lambda: _raise(Odd("no")), "Odd: no, which ends the program"),
        (lambda: _raise(ValueError("no")), "ValueError: no$"),
        (lambda: _raise(EstimatorError("as it was")), "as it was"),
    ],
)
def test_whatever_is_raised_becomes_an_error(call, told):
    before = signal.getsignal(signal.SIGINT), os._exit
    with pytest.raises(EstimatorError, match=told), foreign_code(_refused):
        call()
    with foreign_blocks(), pytest.raises(EstimatorError, match=told), foreign_code(_refused):
        call()
    assert (signal.getsignal(signal.SIGINT), os._exit) == before


def test_what_nobody_refuses_comes_out_as_it_is():
    with pytest.raises(Odd), foreign_blocks():
        raise Odd


def test_an_interruption_is_none_of_the_code():
    with pytest.raises(KeyboardInterrupt), foreign_code(_refused), foreign_code(_refused):
        signal.raise_signal(signal.SIGINT)


def test_a_handler_that_the_code_sets_takes_the_place_of_pythons_alone():
    """A module sets it once, when it is imported; a command has its own, which ends the run on Ctrl-C."""

    def of_the_code(number, frame):
        pass

    def of_the_caller(number, frame):
        pass

    begin = signal.getsignal(signal.SIGINT)
    try:
        for before, after in ((signal.default_int_handler, of_the_code), (of_the_caller, of_the_caller)):
            signal.signal(signal.SIGINT, before)
            with foreign_blocks(), foreign_code(_refused):
                signal.signal(signal.SIGINT, of_the_code)
            assert signal.getsignal(signal.SIGINT) is after
    finally:
        signal.signal(signal.SIGINT, begin)


def test_a_kill_is_none_either():
    """A run takes each of these signals as an interruption."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), foreign_code(_refused):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
