"""Cases whose source publishes times, in a run with several jobs."""

from hdr_bench import load_results, run_suite
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.experiments.planning.timed_cases import timed_cases
from tests.helpers.suites import parse_suite

TIMED = {
    "name": "Timed",
    "estimator": "tree",
    "published": [{"metric": "epoch_seconds", "value": "10.0"}],
}
OTHERS = [{"name": f"Other {depth}", "estimator": "tree", "params": {"max_depth": depth}} for depth in (2, 3)]


class Recorded(NoProgress):
    """What a run says of its parts and of finished trials, in order."""

    def __init__(self):
        self.said = []

    def begin(self, trials, stored, expected):
        self.said.append((sorted({trial.case for trial in trials}), stored))

    def done(self, result):
        self.said.append(result.trial.case)


def test_they_run_before_the_others_and_one_at_a_time(tmp_path):
    content = {
        "title": "Own",
        "dataset": "digits-8x8",
        "case": [OTHERS[0], TIMED, OTHERS[1]],
    }
    recorded = Recorded()
    folder = run_suite(
        parse_suite(content, "own", "own.toml"), out=tmp_path / "run", threads=1, jobs=2, progress=recorded
    )
    results = load_results(folder)
    assert len(results) == 3
    assert (results.loc[results["case"] == "Timed", "n_concurrent"] == 1).all()
    assert (results.loc[results["case"] != "Timed", "n_concurrent"] == 2).all()
    assert recorded.said[:3] == [(["Timed"], 0), "Timed", (["Other 2", "Other 3"], 1)]


def test_published_times_of_methods_concern_every_case_and_those_of_epochs_their_own():
    assert timed_cases(load_suite("aboueloula-2020")) == {"ANN"}
    benchmark = load_suite("sklearn-bench-mnist")
    assert timed_cases(benchmark) == {case.name for case in benchmark.cases}
    assert not timed_cases(load_suite("zalando-2017"))
