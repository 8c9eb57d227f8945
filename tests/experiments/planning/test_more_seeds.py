"""Seeds 6 to 10 of stochastic methods: when they run, and what is stored of it."""

import pytest

from hdr_bench import load_results, run_suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.records.options import RunOptions
from hdr_bench.records.run_record import decide_more_seeds
from hdr_bench.records.store import Store
from tests.helpers.command import call_command
from tests.helpers.suites import parse_suite

PROTOCOL = {"repeats": 2, "max_repeats": 4}
# A tree of one random split is right on a tenth to a fifth of the images, by its seed.
WILD = {"name": "Wild", "estimator": "sklearn.tree.ExtraTreeClassifier", "params": {"max_depth": 3}}
# Stochastic by its declaration, but its fits are alike.
TAME = {"name": "Tame", "estimator": "sklearn.dummy.DummyClassifier", "params": {"strategy": "most_frequent"}}
KNN = {"name": "k-NN", "estimator": "knn"}


def _suite(*cases, **changes):
    content = {"title": "Own", "dataset": "digits-8x8", "protocol": PROTOCOL, "case": list(cases), **changes}
    return parse_suite(content, "own", "own.toml")


def _plan(suite, folder, only=None, **options):
    return make_schedule(suite, RunOptions(threads=1, only=only, **options), Store(folder))


def _seeds(folder):
    results = load_results(folder)
    return {case: trials["seed"].tolist() for case, trials in results.groupby("case", sort=False)}


class Rounds(NoProgress):
    """Keeps what each round of a run is told to run."""

    def __init__(self):
        self.begun = []

    def begin(self, trials, kept, expected):
        self.begun.append(([(trial.case, trial.seed) for trial in trials], kept))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of a method whose seeds differ much, one whose seeds agree, and a deterministic one."""
    folder, rounds = tmp_path_factory.mktemp("runs") / "run", Rounds()
    run_suite(_suite(WILD, TAME, KNN), out=folder, threads=1, progress=rounds)
    return folder, rounds


def test_further_seeds_run_in_the_same_call_where_the_first_differ_much(finished):
    folder, rounds = finished
    assert _seeds(folder) == {"Wild": [0, 1, 2, 3], "Tame": [0, 1], "k-NN": [0]}
    first = [("Wild", 0), ("Wild", 1), ("Tame", 0), ("Tame", 1), ("k-NN", 0)]
    assert rounds.begun == [(first, 0), ([("Wild", 2), ("Wild", 3)], 5)]


def test_the_decisions_are_stored_with_the_run(finished):
    folder, _ = finished
    decisions = {decision.case: decision for decision in Store(folder).read_run().decisions}
    assert {case: decision.more for case, decision in decisions.items()} == {"Wild": True, "Tame": False}
    accuracies = load_results(folder).query("case == 'Wild' and seed < 2")["accuracy"]
    wild = decisions["Wild"]
    assert wild.standard_deviation == pytest.approx(accuracies.std(ddof=1))
    assert wild.limit == pytest.approx((accuracies.mean() * (1 - accuracies.mean()) / 360) ** 0.5)
    assert (wild.n_seeds, wild.n_test, decisions["Tame"].standard_deviation) == (2, 360, 0)


def test_a_finished_run_has_nothing_left_and_the_same_decisions(finished):
    folder, _ = finished
    before, rounds = (folder / "run.json").read_bytes(), Rounds()
    run_suite(_suite(WILD, TAME, KNN), out=folder, threads=1, progress=rounds)
    assert rounds.begun == [([], 7)]
    assert (folder / "run.json").read_bytes() == before


def test_what_is_not_decided_yet_is_conditional(tmp_path, finished):
    suite = _suite(WILD, TAME, KNN)
    plan = _plan(suite, tmp_path)
    assert [(trial.case, trial.seed) for trial in plan.conditional] == [
        ("Wild", 2),
        ("Wild", 3),
        ("Tame", 2),
        ("Tame", 3),
    ]
    assert not {trial.key for trial in plan.conditional} & {trial.key for trial in plan.trials}
    assert [trial.case for trial in _plan(suite, tmp_path, only="tame").conditional] == ["Tame", "Tame"]
    decided = _plan(suite, finished[0])
    assert (decided.conditional, decided.to_run, len(decided.trials)) == ((), (), 7)


def test_an_interrupted_run_goes_on_with_the_further_seeds(tmp_path):
    class Interrupts(NoProgress):
        def done(self, result):
            if (result.trial.case, result.trial.seed) == ("Wild", 2):
                raise KeyboardInterrupt

    suite = _suite(WILD)
    with pytest.raises(KeyboardInterrupt):
        run_suite(suite, out=tmp_path, threads=1, progress=Interrupts())
    assert _seeds(tmp_path) == {"Wild": [0, 1, 2, 3]}
    assert [(trial.seed) for trial in _plan(suite, tmp_path).to_run] == [3]
    rounds = Rounds()
    run_suite(suite, out=tmp_path, threads=1, progress=rounds)
    assert rounds.begun == [([("Wild", 3)], 3)]
    assert (load_results(tmp_path)["status"] == "ok").all()


def test_several_jobs_run_them_too(tmp_path):
    run_suite(_suite(WILD), out=tmp_path, threads=1, jobs=2)
    assert _seeds(tmp_path) == {"Wild": [0, 1, 2, 3]}
    assert (load_results(tmp_path)["status"] == "ok").all()


def test_a_failed_seed_decides_nothing(tmp_path, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    fails = {"name": "Fails", "estimator": "misbehaving.FailsForOddSeeds"}
    suite = _suite(fails)
    run_suite(suite, out=tmp_path, threads=1)
    assert load_results(tmp_path)["status"].tolist() == ["ok", "failed"]
    assert Store(tmp_path).read_run().decisions == ()
    assert len(_plan(suite, tmp_path).conditional) == 2


def test_repeats_of_the_callers_and_other_protocols_know_no_further_seeds(tmp_path):
    assert _plan(_suite(WILD), tmp_path, repeats=2).conditional == ()
    own = {**WILD, "protocol": {"repeats": 2}}
    folds = {**WILD, "name": "Folds", "protocol": {"kind": "cross-validation", "folds": 2, "repeats": 2}}
    assert _plan(_suite(own, folds, KNN), tmp_path).conditional == ()


@pytest.mark.parametrize(
    ("protocol", "told"),
    [
        ({"repeats": 5, "max_repeats": 5}, "must be more than repeats"),
        ({"repeats": 1, "max_repeats": 10}, "repeats at least 2, got 1"),
        ({"kind": "cross-validation", "repeats": 2, "max_repeats": 10}, "max_repeats is for holdout"),
    ],
)
def test_what_cannot_be_decided_is_refused(protocol, told):
    with pytest.raises(SuiteError, match=told):
        _suite(WILD, protocol=protocol)


def test_seeds_that_agree_decide_against_more(finished):
    store = Store(finished[0])
    result = next(store.read(planned.key) for planned in store.read_run().trials if planned.case == "Tame")
    assert decide_more_seeds([result, result]).more is False
    assert decide_more_seeds([result]) is None
    assert decide_more_seeds([result, result.model_copy(update={"status": "timeout", "scores": None})]) is None


def test_a_dry_run_lists_further_seeds_as_conditional(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        'title = "Own"\ndataset = "digits-8x8"\nprotocol = { repeats = 2, max_repeats = 4 }\n'
        '[[case]]\nname = "Tree"\nestimator = "tree"\n'
    )
    listed = call_command("run", path, "--dry-run", "--out", tmp_path / "run")
    assert listed.stdout.splitlines()[1:] == [
        "Tree (seed 1), digits-8x8: to run",
        "Tree (seed 2), digits-8x8: conditional, if the first seeds differ much",
        "Tree (seed 3), digits-8x8: conditional, if the first seeds differ much",
        "2 of 2 trials to run, 2 more are conditional",
    ]
