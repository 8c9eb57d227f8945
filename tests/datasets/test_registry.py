"""The table of sources: each row can be used, and a new row is all that a new source needs."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType

import numpy as np
import pytest

from hdr_bench.cli.completing import complete_dataset
from hdr_bench.cli.data_listing import describe_datasets
from hdr_bench.cli.list import Listing, listed
from hdr_bench.datasets import SOURCES, SourceEntry, add_dataset, load_dataset, path_schemes
from hdr_bench.datasets.registry import find_entry, find_reader
from hdr_bench.datasets.source import Source, cut_dataset, key_of
from hdr_bench.exceptions import DatasetError
from hdr_bench.experiments.planning.suite_file import parse_suite

SUITE = {"title": "T", "dataset": "stripes:DIR", "case": [{"name": "A", "estimator": "knn"}]}


def stripes_source(place, options):
    return Source(key_of(f"stripes:{place}", options), lambda: read_stripes(f"stripes:{place}", Path(place), options))


def read_stripes(name, path, options):
    images = np.zeros((40, 4, 4), np.uint8)
    images[::2, :, ::2] = 255
    images[1::2, ::2] = 255
    return cut_dataset(name, images, np.arange(40) % 2, ("upright", "flat"), options)


def is_stripes(path):
    return path.suffix == ".stripes"


@pytest.fixture
def stripes(monkeypatch):
    module = ModuleType("a_source_of_stripes")
    for function in (stripes_source, read_stripes, is_stripes):
        setattr(module, function.__name__, function)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entry = SourceEntry(
        description="stripes, upright and flat",
        source=f"{module.__name__}:stripes_source",
        reader=f"{module.__name__}:read_stripes",
        recognizer=f"{module.__name__}:is_stripes",
    )
    monkeypatch.setitem(SOURCES, "stripes:DIR", entry)
    return entry


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_row_names_is_there(name):
    entry = SOURCES[name]
    for path in filter(None, (entry.source, entry.reader, entry.recognizer)):
        assert callable(resolve_name(path))
    assert entry.description
    assert find_entry(name) is entry


def test_names_that_no_row_has():
    assert [find_entry(name) for name in ("own", "folder", "folder:", "stripes:x", "openml")] == [None] * 5


def test_the_reader_of_what_is_added_is_chosen_by_what_is_there(tmp_path):
    (tmp_path / "own.npz").touch()
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "train-images-idx3-ubyte").touch()
    assert find_reader("own", tmp_path / "own.npz") is SOURCES["npz:FILE"]
    assert find_reader("own", tmp_path / "raw") is SOURCES["idx:DIR"]
    assert find_reader("own", tmp_path / "nothing") is SOURCES["folder:DIR"]
    assert find_reader("mnist", tmp_path / "own.npz") is SOURCES["mnist"]


def test_a_row_is_all_that_a_source_needs(stripes, data_home, tmp_path):
    assert "stripes" in path_schemes()
    loaded = load_dataset("stripes:DIR", test_size=0.25)
    assert (loaded.name, len(loaded.train), len(loaded.test)) == ("stripes:DIR", 30, 10)
    with pytest.raises(DatasetError, match="resize is for folders of pictures; stripes:DIR is taken as it is"):
        load_dataset("stripes:DIR", resize=(8, 8))
    assert parse_suite(SUITE, "own", "own.toml").dataset.name == "stripes:DIR"
    assert listed(Listing.datasets)["stripes:DIR"] == stripes.description
    assert ("stripes:", stripes.description) in complete_dataset("str")
    assert any("stripes:DIR" in line for line in describe_datasets())
    (tmp_path / "own.stripes").touch()
    assert add_dataset("own", tmp_path / "own.stripes").class_names == ("upright", "flat")


@pytest.mark.parametrize("name", ["mnist", "mnist-5k"])
def test_what_has_a_test_part_is_not_cut_when_it_is_added_or_loaded(name, tmp_path):
    with pytest.raises(DatasetError, match=f"{name} comes with its own test part|{name!r} is the library's own"):
        add_dataset(name, tmp_path, test_size=0.3)
