"""Candidates of a grid search: the combinations of the values of its grid."""

import json
from collections.abc import Mapping
from typing import Any

from sklearn.model_selection import ParameterGrid, ParameterSampler

from hdr_bench.records.trial import Search


def candidates_of(search: Search, seed: int) -> list[dict[str, Any]]:
    """Return the candidates that a search tries: the whole grid, or a random sample of it.

    Parameters
    ----------
    search : Search
    seed : int
        Seed of the sample, if only part of the grid is tried.

    Returns
    -------
    candidates : list of dict
        Parameters and their values.
    """
    candidates = all_candidates(search)
    if search.candidates is None or search.candidates >= len(candidates):
        return candidates
    # The candidates that it would draw from the grid itself, which may contain one of them several times.
    places = ParameterSampler({"place": range(len(candidates))}, search.candidates, random_state=seed)
    return [candidates[each["place"]] for each in places]


def all_candidates(search: Search) -> list[dict[str, Any]]:
    """Return the candidates of the whole grid; of a list of tables, a candidate that is in several of them once.

    Parameters
    ----------
    search : Search

    Returns
    -------
    candidates : list of dict
        In scikit-learn's order: table by table, within each by the names of the parameters.
    """
    candidates = list(ParameterGrid(search.grid))
    if not isinstance(search.grid, list):
        return candidates
    return list({identity_of(candidate, None): candidate for candidate in candidates}.values())


def identity_of(params: Mapping[str, Any], samples: int | None) -> str:
    """Return the identity of a candidate's fits in a round among those of the search.

    Parameters
    ----------
    params : mapping of str to object
        The candidate.
    samples : int or None
        Number of images in the round.

    Returns
    -------
    identity : str
    """
    return json.dumps([params, samples], sort_keys=True)
