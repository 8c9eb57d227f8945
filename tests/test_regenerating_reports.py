"""The script that regenerates all reports: its order, and what it says of the remaining time."""

from types import SimpleNamespace

from benchmarks import reports
from benchmarks.reports import TIMED, Finished, expected_seconds, remaining_seconds, suites_to_run
from hdr_bench import list_published_suites
from hdr_bench.experiments.planning.suite_file import load_suite


def test_timed_suites_come_first_and_every_published_table_once():
    names = suites_to_run()
    assert names[: len(TIMED)] == TIMED
    assert len(set(names)) == len(names)
    assert set(list_published_suites()) - set(names) == {"aboueloula-2020-studies"}
    assert all(load_suite(name).budget for name in names)


def test_the_remaining_time_follows_the_pace_of_the_suites_that_ran():
    twice_as_long = Finished("one", seconds=200, expected=100, budget=300, code=0)
    stored = Finished("other", seconds=2, expected=0, budget=600, code=0)
    assert remaining_seconds([], 100) == 100
    assert remaining_seconds([twice_as_long, stored], 100) == 200


def test_what_is_stored_is_not_expected_to_take_time(monkeypatch, tmp_path):
    monkeypatch.setattr(reports, "REPORTS", tmp_path)
    budget = load_suite("quick").budget
    assert expected_seconds("quick") == budget
    monkeypatch.setattr(reports, "plan_suite", lambda _name, _options: SimpleNamespace(to_run=[1], trials=[1, 2, 3, 4]))
    assert expected_seconds("quick") == budget / 4
