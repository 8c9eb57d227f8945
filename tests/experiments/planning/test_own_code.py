"""A method whose own code changed is another method: it has another key, and runs again."""

import importlib
import json
import sys
import zipfile
from functools import partial

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from typer.testing import CliRunner

from hdr_bench import Case, Suite, load_results, load_suite, run_suite
from hdr_bench.cli import app
from hdr_bench.exceptions import CodeChangedWarning, CodeDiffersError
from hdr_bench.experiments.planning.models import unseeded_model
from hdr_bench.experiments.planning.own_code import check_code, own_code, own_modules
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.case import Step
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Search, Trial
from tests.helpers.suites import parse_suite

METHOD = """
from sklearn.dummy import DummyClassifier

class Mine(DummyClassifier):
    "Guesses."

def identity(X):
    return X
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on the import path, whose modules are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__spec__", "")):
            del sys.modules[name]


@pytest.fixture
def write(folder):
    """A function that writes files below the folder; what had been found there before is looked for again."""

    def write_files(files):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        importlib.invalidate_caches()

    return write_files


def _names(model):
    return sorted(own_modules(model))


def _made(module, name="Mine"):
    return getattr(importlib.import_module(module), name)()


def test_a_statement_counts_and_a_comment_does_not(write):
    write({"method.py": METHOD})
    model = _made("method")
    code = own_code(model)
    assert len(code) == 16
    write({"method.py": METHOD.replace("Guesses", "Guesses well") + "\n# A comment.\n\n\n"})
    assert own_code(model) == code
    write({"method.py": METHOD.replace("return X", "return  (X)")})
    assert own_code(model) == code
    write({"method.py": METHOD.replace("return X", "return X, '\\d'")})
    assert own_code(model) != code
    for change in (("return X", "return -X"), ("DummyClassifier):", "DummyClassifier, object):")):
        write({"method.py": METHOD.replace(*change)})
        assert own_code(model) != code


PACKAGE = {
    "mine/__init__.py": "",
    "mine/methods/__init__.py": "from .nearest import Mine",
    "mine/methods/nearest.py": (
        "from sklearn.neighbors import KNeighborsClassifier as Base\nfrom ..distances import weighted\n"
        "class Mine(Base):\n    def fit(self, X, y):\n        import far\n        return super().fit(X, y)\n"
    ),
    "mine/distances.py": "from . import constants\nweighted = constants.WEIGHT\n",
    "mine/constants.py": "WEIGHT = 1\n",
    "mine/unrelated.py": "X = 1\n",
    "far.py": (
        "import importlib\nimport beside.deep as deep\nfrom beside.starred import *\n"
        "importlib.import_module('by_name')\n"
    ),
    "beside/deep.py": "import mine.methods.nearest\n",
    "beside/starred/__init__.py": "__all__ = ['inner']",
    "beside/starred/inner.py": "",
    "by_name.py": "import numpy",
    "other.py": "X = 1\n",
}


def test_modules_far_away_count_and_unrelated_ones_do_not(write):
    write(PACKAGE)
    model = _made("mine.methods")
    counting = [
        "beside",
        "beside.deep",
        "beside.starred",
        "beside.starred.inner",
        "by_name",
        "far",
        "mine",
        "mine.constants",
        "mine.distances",
        "mine.methods",
        "mine.methods.nearest",
    ]
    assert _names(model) == counting
    # What is imported inside a function is found without importing it.
    assert "far" not in sys.modules
    code = own_code(model)
    write({"mine/unrelated.py": "X = 2", "other.py": "X = 2", "new.py": "X = 2", "data.csv": "1,2"})
    assert own_code(model) == code
    for name in ("mine/constants.py", "mine/__init__.py", "by_name.py", "beside/deep.py", "beside/starred/inner.py"):
        write({name: PACKAGE[name] + "\nCHANGED = 1\n"})
        assert own_code(model) != code
        write({name: PACKAGE[name]})
        assert own_code(model) == code


@pytest.mark.parametrize(
    "make",
    [
        lambda module: module.Mine(),
        lambda module: make_pipeline(FunctionTransformer(module.identity), LogisticRegression()),
        lambda module: make_pipeline(FunctionTransformer(partial(module.identity)), LogisticRegression()),
        lambda module: BaggingClassifier(module.Mine()),
        lambda module: BaggingClassifier(make_pipeline(FunctionTransformer(), module.Mine())),
        lambda module: KNeighborsClassifier(metric=module.distance),
        lambda module: KNeighborsClassifier(metric_params={"inside": [module.Layer()]}),
        lambda module: KNeighborsClassifier(metric=module.Layer),
        lambda module: KNeighborsClassifier(metric=module.Layer().call),
        lambda module: KNeighborsClassifier(metric=_Holder(module.Layer())),
        lambda module: type("InScript", (module.Mine,), {"__module__": "__main__"})(),
    ],
)
def test_own_code_counts_wherever_it_is_in_an_estimator(write, make):
    more = "def distance(a, b):\n    return 0\nclass Layer:\n    def call(self):\n        return 0\n"
    write({"method.py": METHOD + more})
    model = make(importlib.import_module("method"))
    assert "method" in _names(model)
    code = own_code(model)
    write({"method.py": METHOD + more + "X = 1\n"})
    assert own_code(model) != code


class _Holder:
    def __init__(self, content):
        self.content = content


def test_installed_code_and_this_library_do_not_count(write):
    assert {own_code(model) for model in (LogisticRegression(), DummyClassifier())} == {""}
    trials = expand(load_suite("quick"), Settings())
    assert {trial.code for trial in trials} == {""}
    for name in ("sklearn-bench-mnist", "lecun-1998"):
        assert {own_code(unseeded_model(case)) for case in load_suite(name).cases} == {""}
    script = type("InScript", (LogisticRegression,), {"__module__": "__main__"})()
    assert own_code(script) == ""


def _install(root, files, editable=False, record=True):
    metadata = root / "installed_method-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-method\nVersion: 1.0\n")
    if record:
        (metadata / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    direct = {"url": "file:///somewhere", "dir_info": {"editable": editable}}
    (metadata / "direct_url.json").write_text(json.dumps(direct))


@pytest.mark.parametrize(
    ("place", "install", "own"),
    [
        ("site-packages", {}, False),
        # Where `pip install --target` puts it.
        ("target", {}, False),
        ("sources", {"editable": True}, True),
        # A source tree, with the metadata of its build beside it.
        ("checkout", {"record": False}, True),
    ],
)
def test_what_is_installed_does_not_count_but_an_editable_install_does(folder, monkeypatch, place, install, own):
    _install(folder / place, ["installed_method.py"], **install)
    (folder / place / "installed_method.py").write_text(METHOD)
    monkeypatch.syspath_prepend(str(folder / place))
    assert _names(_made("installed_method")) == (["installed_method"] if own else [])


def test_an_editable_install_whose_files_are_elsewhere_counts(tmp_path, monkeypatch, folder):
    sources, site = tmp_path / "src", tmp_path / "lib" / "site-packages"
    _install(site, ["__editable__.installed_method.pth"], editable=True)
    sources.mkdir()
    (sources / "installed_method.py").write_text(METHOD)
    # What the .pth file does when Python starts.
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(sources))
    assert _names(_made("installed_method")) == ["installed_method"]
    linked = site / "linked_method.py"
    linked.symlink_to(sources / "installed_method.py")
    assert _names(_made("linked_method")) == ["linked_method"]


def test_a_module_in_an_archive_counts(tmp_path, monkeypatch, folder):
    archive = tmp_path / "methods.zip"

    def pack(text):
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("packed_method.py", text)

    pack(METHOD)
    monkeypatch.syspath_prepend(str(archive))
    model = _made("packed_method")
    code = own_code(model)
    assert code
    pack(METHOD + "X = 1\n")
    assert own_code(model) not in {code, ""}


def test_a_module_that_cannot_be_parsed_counts_by_its_bytes(write):
    deep = "X = " + " + ".join(["1"] * 5000)
    write({"method.py": METHOD + "def later():\n    import broken, deep\n", "broken.py": "def", "deep.py": deep})
    model = _made("method")
    assert _names(model) == ["broken", "deep", "method"]
    code = own_code(model)
    for name, text in (("broken.py", "def # changed"), ("deep.py", f"{deep} + 2")):
        write({name: text})
        assert own_code(model) != code
        code = own_code(model)


def test_imports_that_mean_no_module_are_passed_over(write):
    wrong = "def later():\n    from .... import x\n    from . import y\n    import no.such, numpy.nothing\n"
    wrong += "    __import__('a b')\n    __import__('a\\0b')\n    __import__('..far')\n    __import__(later)\n"
    write({"method.py": METHOD + wrong, "x.py": "", "y.py": "", "far.py": ""})
    assert _names(_made("method")) == ["method"]


def test_a_module_that_changed_after_the_plan_is_an_error(write, folder):
    write({"method.py": METHOD})
    model = _made("method")
    planned = own_code(model)
    check_code(model, planned)
    check_code(LogisticRegression(), "")
    write({"method.py": METHOD + "X = 1\n"})
    with pytest.raises(CodeDiffersError, match=r"this method \(method\) has changed since the run was planned"):
        check_code(model, planned)
    with pytest.raises(CodeDiffersError, match="no user module"):
        check_code(LogisticRegression(), planned)


TRIAL = {
    "suite": "own",
    "case": "k-NN, three",
    "estimator": "knn",
    "params": {"n_neighbors": 3},
    "dataset": DatasetChoice(name="digits-8x8"),
    "fingerprint": "0123456789abcdef" * 4,
    "protocol": "holdout",
    "seed": 0,
    "is_deterministic": True,
    "threads": 1,
    "versions": {"hdr-bench": "0.2.0", "numpy": "2.3.0"},
}
DESKEW = Step(name="deskew", params={"image_shape": [8, 8]})
SEARCH = Search(grid={"C": [1, 10]}, folds=5, strategy="grid")


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({}, ("k-nn-three-0-4d7d3d344ebd", "k-nn-three-0-5f37996c8961")),
        (
            {"estimator": "mymethod.Mine", "params": {"C": 0.5}},
            ("k-nn-three-0-b7f7d84e94e6", "k-nn-three-0-9ef0f8ea967c"),
        ),
        (
            {"identity": "mine-1", "time_limit": 60.0},
            ("k-nn-three-0-64cf56d032c2", "k-nn-three-0-fd934172d023"),
        ),
        (
            {"steps": (DESKEW,), "samples": 500, "shuffle_seed": 4, "validation": "test"},
            ("k-nn-three-0-f064a4f620da", "k-nn-three-0-fbd60deb5567"),
        ),
        (
            {"protocol": "grid-search", "search": SEARCH},
            ("k-nn-three-0-21f4e255e17c", "k-nn-three-0-84850460e92a"),
        ),
        (
            {"protocol": "cross-validation", "fold": 1, "folds": 5, "memory_limit": 10**9},
            ("k-nn-three-0-fold2-197239757a08", "k-nn-three-0-fold2-18bfc9b996bb"),
        ),
    ],
)
def test_keys_of_installed_methods_stay_what_they_were(change, keys):
    trial = Trial(**{**TRIAL, **change})
    assert trial.keys() == keys
    assert not {*trial.model_copy(update={"code": "0123456789abcdef"}).keys()} & {*keys}


def test_a_key_that_was_given_is_another_with_other_code(write):
    write({"method.py": METHOD})
    model = _made("method")

    def key():
        suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="A", estimator=model, key="a-1")])
        return expand(suite, Settings())[0].key

    before = key()
    assert key() == before
    write({"method.py": METHOD + "X = 1\n"})
    assert key() != before


FIRST = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from answers import LABEL

class Mine(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), LABEL)
"""
SUITE = {
    "title": "Own",
    "dataset": "digits-8x8",
    "case": [{"name": "mine", "estimator": "method.Mine"}, {"name": "k-NN", "estimator": "knn"}],
}


def test_a_changed_method_runs_again_and_the_run_says_so(write, tmp_path):
    write({"method.py": FIRST, "answers.py": "LABEL = 3"})
    suite, out = parse_suite(SUITE, "own", "own.toml"), tmp_path / "run"

    def accuracy():
        return load_results(run_suite(suite, out=out, samples=100, threads=1)).set_index("case")["accuracy"]["mine"]

    def due():
        return [trial.case for trial in plan_suite(suite, RunOptions(samples=100, threads=1, out=out)).to_run]

    first = accuracy()
    write({"answers.py": "LABEL = 3  # three"})
    assert due() == []
    write({"answers.py": "LABEL = 4"})
    assert due() == ["mine"]
    with pytest.warns(
        CodeChangedWarning, match="^mine: its code has changed since the stored result; 1 trial runs again$"
    ):
        second = accuracy()
    assert first != second
    write({"answers.py": "LABEL = 3"})
    assert due() == []
    assert accuracy() == first


def test_the_command_says_what_changed_and_what_was_stored_without_its_code(write, tmp_path):
    write({"method.py": FIRST, "answers.py": "LABEL = 3"})
    (tmp_path / "own.toml").write_text(
        'title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "mine"\nestimator = "method.Mine"\n'
    )
    options = ["run", "own.toml", "--samples", "100", "--threads", "1", "--out", "run", "--quiet"]

    def output_of(*more):
        ran = CliRunner().invoke(app, [*options, *more])
        assert ran.exit_code == 0, ran.output
        return ran.output.removeprefix(f"runs code of method ({tmp_path / 'method.py'})\n")

    assert "mine:" not in output_of()
    store = Store(tmp_path / "run")
    [key] = load_results(tmp_path / "run")["key"]
    result, predictions = store.read(key), store.read_predictions(key)
    write({"answers.py": "LABEL = 4"})
    changed = "mine: its code has changed since the stored result; 1 trial runs again\n"
    assert output_of("--dry-run").startswith(changed)
    # As it was stored before results held their code.
    older = result.trial.model_copy(update={"code": ""})
    (tmp_path / "run" / "trials" / f"{key}.zip").unlink()
    store.write(result.model_copy(update={"trial": older, "key": older.key}), predictions)
    # Another version of a library alone is no change of the code.
    write({"answers.py": "LABEL = 3"})
    other = result.trial.model_copy(update={"versions": {**result.trial.versions, "numpy": "0.0"}})
    Store(tmp_path / "other").write(result.model_copy(update={"trial": other, "key": other.key}), predictions)
    assert "mine:" not in output_of("--dry-run", "--out", "other")
    write({"answers.py": "LABEL = 4"})
    unknown = "mine: the stored result does not record its code; 1 trial runs again\n"
    assert output_of("--dry-run").startswith(unknown)
    assert output_of().startswith(unknown)
    assert "mine:" not in output_of("--dry-run")


def test_a_trial_that_meets_other_code_than_was_planned_has_failed(write, tmp_path):
    write({"method.py": FIRST, "answers.py": "LABEL = 3"})
    store = Store(tmp_path / "run")
    suite = parse_suite({**SUITE, "case": SUITE["case"][:1]}, "own", "own.toml")
    plan = plan_suite(suite, RunOptions(samples=100, threads=1, out=store.folder))
    write({"answers.py": "LABEL = 4"})
    plan.execute()
    result = store.read(plan.trials[0].key)
    assert result.status == "failed"
    assert "CodeDiffersError: the code of this method (answers, method) has changed" in result.error
