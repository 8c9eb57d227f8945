"""The file of a trial: whatever a suite may ask for is read as it was written."""

import pytest

from hdr_bench.archives import read_sealed
from hdr_bench.records.base import MOST_CANDIDATES
from hdr_bench.records.environment import read_environment
from hdr_bench.records.result import Candidate, Result, SearchResult
from hdr_bench.records.store import Store

LAYERS = "-".join(["32C3", "BN", "relu", "MP2"] * 150)


def _searched(n, params, score):
    tried = Candidate(params=params, scores=(score,) * 3, fit_seconds=0.0, score_seconds=0.0)
    return SearchResult(
        chosen=params,
        score=score or 0.0,
        candidates=(tried,) * n,
        n_candidates=n,
        search_seconds=1.0,
        refit_seconds=1.0,
    )


@pytest.mark.parametrize(
    ("n", "params", "score"),
    [(MOST_CANDIDATES, {"C": 1.0}, None), (4000, {"layers": LAYERS}, 0.987)],
    ids=["most candidates, all failed", "long values"],
)
def test_a_grid_of_any_size_is_read_as_it_was_written(tmp_path, trial, n, params, score):
    asked = trial()
    result = Result(
        key=asked.key,
        trial=asked,
        status="failed",
        finished="2026-01-02T03:04:05+00:00",
        environment=read_environment(),
        searched=_searched(n, params, score),
    )
    store = Store(tmp_path)
    store.write(result, None)
    (path,) = store.trials_folder.iterdir()
    text = result.model_dump_json(indent=1).encode()
    assert read_sealed(path) == {"result.json": text, "padding": bytes(len(text) // 19 + 1)}
    # Checking so many candidates takes ten seconds, and is the same for a few.
    if n < MOST_CANDIDATES:
        assert store.read(result.key) == result
