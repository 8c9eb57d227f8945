import numpy as np

from hdr_bench.auditing.audit import FEWEST, MOST, list_candidates
from hdr_bench.auditing.ranking import Ranking


def test_all_conflicts_are_listed_beyond_the_most_suspicious():
    n = 3 * MOST
    is_conflict = np.zeros(n, np.bool_)
    is_conflict[[5, 2 * MOST, n - 1]] = True
    ranking = Ranking(np.arange(n) / n, np.arange(n) < 2 * MOST)
    listed = list_candidates(ranking, is_conflict)
    assert listed.tolist() == [*range(MOST), 2 * MOST, n - 1]


def test_at_least_some_are_listed():
    ranking = Ranking(np.arange(500.0)[::-1], np.zeros(500, np.bool_))
    listed = list_candidates(ranking, np.zeros(500, np.bool_))
    assert listed.tolist() == list(range(499, 499 - FEWEST, -1))
