"""A grid is a table or a list of tables; what is neither is refused with the number of the grid."""

import re

import numpy as np
import pytest

from hdr_bench import Case
from hdr_bench.exceptions import SuiteError
from hdr_bench.records.grid import count_combinations, tables_of, values_around
from hdr_bench.records.result import Result
from hdr_bench.records.store_format import parse
from hdr_bench.records.trial import Search
from tests.helpers.search_fits import measured_fit

TWO = [{"C": [1, 10], "kernel": ["linear"]}, {"C": [10], "gamma": [0.1, 0.2]}]


def _case(grid):
    return Case(name="A", estimator="svm", grid=grid)


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ([], "grid: a list of grids must have at least one table, got an empty list"),
        ([{"C": [1]}, {}], "grid 2: must have at least one parameter, got an empty table; leave it out"),
        ([{"C": [1]}, 3], "grid 2: must be a table, got 3"),
        (["C"], "grid 1: must be a table, got 'C'"),
        ([[{"C": [1]}]], "grid 1: must be a table, got [{'C': [1]}]"),
        (3, "grid: must be a table or a list of tables, got 3"),
        ([{"C": [1]}, {"C": 1}], "grid 2, C: must be a list, got 1"),
        ([{"C": [1]}, {"C": []}], "grid 2: C must have at least one value, got an empty list"),
        ([{"C": [1]}, {"C": [2, 2]}], "grid 2: C has 2 more than once; give each value once"),
        ([{"C": [1]}, {"C": [object()]}], "grid 2: grid['C'][0] is a object; it must be a number"),
    ],
)
def test_what_is_no_grid_is_refused_with_its_place(grid, told):
    with pytest.raises(SuiteError, match=re.escape(f"Case 'A': {told}")):
        _case(grid)


def test_grids_made_in_python_are_as_they_would_be_read_from_a_file():
    assert _case(({"C": np.array([1, 10])}, {"C": range(2)})).grid == [{"C": [1, 10]}, {"C": [0, 1]}]
    assert Case.model_validate_json(_case(TWO).model_dump_json()).grid == TWO
    assert _case({"C": [1]}).model_dump()["grid"] == {"C": [1]}


def test_the_keys_of_a_search_in_one_grid_are_those_of_stored_results(trial):
    search = Search(grid={"n_neighbors": [1, 30], "p": [1.5]}, folds=3, strategy="grid", candidates=2)
    fields = {"case": "k-NN", "params": {"weights": "distance"}, "fingerprint": "ab", "versions": {"numpy": "2"}}
    asked = trial(protocol="grid-search", seed=3, time_limit=10.0, search=search, **fields)
    # As they were before a grid could be a list.
    assert asked.keys() == ("k-nn-3-a9f25ebc86ca", "k-nn-3-b6b1ddf57e92")
    listed = search.model_copy(update={"grid": [search.grid, {"p": [1]}]})
    assert asked.model_copy(update={"search": listed}).key != asked.key


def test_results_of_several_grids_need_the_present_format_and_others_do_not(searching, tmp_path):
    for grid, needed in (({"C": [1]}, 4), (TWO, 6)):
        result = measured_fit(searching(grid), 0.5)
        content = result.model_dump(mode="json")
        assert content["format_version"] == needed
        assert parse(Result, content, tmp_path).trial == result.trial


def test_what_is_read_out_of_grids():
    assert (tables_of({}), count_combinations({})) == ({}, 0)
    assert list(tables_of(TWO)) == ["grid 1", "grid 2"]
    assert count_combinations(TWO) == 4
    assert values_around(TWO, {"C": 10, "kernel": "linear"}) == {"C": [1, 10], "kernel": ["linear"]}
    assert values_around({"C": [1, 10]}, {"C": 10}) == {"C": [1, 10]}
