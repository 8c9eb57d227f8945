"""The table of sources: each row can be used, and a new row is all that a new source needs."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType

import pytest

from hdr_bench.cli.commands.list import Listing, entries_of
from hdr_bench.cli.completion import complete_dataset
from hdr_bench.cli.data_listing import describe_datasets
from hdr_bench.datasets import SOURCES, SourceEntry, add_dataset, load_dataset, path_schemes
from hdr_bench.datasets.registry import find_entry, find_reader
from hdr_bench.datasets.source import Source, cut_dataset, key_of
from hdr_bench.exceptions import DatasetError
from tests.helpers.suites import parse_suite

SUITE = {"title": "T", "dataset": "few:DIR", "case": [{"name": "A", "estimator": "knn"}]}


def few_source(place, options):
    return Source(key_of(f"few:{place}", options), lambda: read_few(f"few:{place}", Path(place), options))


def read_few(name, path, options):
    digits = load_dataset("digits-8x8").train
    return cut_dataset(name, digits.images[:400], digits.labels[:400], tuple("abcdefghij"), options)


def is_few(path):
    return path.suffix == ".few"


@pytest.fixture
def few(monkeypatch):
    module = ModuleType("a_source_of_few")
    for function in (few_source, read_few, is_few):
        setattr(module, function.__name__, function)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entry = SourceEntry(
        description="a few digits, called by letters",
        source=f"{module.__name__}:few_source",
        reader=f"{module.__name__}:read_few",
        recognizer=f"{module.__name__}:is_few",
    )
    monkeypatch.setitem(SOURCES, "few:DIR", entry)
    return entry


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_row_names_is_there(name):
    entry = SOURCES[name]
    for path in filter(None, (entry.source, entry.reader, entry.recognizer)):
        assert callable(resolve_name(path))
    assert entry.description
    assert find_entry(name) is entry


def test_names_that_no_row_has():
    assert [find_entry(name) for name in ("own", "folder", "folder:", "few:x", "openml")] == [None] * 5


def test_the_reader_of_what_is_added_is_chosen_by_what_is_there(tmp_path):
    (tmp_path / "own.npz").touch()
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "train-images-idx3-ubyte").touch()
    assert find_reader("own", tmp_path / "own.npz") is SOURCES["npz:FILE"]
    assert find_reader("own", tmp_path / "raw") is SOURCES["idx:DIR"]
    assert find_reader("own", tmp_path / "nothing") is SOURCES["folder:DIR"]
    assert find_reader("mnist", tmp_path / "own.npz") is SOURCES["mnist"]


def test_a_row_is_all_that_a_source_needs(few, data_home, tmp_path):
    assert "few" in path_schemes()
    loaded = load_dataset("few:DIR", test_size=0.25)
    assert (loaded.name, len(loaded.train), len(loaded.test)) == ("few:DIR", 300, 100)
    with pytest.raises(DatasetError, match="resize is only for pictures in files, and does not apply to few:DIR"):
        load_dataset("few:DIR", resize=(8, 8))
    assert parse_suite(SUITE, "own", "own.toml").dataset.name == "few:DIR"
    assert entries_of(Listing.datasets)["few:DIR"] == few.description
    assert ("few:", few.description) in complete_dataset("fe")
    assert any("few:DIR" in line for line in describe_datasets())
    (tmp_path / "own.few").touch()
    assert add_dataset("own", tmp_path / "own.few").class_names == tuple("abcdefghij")


@pytest.mark.parametrize("name", ["mnist", "mnist-5k"])
def test_what_has_a_test_part_is_not_cut_when_it_is_added_or_loaded(name, tmp_path):
    with pytest.raises(DatasetError, match=f"{name} has its own test part|{name!r} is one of the library's own"):
        add_dataset(name, tmp_path, test_size=0.3)
