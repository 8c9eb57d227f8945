"""Grid of a search: a table of parameters and their values, or a list of such tables, as in scikit-learn."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator, TypeAdapter, ValidationInfo

from hdr_bench.exceptions import shown
from hdr_bench.records.base import STORED
from hdr_bench.records.fingerprints import plain_mapping

Table = dict[str, list[Any]]
"""Parameters and their values, which are combined in every way."""


def _check_values(table: Table, info: ValidationInfo) -> Table:
    for name, values in table.items():
        if not values:
            raise ValueError(f"{name} must have at least one value, got an empty list")
        if (twice := _duplicates(values)) and info.context != STORED:
            raise ValueError(f"{name} has {', '.join(map(shown, twice))} more than once; give each value once")
    return table


def _duplicates(values: list[Any]) -> list[Any]:
    """Return the values that a list contains more than once; 1 and 1.0 can be two values of a parameter."""
    by_words: dict[tuple[type, str], list[Any]] = {}
    for value in values:
        by_words.setdefault(_words(value), []).append(value)
    return [alike[0] for alike in by_words.values() if len(alike) > 1]


def _words(value: Any) -> tuple[type, str]:
    return type(value), repr(value)


def _check_filled(table: Table) -> Table:
    if not table:
        raise ValueError("must have at least one parameter, got an empty table; leave it out")
    return table


_FILLED = AfterValidator(_check_filled)
_SuiteTable = Annotated[Table, BeforeValidator(partial(plain_mapping, place="grid")), AfterValidator(_check_values)]


def _reader(table: Any) -> Callable[[Any, ValidationInfo], Table | list[Table]]:
    """Return a function that validates a grid; a union's own faults would name its members rather than the place."""
    one, several = TypeAdapter[Table](table), TypeAdapter[list[Table]](list[Annotated[table, _FILLED]])

    def read(grid: Any, info: ValidationInfo) -> Table | list[Table]:
        if isinstance(grid, list | tuple):
            if not grid:
                raise ValueError("a list of grids must have at least one table, got an empty list")
            return several.validate_python(grid, context=info.context)
        if not isinstance(grid, Mapping):
            raise ValueError(f"must be a table or a list of tables, got {shown(grid)}")
        return one.validate_python(grid, context=info.context)

    return read


Grid = Annotated[Table | list[Table], PlainValidator(_reader(_SuiteTable))]
"""Grid of a case: each value of a parameter is given once."""

PlannedGrid = Annotated[Table | list[Table], PlainValidator(_reader(Table))]
"""Grid of a trial, as its case has it."""


def tables_of(grid: Table | list[Table]) -> dict[str, Table]:
    """Return the tables of a grid, by their place in messages.

    Parameters
    ----------
    grid : dict of str to list, or list of dict

    Returns
    -------
    tables : dict of str to dict
        None without a grid.

    Examples
    --------
    >>> tables_of({"C": [1, 10]})
    {'grid': {'C': [1, 10]}}
    >>> list(tables_of([{"C": [1, 10]}, {"gamma": [0.1]}]))
    ['grid 1', 'grid 2']
    """
    if isinstance(grid, list):
        return {f"grid {number}": table for number, table in enumerate(grid, start=1)}
    return {"grid": grid} if grid else {}


def count_combinations(grid: Table | list[Table]) -> int:
    """Return the number of combinations of values; those that several tables have in common count for each of them.

    Parameters
    ----------
    grid : dict of str to list, or list of dict

    Returns
    -------
    count : int
        0 without a grid.

    Examples
    --------
    >>> count_combinations([{"C": [1, 10], "gamma": [0.1, 0.2]}, {"C": [100]}])
    5
    """
    return sum(math.prod(map(len, table.values())) for table in tables_of(grid).values())


def values_around(grid: Table | list[Table], candidate: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the values among which a search chose those of a candidate.

    Parameters
    ----------
    grid : dict of str to list, or list of dict
    candidate : mapping of str to Any
        A candidate of the grid.

    Returns
    -------
    values : dict of str to list
        By parameter; those of all tables that the candidate is in.

    Examples
    --------
    >>> values_around([{"C": [1, 10]}, {"C": [10, 100]}, {"C": [10], "gamma": [0.1]}], {"C": 10})
    {'C': [1, 10, 10, 100]}
    """
    around: dict[str, list[Any]] = {}
    for table in _tables_with(grid, candidate):
        for name, values in table.items():
            around.setdefault(name, []).extend(values)
    return around


def _tables_with(grid: Table | list[Table], candidate: Mapping[str, Any]) -> Iterator[Table]:
    if not isinstance(grid, list):
        yield grid
        return
    for table in grid:
        if table.keys() == candidate.keys() and all(
            _words(candidate[name]) in map(_words, values) for name, values in table.items()
        ):
            yield table
