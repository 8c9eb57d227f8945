import json
import shutil
from pathlib import Path

import pytest
from sklearn.multiclass import OutputCodeClassifier
from sklearn.tree import DecisionTreeClassifier

from hdr_bench import load_results, run_suite, write_report
from hdr_bench.datasets.assembly import make_dataset
from hdr_bench.records.store import Store
from hdr_bench.reporting.run import RunContents
from tests.helpers.other_images import noisy
from tests.helpers.suites import parse_suite

SUITE = {
    "title": "Own <methods> & more",
    "dataset": "digits-8x8",
    "notes": ["A note with <markup> and 5 % of it."],
    "claims": ["A claim with <markup> and 5 % of it, but {Tree_50%|accuracy}."],
    "protocol": {"repeats": 2},
    "case": [
        {"name": "k-NN | <b>bold</b>", "estimator": "knn"},
        {"name": "Tree_50%", "estimator": "tree"},
        {"name": "Least squares", "estimator": "linear", "params": {"loss": "squared_error"}},
        {
            "name": "Bad",
            "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
            "params": {"shrinkage": "auto"},
        },
    ],
}

LONG_NAME = "Linear SVM $x^2$, with a name that is so long that no table or figure has room for the whole of it"
VARIOUS = {
    "title": "Methods of every kind",
    "authors": "Doe, J.",
    "source": "Digits, volume 1",
    "bibtex": "@article{doe2020, author = {Doe, Jane}, title = {Digits}, journal = {Journal of Digits}, year = {2020}}",
    "machine": "a laptop",
    "dataset": "digits-8x8",
    "case": [
        {
            "name": "MLP",
            "estimator": "mlp",
            "params": {"layers": "32N", "max_epochs": 4, "validation_fraction": 0.1},
            "protocol": {"repeats": 2},
        },
        {"name": "MLP, wider", "estimator": "mlp", "params": {"layers": "64N-BN", "max_epochs": 3}},
        {"name": "k-NN", "estimator": "knn", "steps": [{"name": "deskew"}]},
        {
            "name": LONG_NAME,
            "estimator": "svm",
            "params": {"kernel": "linear"},
        },
        {"name": "One against one", "estimator": "sklearn.svm.SVC", "params": {"decision_function_shape": "ovo"}},
        {"name": "Codes", "estimator": OutputCodeClassifier(DecisionTreeClassifier(max_depth=8), random_state=0)},
        {
            "name": "Search",
            "estimator": "knn",
            "grid": {"n_neighbors": [1, 30, 90]},
            "protocol": {"kind": "grid-search", "folds": 2},
        },
        {"name": "Curve", "estimator": "tree", "protocol": {"kind": "learning-curve", "sizes": [100, 600]}},
        {"name": "k-NN, folds", "estimator": "knn", "protocol": {"kind": "cross-validation", "folds": 4}},
        {"name": "Tree, folds", "estimator": "tree", "protocol": {"kind": "cross-validation", "folds": 4}},
    ],
}


INCOMPLETE = {
    "title": "Methods of which some are outside the ranking",
    "dataset": "digits-8x8",
    "protocol": {"repeats": 3},
    "case": [
        {"name": "Sometimes", "estimator": "unlucky_tree.FailsForSeedOne", "params": {"min_samples_leaf": 2}},
        {"name": "Tree", "estimator": "tree"},
        {"name": "k-NN", "estimator": "knn"},
        {"name": "Dummy", "estimator": "sklearn.dummy.DummyClassifier"},
        {"name": "Few images", "estimator": "knn", "reduced": {"samples": 500}},
        {
            "name": "Tree, folds",
            "estimator": "tree",
            "protocol": {"kind": "cross-validation", "folds": 3, "repeats": 1},
        },
        {"name": "k-NN, folds", "estimator": "knn", "protocol": {"kind": "cross-validation", "folds": 3, "repeats": 1}},
    ],
}


def _run_undisturbed(content, name, folder):
    """Run a suite; its times count as undisturbed, whatever else this machine does meanwhile."""
    run_suite(parse_suite(content, name, f"{name}.toml"), out=folder, threads=1)
    store = Store(folder)
    for key in load_results(folder).query("status == 'ok'")["key"]:
        result = store.read(key)
        waits = dict.fromkeys(("fit_wait_share", "predict_wait_share", "latency_wait_share"), 0.0)
        quiet = result.measurements.model_copy(update=waits)
        store.write(result.model_copy(update={"measurements": quiet}), store.read_predictions(key))


def _reported(finished, folder):
    shutil.copytree(finished, folder)
    write_report(folder)


@pytest.fixture(scope="session")
def finished_run(once):
    return once("own", lambda folder: _run_undisturbed(SUITE, "own", folder))


@pytest.fixture(scope="session")
def finished_various(once):
    return once("various", lambda folder: _run_undisturbed(VARIOUS, "various", folder))


@pytest.fixture(scope="session")
def finished_incomplete(once):
    """A run in which a seed of one method failed, and a fold of another is missing; a dummy, and a reduced method."""

    def make(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(Path(__file__).parent))
            run_suite(parse_suite(INCOMPLETE, "incomplete", "incomplete.toml"), out=folder, threads=1)
        results = load_results(folder)
        (key,) = results.loc[(results["case"] == "Tree, folds") & (results["fold"] == 1), "key"]
        (folder / "trials" / f"{key}.zip").unlink()

    return once("incomplete", make)


@pytest.fixture(scope="session")
def finished_test_sets(once):
    """A run of a method with one fit, one with two seeds and one on folds, on three test sets, two of which fail."""
    letters = noisy("letters", "01")
    letters = make_dataset("letters", letters.train, letters.test, ["0", "x"])
    content = {
        "title": "Several test sets",
        "dataset": "digits-8x8",
        "protocol": {"repeats": 2},
        "case": [
            {"name": "k-NN", "estimator": "knn"},
            {"name": "Tree", "estimator": "tree"},
            {
                "name": "Folds",
                "estimator": "knn",
                "protocol": {"kind": "cross-validation", "folds": 2, "repeats": 1},
            },
        ],
        "test_set": [
            {"name": "Noisy", "dataset": noisy()},
            {"name": "Letters", "dataset": letters},
            {"name": "Gone", "dataset": "npz:nowhere.npz"},
        ],
    }
    return once("test-sets", lambda folder: _run_undisturbed(content, "test-sets", folder))


DISTORTED = {
    "title": "Corrupted and attacked images",
    "dataset": "digits-8x8",
    "claims": [
        "The linear method is right on {Linear|accuracy on fog}, and loses {Linear|drop on fog}; attacked it loses "
        "{Linear|drop on FGSM}. The tree is right on {Tree|accuracy on broken}."
    ],
    "case": [
        {"name": "Linear", "estimator": "linear"},
        {"name": "Tree", "estimator": "tree", "protocol": {"repeats": 2}},
        {"name": "k-NN", "estimator": "knn", "train_with": [{"corruption": "gaussian_noise", "share": 0.5}]},
        {
            "name": "Broken",
            "estimator": "linear",
            "time_limit": 0.001,
        },
    ],
    "test_set": [
        {"name": "fog", "corruption": "fog"},
        {"name": "noise", "corruption": "gaussian_noise", "severity": 5, "samples": 100},
        {"name": "FGSM", "attack": "fgsm", "eps": 0.2, "samples": 100, "transfer_from": "Linear"},
        {
            "name": "for all",
            "attack": "pgd",
            "eps": 0.2,
            "steps": 3,
            "samples": 1000,
            "transfer_from": "Linear",
            "transfers_to": "all methods",
        },
        {"name": "broken", "attack": "fgsm", "eps": 0.2, "samples": 100, "transfer_from": "Broken"},
    ],
    "anchor": [
        {
            "name": "Of a book",
            "source": "A book",
            "difference": "other images",
            "accuracy": "0.50",
            "case": "Linear",
            "test_set": "fog",
        }
    ],
}


@pytest.fixture(scope="session")
def finished_distorted(once):
    """A run on distorted images: some made for another case, some for a case that fails, some of training images."""
    return once("distorted", lambda folder: _run_undisturbed(DISTORTED, "distorted", folder))


@pytest.fixture
def incomplete(finished_incomplete, tmp_path):
    """A folder of one's own with the run `finished_incomplete` in it."""
    return shutil.copytree(finished_incomplete, tmp_path / "incomplete")


@pytest.fixture(scope="session")
def reported(finished_run, once):
    """The folder of `run` with its report, for tests that only read."""
    return once("own-reported", lambda folder: _reported(finished_run, folder))


@pytest.fixture(scope="session")
def reported_various(finished_various, once):
    """The folder of `various` with its report, for tests that only read."""
    return once("various-reported", lambda folder: _reported(finished_various, folder))


@pytest.fixture
def run(finished_run, tmp_path):
    """A folder of one's own with a run in it: four methods, one of which failed, two seeds."""
    return shutil.copytree(finished_run, tmp_path / "run")


@pytest.fixture
def various(finished_various, tmp_path):
    """A folder of one's own with a run in it: networks, a search, a learning curve, folds, methods without scores."""
    return shutil.copytree(finished_various, tmp_path / "various")


@pytest.fixture
def undrawn(monkeypatch):
    """Reports are written without their figures, which take the longest, for tests of what they say."""
    monkeypatch.setattr("hdr_bench.reporting.report.draw", lambda _planned: [])


@pytest.fixture
def publishing():
    """A function that gives cases of a run published figures, and returns what the folder holds then."""

    def publish(folder, **published):
        record = json.loads((folder / "run.json").read_bytes())
        for case in record["suite"]["case"]:
            case["published"] = published.get(case["name"].replace(", ", "_").replace("-", ""), [])
        (folder / "run.json").write_text(json.dumps(record))
        return RunContents(folder)

    return publish
