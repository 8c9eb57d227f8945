from hdr_bench import load_results, run_suite
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.planning.suite_file import parse_suite
from hdr_bench.experiments.task_queue import TaskQueue
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store

CONTENT = {
    "title": "T",
    "dataset": "digits-8x8",
    "protocol": {"repeats": 3},
    "case": [
        {"name": "Tree", "estimator": "tree"},
        {"name": "k-NN", "estimator": "knn"},
        {"name": "Shallow", "estimator": "tree", "params": {"max_depth": 2}},
        {"name": "Folds", "estimator": "knn", "protocol": {"kind": "cross-validation", "folds": 2}},
    ],
}


class Watched(NoProgress):
    def __init__(self):
        self.ran = []

    def done(self, result):
        self.ran.append((result.trial.case, result.trial.seed))


def test_repeats_run_in_turn_and_are_reported_by_case(tmp_path):
    suite = parse_suite({**CONTENT, "case": CONTENT["case"][:3]}, "own", "own.toml")
    progress = Watched()
    folder = run_suite(suite, out=tmp_path / "run", threads=1, samples=100, progress=progress)
    assert progress.ran == [
        ("Tree", 0),
        ("k-NN", 0),
        ("Shallow", 0),
        ("Tree", 1),
        ("Shallow", 1),
        ("Tree", 2),
        ("Shallow", 2),
    ]
    results = load_results(folder)
    assert results["case"].tolist() == ["Tree"] * 3 + ["k-NN"] + ["Shallow"] * 3
    assert results["seed"].tolist() == [0, 1, 2, 0, 0, 1, 2]


def test_every_trial_runs_once_and_those_of_a_case_in_their_order(tmp_path):
    store = Store(tmp_path / "run")
    trials = (schedule := make_schedule(parse_suite(CONTENT, "own", "own.toml"), RunOptions(), store)).trials
    ran = [task.trial for task in TaskQueue(schedule, store)]
    assert sorted(trial.key for trial in ran) == sorted(trial.key for trial in trials)
    for case in {trial.case for trial in trials}:
        assert [trial for trial in ran if trial.case == case] == [trial for trial in trials if trial.case == case]
    assert [trial.case for trial in ran[:4]] == ["Tree", "k-NN", "Shallow", "Folds"]
