"""Whatever a method says, in a warning or a parameter, fits into a record."""

import warnings

import pytest

from hdr_bench.exceptions import shown
from hdr_bench.experiments.measuring.attributes import engine_of
from hdr_bench.names import shorten, visible_prose
from hdr_bench.records.failures import MOST_CHARACTERS, MOST_WARNINGS, log_warnings
from hdr_bench.records.fingerprints import class_path
from hdr_bench.records.text import LONGEST_VALUE, repr_of, str_of, writable_content


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def test_what_cannot_be_said_is_named():
    assert str_of(UnspeakableError()) == "<UnspeakableError whose text could not be made: RuntimeError>"
    assert repr_of(UnspeakableError()) == "<UnspeakableError whose repr could not be made: RuntimeError>"
    assert len(repr_of("x" * 20_000_000)) < LONGEST_VALUE + 100


class Nameless(type):
    def __getattribute__(cls, name):
        if name in {"__name__", "__qualname__", "__module__"}:
            raise RuntimeError(name)
        return super().__getattribute__(name)


def test_a_class_has_a_name_whatever_its_metaclass_says():
    class NamelessError(Exception, metaclass=Nameless):
        pass

    class NamelessWarning(UserWarning, metaclass=Nameless):
        def __str__(self):
            raise NamelessError

    silent = NamelessWarning()
    assert str_of(silent) == "<NamelessWarning whose text could not be made: NamelessError>"
    assert shown(silent) == "a NamelessWarning"
    assert class_path(NamelessWarning).endswith("<locals>.NamelessWarning")
    assert engine_of(silent) == __name__.partition(".")[0]
    with log_warnings() as caught:
        warnings.warn("a word", NamelessWarning, stacklevel=1)
    assert caught.texts == ("NamelessWarning: <NamelessWarning whose text could not be made: NamelessError>",)
    with log_warnings() as outer:
        with warnings.catch_warnings(record=True) as inner:
            warnings.warn("inside", RuntimeWarning, stacklevel=1)
        warnings.warn("outside", RuntimeWarning, stacklevel=1)
    assert [(each.category, str(each.message)) for each in inner] == [(RuntimeWarning, "inside")]
    assert outer.texts == ("RuntimeWarning: outside",)


@pytest.mark.parametrize("character", ["a", "\udcff", "\x00", "\U0001f600", "\n"])
@pytest.mark.parametrize("length", [9, 10, 11, 300, 10_000])
def test_the_bound_is_one_of_what_is_written(character, length):
    found = shorten(character * length, 300)
    beginning, _, rest = found.partition(" [")
    assert len(found) <= 300 + len(" [10,000 characters left out] ")
    assert visible_prose(found) == found
    if not rest:
        assert found == visible_prose(character * length)
        return
    count, _, end = rest.partition(" characters left out] ")
    # Each escape is whole.
    n_kept = length - int(count.replace(",", ""))
    assert beginning + end == visible_prose(character * n_kept)
    assert n_kept > 0


def test_content_is_writable_at_every_depth():
    found = writable_content({"a\udcff": ["b\x00", ("c", {"d": "e\udcff"}), 1, None]})
    assert found == {"a\\xff": ["b\\x00", ("c", {"d": "e\\xff"}), 1, None]}
    assert visible_prose("two\nlines\tof text") == "two\nlines\tof text"
    assert str_of(3) == "3"


def test_warnings_are_noted_once_cut_and_bounded():
    with log_warnings() as caught:
        for number in range(5000):
            warnings.warn(f"number {number // 2}", stacklevel=1)
        warnings.warn("x" * 10**6, stacklevel=1)
    assert len(caught.texts) == MOST_WARNINGS + 1
    assert caught.texts[:2] == ("UserWarning: number 0", "UserWarning: number 1")
    assert caught.texts[-1].endswith(" more warnings were raised; the first 50 are stored")
    with log_warnings() as caught:
        warnings.warn("half \udcff" + "x" * 10**6, RuntimeWarning, stacklevel=1)
        caught.note(UnspeakableError(), UserWarning, "a.py", 1)
    first, second = caught.texts
    assert first.startswith("RuntimeWarning: half \\xff")
    assert len(first) < MOST_CHARACTERS + 100
    assert "could not be made" in second
