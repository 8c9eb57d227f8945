"""The script that regenerates all reports: its order, and what it says of the remaining time."""

from benchmarks.reports import TIMED, Finished, remaining_seconds, suites_to_run
from hdr_bench import list_published_suites
from hdr_bench.experiments.planning.suite_file import load_suite


def test_timed_suites_come_first_and_every_published_table_once():
    names = suites_to_run()
    assert names[: len(TIMED)] == TIMED
    assert len(set(names)) == len(names)
    assert set(list_published_suites()) - set(names) == {"aboueloula-2020-studies"}
    assert all(load_suite(name).budget for name in names)


def test_the_remaining_time_follows_the_pace_of_the_suites_that_ran():
    twice_the_budget = Finished("one", seconds=200, budget=100, code=0)
    stored = Finished("other", seconds=2, budget=600, code=0)
    assert remaining_seconds([], [60, 40]) == 100
    assert remaining_seconds([twice_the_budget, stored], [60, 40]) == 200
