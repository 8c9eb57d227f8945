"""Whatever a method says, in a warning or a parameter, fits into a record."""

import warnings

from hdr_bench.experiments.caught import MOST_CHARACTERS, MOST_WARNINGS, caught_warnings
from hdr_bench.experiments.text import LONGEST_VALUE, repr_of, str_of, writable, writable_content


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def test_what_cannot_be_said_is_named():
    assert str_of(UnspeakableError()) == "<UnspeakableError whose text could not be made: RuntimeError>"
    assert repr_of(UnspeakableError()) == "<UnspeakableError whose repr could not be made: RuntimeError>"
    assert len(repr_of("x" * 20_000_000)) < LONGEST_VALUE + 100


def test_content_is_writable_at_every_depth():
    found = writable_content({"a\udcff": ["b\x00", ("c", {"d": "e\udcff"}), 1, None]})
    assert found == {"a\\xff": ["b\\x00", ("c", {"d": "e\\xff"}), 1, None]}
    assert writable("two\nlines\tof text") == "two\nlines\tof text"
    assert str_of(3) == "3"


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
    assert first.startswith("RuntimeWarning: half \\xff")
    assert len(first) < MOST_CHARACTERS + 100
    assert "could not be made" in second
