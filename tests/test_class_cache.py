"""What is looked up by class: once for each, and never one class's for another's."""

from abc import ABC
from collections.abc import Mapping

from hdr_bench.class_cache import cache_by_class, is_instance


class Unhashable(type):
    __hash__ = None

    def __eq__(cls, other):
        return cls is other


class AllAlike(type):
    def __hash__(cls):
        return 1

    def __eq__(cls, other):
        return True


class One(metaclass=Unhashable):
    pass


class Odd(dict, metaclass=Unhashable):
    pass


class Left(metaclass=AllAlike):
    pass


class Right(metaclass=AllAlike):
    pass


def test_each_class_has_its_own_value_and_is_looked_at_once():
    asked = []

    @cache_by_class
    def name_of(cls):
        asked.append(cls)
        return cls.__name__

    assert [name_of(cls) for cls in (int, ABC, int, ABC)] == ["int", "ABC", "int", "ABC"]
    assert len(asked) == 2
    assert [name_of(cls) for cls in (One, Left, Right, One)] == ["One", "Left", "Right", "One"]


def test_objects_of_classes_that_cannot_be_hashed_are_told_apart():
    assert is_instance({}, Mapping)
    assert not is_instance(One(), Mapping)
    assert not is_instance(One(), (int, Mapping))
    assert is_instance(Odd(), (dict, Mapping))
