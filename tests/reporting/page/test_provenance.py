import pytest

from hdr_bench.records.run_record import SeedDecision
from hdr_bench.reporting.page.provenance import clock_seconds, provenance_of, trial_seconds
from hdr_bench.reporting.run import RunContents


@pytest.fixture(scope="module")
def contents(finished_various):
    return RunContents(finished_various)


def _at(contents, *spans):
    """Results that ended at these minutes and seconds, and took so many seconds."""
    record = next(iter(contents.records.values()))
    return [
        record.model_copy(update={"finished": f"2026-01-01T10:{end}+00:00", "seconds": float(seconds)})
        for end, seconds in spans
    ]


def test_the_clock_counts_trials_side_by_side_once_and_no_pauses(contents):
    # Two side by side, one inside another, then after a pause of minutes a last one.
    records = _at(contents, ("01:00", 40), ("01:10", 30), ("01:05", 5), ("30:00", 20))
    assert clock_seconds(records) == pytest.approx(50 + 20)
    assert trial_seconds(records) == pytest.approx(95)
    assert clock_seconds(records[::-1]) == clock_seconds(records)


def test_a_clock_that_is_wrong_or_set_back_makes_no_negative_time(contents):
    record = next(iter(contents.records.values()))

    def ended(*moments):
        return clock_seconds([record.model_copy(update={"finished": moment, "seconds": 30.0}) for moment in moments])

    assert ended("1970-01-01T00:00:05+00:00", "1970-01-01T00:00:35+00:00") == pytest.approx(60)
    assert ended("2150-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00") == pytest.approx(60)
    # Set back by a minute while the second of two trials ran.
    assert 0 < ended("2026-01-01T10:01:00+00:00", "2026-01-01T10:00:30+00:00") <= 60


def test_the_footer_names_both_times(contents):
    records = _at(contents, ("01:00", 60), ("01:00", 60))
    found = dict(provenance_of(records, contents.run).trials)
    assert found["time"] == "1 min of wall time while trials ran; the trials' own times add up to 2 min"


def test_the_footer_says_which_methods_were_given_more_seeds(contents):
    tree = SeedDecision(
        case="Tree", n_seeds=5, accuracy=0.8, n_test=10_000, standard_deviation=0.0123, limit=0.004, more=True
    )
    mlp = tree.model_copy(update={"case": "MLP", "standard_deviation": 0.001, "more": False})
    records = list(contents.records.values())

    def further_seeds(*decisions):
        run = contents.run.model_copy(update={"decisions": decisions})
        return dict(provenance_of(records, run).trials).get("further seeds")

    assert further_seeds() is None
    assert further_seeds(mlp) == "not needed by 1 method"
    assert further_seeds(tree, mlp) == (
        "decided on for Tree (standard deviation between 5 seeds 1.23 points, of a share of the test images 0.40); "
        "not needed by 1 method"
    )
