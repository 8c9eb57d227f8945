"""Studies of one factor: their cases and trials, what they learn from and are evaluated on, and when they run."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from hdr_bench import Case, Study, Suite, load_dataset, load_predictions, load_results, load_suite, run_suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.planning.trial_data import load_trial_data
from hdr_bench.records.crossed_variance import Fits
from hdr_bench.records.needed_seeds import needed_seeds
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.protocol import Protocol
from hdr_bench.records.store import Store
from tests.helpers.command import call_command
from tests.helpers.suites import parse_suite

TREE = {"name": "Tree", "estimator": "tree", "params": {"criterion": "entropy"}}
DEPTH = {
    "name": "Depth",
    "base": "Tree",
    "factor": "params.max_depth",
    "levels": [{"label": "shallow", "value": 1}, {"label": "deep", "value": 12}],
    "seeds": 2,
}


def _content(*studies, **changes):
    return {"title": "Own", "dataset": "digits-8x8", "case": [TREE], "study": list(studies), **changes}


def _suite(*studies, **changes):
    return parse_suite(_content(*studies, **changes), "own", "own.toml")


def _refusal(*studies, **changes):
    with pytest.raises(SuiteError) as refused:
        _suite(*studies, **changes)
    return str(refused.value)


def _plan(suite, folder, **options):
    return make_schedule(suite, RunOptions(threads=1, **options), Store(folder))


class Rounds(NoProgress):
    """Keeps what each round of a run is told to run."""

    def __init__(self):
        self.begun = []

    def begin(self, trials, kept, expected):
        self.begun.append(([(trial.case, trial.seed) for trial in trials], kept))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of a study with a clear effect."""
    folder, rounds = tmp_path_factory.mktemp("runs") / "run", Rounds()
    run_suite(_suite(DEPTH), out=folder, threads=1, progress=rounds)
    return folder, rounds


def test_every_level_has_the_same_seeds_and_the_base_with_one_change():
    trials = [trial for trial in expand(_suite(DEPTH), Settings(seed=3)) if trial.protocol == "validation"]
    assert [(trial.case, trial.seed) for trial in trials] == [
        ("Depth: shallow", 3),
        ("Depth: shallow", 4),
        ("Depth: deep", 3),
        ("Depth: deep", 4),
    ]
    assert [trial.params for trial in trials[::2]] == [
        {"criterion": "entropy", "max_depth": 1},
        {"criterion": "entropy", "max_depth": 12},
    ]
    assert len({trial.key for trial in trials}) == 4


def test_all_trials_share_their_held_out_images_which_are_training_images():
    digits = load_dataset("digits-8x8")
    parts = [load_trial_data(trial, None) for trial in expand(_suite(DEPTH), Settings()) if trial.held_out]
    first = parts[0]
    assert len(first.test) == 144
    assert len(first.train) + len(first.test) == len(digits.train)
    whole = sorted(map(bytes, digits.train.X))
    assert sorted([*map(bytes, first.train.X), *map(bytes, first.test.X)]) == whole
    for part in parts[1:]:
        np.testing.assert_array_equal(part.test.X, first.test.X)


def test_numbers_of_images_are_drawn_by_each_seed_and_evaluated_on_the_same_images():
    sizes = {**DEPTH, "name": "Size", "factor": "samples", "levels": [{"value": 100}, {"value": 400}]}
    trials = [trial for trial in expand(_suite(sizes), Settings()) if trial.held_out]
    parts = [load_trial_data(trial, None) for trial in trials]
    assert [len(part.train) for part in parts] == [100, 100, 400, 400]
    assert not np.array_equal(parts[0].train.X, parts[1].train.X)
    for part in parts[1:]:
        np.testing.assert_array_equal(part.test.X, parts[0].test.X)
    reduced = expand(_suite({**sizes, "levels": [*sizes["levels"], {"value": 900}]}), Settings(samples=500))
    assert {trial.samples for trial in reduced if trial.held_out} == {100, 400}
    with pytest.raises(SuiteError, match="fewer than two of its levels are within the 300 training images"):
        expand(_suite(sizes), Settings(samples=300))


def test_networks_are_evaluated_on_the_held_out_images_after_each_epoch():
    layers = {**DEPTH, "base": {"estimator": "mlp"}, "factor": "params.layers"}
    layers["levels"] = [{"value": "8N"}, {"value": "16N"}]
    assert {trial.validation for trial in expand(_suite(layers), Settings()) if trial.held_out} == {"test"}
    stopping = {**layers, "base": {"estimator": "mlp", "params": {"early_stopping": True}}}
    assert {trial.validation for trial in expand(_suite(stopping), Settings()) if trial.held_out} == {None}


def test_the_chosen_level_runs_last_on_all_training_images(finished):
    folder, rounds = finished
    results = load_results(folder)
    chosen = results[results["case"] == "Depth, chosen"]
    assert chosen["protocol"].unique().tolist() == ["holdout"]
    assert chosen["n_train"].unique().tolist() == [len(load_dataset("digits-8x8").train)]
    assert chosen["n_test"].unique().tolist() == [360]
    assert rounds.begun[1] == ([("Depth, chosen", 0), ("Depth, chosen", 1)], 5)
    decision = Store(folder).read_run().study_decisions
    assert [(each.study, each.seeds, each.level) for each in decision] == [("Depth", 2, "deep")]
    assert {
        trial.params["max_depth"] for trial in _plan(_suite(DEPTH), folder).trials if trial.case == "Depth, chosen"
    } == {12}


def test_the_levels_are_not_evaluated_on_the_test_part(finished, tmp_path):
    """With other test images, the levels' predictions and the choice stay as they are."""
    folder, _ = finished
    digits = load_dataset("digits-8x8")
    noise = np.random.default_rng(0).integers(0, 16, digits.test.images.shape, dtype=np.uint8)
    poisoned = digits.with_parts(digits.train, type(digits.test)(noise, digits.test.labels))
    suite = Suite(name="own", title="Own", dataset=poisoned, cases=(Case(**TREE),), studies=(Study(**DEPTH),))
    run_suite(suite, out=tmp_path / "run", threads=1)
    ours, theirs = load_results(folder), load_results(tmp_path / "run")
    for name in ("Depth: shallow", "Depth: deep"):
        keys = [each[each["case"] == name]["key"] for each in (ours, theirs)]
        for one, other in zip(*keys, strict=True):
            found = load_predictions(folder, one), load_predictions(tmp_path / "run", other)
            np.testing.assert_array_equal(found[0].y_pred, found[1].y_pred)
            np.testing.assert_array_equal(found[0].y_true, found[1].y_true)
    assert Store(tmp_path / "run").read_run().study_decisions == Store(folder).read_run().study_decisions
    assert theirs.groupby("case")["accuracy"].mean()["Depth, chosen"] < 0.3


def test_an_interrupted_study_goes_on_where_it_was(finished, tmp_path):
    suite = _suite(DEPTH)
    run_suite(suite, out=tmp_path / "run", threads=1, only="Depth: *")
    plan = _plan(suite, tmp_path / "run")
    assert {trial.case for trial in plan.to_run} == {"Tree", "Depth, chosen"}
    assert plan.study_decisions["Depth"].level == "deep"
    rounds = Rounds()
    run_suite(suite, out=tmp_path / "run", threads=1, progress=rounds)
    assert [each[0] for each in rounds.begun] == [[("Tree", 0), ("Depth, chosen", 0), ("Depth, chosen", 1)]]
    assert set(load_results(tmp_path / "run")["key"]) == set(load_results(finished[0])["key"])
    assert not _plan(suite, tmp_path / "run").to_run


def test_what_is_not_decided_is_conditional(tmp_path):
    plan = _plan(_suite(DEPTH), tmp_path)
    assert [(trial.case, trial.seed) for trial in plan.conditional] == [("Depth, chosen", 0), ("Depth, chosen", 1)]
    assert _plan(_suite(DEPTH), tmp_path, repeats=1).conditional[-1].seed == 0
    assert [trial.case for trial in _plan(_suite(DEPTH), tmp_path, only="Depth: deep").to_run] == ["Depth: deep"] * 2


def test_a_dry_run_lists_the_conditional_trials(tmp_path):
    (tmp_path / "own.toml").write_text(
        'title = "Own"\ndataset = "digits-8x8"\n[[study]]\nname = "Depth"\nbase = { estimator = "tree" }\n'
        'factor = "params.max_depth"\nlevels = [{ value = 1 }, { value = 12 }]\nseeds = 2\n'
    )
    listed = call_command("run", str(tmp_path / "own.toml"), "--dry-run", "--out", str(tmp_path / "run"))
    assert "Depth: 12 (seed 1), digits-8x8: to run" in listed.stdout
    assert "Depth, chosen (seed 0), digits-8x8: conditional, for the level that is chosen" in listed.stdout
    shown = call_command("show", str(tmp_path / "own.toml"))
    assert "study: Depth" in shown.stdout
    assert "10 % of the training images, 2 seeds" in shown.stdout


def test_as_many_seeds_as_the_difference_needs(tmp_path):
    asks = {**DEPTH, "detectable": 0.5, "max_seeds": 4}
    assert len(_plan(_suite(asks), tmp_path).conditional) == 2 * 2 + 4
    study = Study(**{**DEPTH, "detectable": 0.02, "max_seeds": 9})
    assert needed_seeds(study, [_nested([0.900, 0.901], 10_000), _nested([0.899, 0.900], 10_000)]) == 2
    assert needed_seeds(study, [_nested([0.90, 0.98], 10_000), _nested([0.88, 0.96], 10_000)]) == 9


def _nested(shares, n_images):
    """Return fits that are right on the first images, as many as their accuracy says."""
    return Fits(np.arange(n_images) < n_images * np.array(shares)[:, None], is_stochastic=True)


def _by_definition(first, second, seeds, n_levels):
    """Return the detectable difference with other seeds, written out: its variance, Satterthwaite's df, the factor."""
    variances, terms = [], []
    for fits in (first, second):
        k, n = fits.right.shape
        spread = fits.right.mean(axis=1).var(ddof=1)
        within = fits.right.var(axis=0, ddof=1).mean()
        variances += [max(0, spread - within / n) / seeds, within / n * (1 / seeds - 1 / k)]
        terms.append((spread / seeds) ** 2 / (seeds - 1))
    images = (first.shares - second.shares).var(ddof=1) / n
    of_images = images + variances[1] + variances[3]
    variance = of_images + variances[0] + variances[2]
    freedom = variance**2 / (of_images**2 / (n - 1) + sum(terms))
    return (student.ppf(1 - 0.05 / n_levels, freedom) + student.ppf(0.8, freedom)) * np.sqrt(variance)


def test_the_seeds_are_decided_by_the_variance_of_the_test():
    """Three levels: images and seeds have a part in it, and the two most accurate ones decide."""
    rng = np.random.default_rng(0)
    ease = rng.normal(size=2000) + 2

    def made(shift):
        return Fits(ease + shift + rng.normal(0, 0.06, (5, 1)) + rng.normal(0, 0.5, (5, 2000)) > 0, is_stochastic=True)

    levels = [made(0), made(-1), made(0.01)]
    asked = 0.008
    study = Study(**{**DEPTH, "seeds": 5, "detectable": asked, "max_seeds": 40})
    expected = next(k for k in range(5, 40) if _by_definition(levels[0], levels[2], k, 3) <= asked)
    assert 5 < expected < 30
    assert needed_seeds(study, levels) == expected


def test_no_seeds_are_added_in_vain():
    """The choice of images alone hides what is asked for; or nothing but the images varies."""
    rng = np.random.default_rng(0)
    study = Study(**{**DEPTH, "seeds": 5, "detectable": 0.005, "max_seeds": 20})
    few = [Fits(rng.random(600) + rng.normal(0, 0.01, (5, 1)) > 0.03, is_stochastic=True) for _ in range(6)]
    assert needed_seeds(study, few) == 5
    deterministic = [Fits(rng.random((1, 600)) > 0.03, is_stochastic=False) for _ in range(3)]
    assert needed_seeds(study, deterministic) == 5
    assert needed_seeds(study, few[:1]) == 5


def test_further_seeds_run_before_the_choice(tmp_path):
    sizes = {
        **DEPTH,
        "factor": "samples",
        "levels": [{"value": 30}, {"value": 60}],
        "detectable": 0.08,
        "max_seeds": 3,
    }
    rounds = Rounds()
    run_suite(_suite(sizes), out=tmp_path / "run", threads=1, progress=rounds, only="Depth*")
    names = [[case for case, _ in trials] for trials, _ in rounds.begun]
    assert [len(each) for each in names] == [4, 2, 3]
    assert set(names[2]) == {"Depth, chosen"}
    assert Store(tmp_path / "run").read_run().study_decisions[0].seeds == 3


@pytest.mark.parametrize("suite", ["quick", "mnist", "robustness"])
def test_suites_without_studies_are_written_as_before(suite):
    stored = json.loads(Path(f"reports/{suite}/run.json").read_text())
    written = json.loads(Store(Path(f"reports/{suite}")).read_run().model_dump_json(by_alias=True))
    assert written == stored
    for text in (json.dumps(load_suite(suite).model_dump(mode="json", by_alias=True)), json.dumps(stored)):
        assert '"study"' not in text
        assert '"held_out"' not in text


def test_keys_of_trials_without_studies_are_as_before():
    stored = {planned.key for planned in Store(Path("reports/robustness")).read_run().trials}
    trials = expand(load_suite("robustness"), Settings(threads=1))
    assert not {"held_out"} & set(trials[0].model_dump())
    without_hash = {key.rpartition("-")[0] for key in stored}
    assert {trial.key.rpartition("-")[0] for trial in trials} == without_hash


BAD = {
    "an unknown base": ({"base": "Tre"}, "base: unknown case 'Tre'. Did you mean 'Tree'?"),
    "a parameter that the estimator lacks": ({"factor": "params.max_dept"}, "'max_dept'"),
    "no factor": ({"factor": "maxdepth"}, "'maxdepth' is not a factor; choose from: params.NAME, steps, train_with"),
    "equal levels": ({"levels": [{"value": 1}, {"label": "one", "value": 1}]}, "levels '1' and 'one' are equal"),
    "equal labels": ({"levels": [{"label": "a", "value": 1}, {"label": "a", "value": 2}]}, "two levels are called 'a'"),
    "one level": ({"levels": [{"value": 1}]}, "levels must have at least two entries, got 1"),
    "an unknown claimed level": ({"claimed": "dep"}, "claimed: unknown level 'dep'. Did you mean 'deep'?"),
    "all images held out": ({"validation": 1.0}, "validation"),
    "no image held out": ({"validation": 0}, "validation"),
    "one seed": ({"seeds": 1}, "seeds"),
    "no more seeds": ({"detectable": 0.1, "max_seeds": 3, "seeds": 3}, "max_seeds = 3 must be more than seeds = 3"),
    "an unknown metric": ({"watch": ["acuracy"]}, "unknown metric 'acuracy'. Did you mean 'accuracy'?"),
    "value and set": ({"levels": [{"value": 1, "set": {"params.max_depth": 2}}, {"value": 3}]}, "got both"),
    "neither": ({"levels": [{"label": "a"}, {"value": 3}]}, "got neither"),
    "a wrong value": ({"factor": "samples", "levels": [{"value": "many"}, {"value": 3}]}, "samples"),
    "a base with a protocol": (
        {"base": {"estimator": "tree", "protocol": {"repeats": 2}}},
        "base cannot have protocol; remove it",
    ),
    "a base that is neither": ({"base": 3}, "must be the name of a case, or a table with an estimator, got 3"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_a_faulty_study_is_refused(change, message):
    said = _refusal({**DEPTH, **change})
    assert message in said
    assert "study 1" in said


def test_studies_and_their_cases_have_their_own_names():
    assert "two studies are called 'Depth'" in _refusal(DEPTH, DEPTH)
    assert "two cases are called 'Depth, chosen'" in _refusal(DEPTH, case=[TREE, {**TREE, "name": "Depth, chosen"}])
    assert "at least one [[case]] or [[study]]" in _refusal(case=[])
    assert "Did you mean 'study'?" in _refusal(studies=[DEPTH])


def test_the_protocol_of_levels_is_for_studies_alone():
    with pytest.raises(SuiteError, match="validation is the protocol of a study's levels"):
        Protocol(kind="validation")
    held_out = {**TREE, "protocol": {"kind": "validation", "held_out": 0.1}}
    assert "not of a [[case]]" in _refusal(case=[held_out])


def test_too_few_images_to_hold_out_are_an_error():
    with pytest.raises(SuiteError, match="max_depth"):
        expand(_suite({**DEPTH, "levels": [{"value": -1}, {"value": 2}]}), Settings())
