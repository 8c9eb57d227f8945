"""Whatever a user's module does when it is imported is an error that names it, its file and its line."""

import importlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import psutil
import pytest

from hdr_bench.estimators import make_estimator, make_transformer
from hdr_bench.estimators.foreign import importing
from hdr_bench.estimators.foreign.importing import describe_shadowing
from hdr_bench.exceptions import EstimatorError, ModuleImportError, UnknownNameError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder at the end of the import path, whose modules are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__spec__", "")):
            del sys.modules[name]
    importlib.invalidate_caches()


ENDS = (
    r"the module 'odd' ends the program when it is imported \({}\); code that only a script should run belongs under: "
)
FAILS = "the module 'odd' cannot be imported: {}"


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("import sys\nsys.exit(0)", 2, ENDS.format("SystemExit: 0")),
        ("\n\nexit()", 3, ENDS.format("SystemExit: None")),
        ("import os\nos._exit(3)", 2, ENDS.format("SystemExit: 3")),
        ("from os import _exit\n_exit(0)", 2, ENDS.format("SystemExit: 0")),
        ("raise KeyboardInterrupt", 1, ENDS.format("KeyboardInterrupt")),
        ("class End(BaseException): pass\n\nraise End('over')", 3, ENDS.format("End: over")),
        ("x = 1\ndef f(:\n", 2, "the module 'odd' is not valid Python: invalid syntax"),
        ("import numpy as np\nnp.zeros(-1)", 2, FAILS.format("ValueError: negative dimensions")),
        ("import no_such_library", 1, FAILS.format("ModuleNotFoundError: No module named 'no_such_library'")),
        ("from numpy import no_such_name", 1, FAILS.format("ImportError: cannot import name 'no_such_name'")),
        ("def f(): f()\nf()", 1, FAILS.format("RecursionError")),
    ],
)
def test_a_module_that_ends_or_fails(folder, source, line, told):
    (folder / "odd.py").write_text(source)
    with pytest.raises(ModuleImportError, match=rf"odd\.py, line {line}: {told}"):
        make_estimator("odd.Mine")


def test_a_module_that_another_one_imports_is_named_by_its_file(folder):
    (folder / "odd.py").write_text("import inner_odd")
    (folder / "inner_odd.py").write_text("1 / 0")
    with pytest.raises(
        ModuleImportError, match=r"inner_odd\.py, line 1: .*'odd' cannot be imported: ZeroDivisionError"
    ):
        make_estimator("odd.Mine")


def test_of_a_library_that_cannot_be_loaded_no_file_of_this_one_is_named(folder):
    (folder / f"odd{EXTENSION_SUFFIXES[0]}").write_bytes(b"no library")
    with pytest.raises(ModuleImportError, match=r"^the module 'odd' cannot be imported: ImportError: "):
        make_estimator("odd.Mine")


def test_an_error_of_several_lines_is_said_in_one(folder):
    (folder / "odd.py").write_text("raise RuntimeError('not\\n  today\\r\\n')")
    with pytest.raises(ModuleImportError) as refused:
        make_estimator("odd.Mine")
    assert str(refused.value).endswith("odd.py, line 1: the module 'odd' cannot be imported: RuntimeError: not today")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="modules are tried on Linux")
@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("import os\nos.abort()", "signal SIGABRT"),
        ("import ctypes\nctypes.string_at(0)", "signal SIGSEGV"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGILL)", "signal SIGILL"),
        ("import ctypes\nctypes.CDLL(None)._exit(0)", "exit code 0"),
        ("import ctypes\nctypes.CDLL(None).exit(3)", "exit code 3"),
        ("import os, signal\nos.killpg(0, signal.SIGKILL)", "signal SIGKILL"),
    ],
)
def test_a_module_that_ends_its_process_past_python_is_refused(folder, source, how):
    (folder / "odd.py").write_text(source)
    with pytest.raises(ModuleImportError, match=rf"the module 'odd' crashes the process that imports it \({how}\)"):
        make_estimator("odd.Mine")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="modules are tried on Linux")
def test_what_a_module_prints_and_starts_on_trial_does_not_show(folder, capfd):
    (folder / "odd.py").write_text(
        "import os, subprocess\n"
        "print('once')\n"
        "os.system('echo once')\n"
        "daemon = subprocess.Popen(['sleep', '1234'], start_new_session=True, env={})\n"
        f"with open({str(folder / 'pids')!r}, 'a') as file:\n"
        "    file.write(f'{daemon.pid}\\n')\n"
        "from sklearn.dummy import DummyClassifier as Mine\n"
    )
    make_estimator("odd.Mine")
    daemon = sys.modules["odd"].daemon
    daemon.kill()
    daemon.wait()
    assert capfd.readouterr().out.split() == ["once", "once"]
    tried, own = map(int, (folder / "pids").read_text().split())
    assert own == daemon.pid
    assert not psutil.pid_exists(tried)


def test_of_a_module_that_forks_one_process_goes_on(folder):
    (folder / "odd.py").write_text("import os\nfrom sklearn.dummy import DummyClassifier as Mine\nchild = os.fork()\n")
    here = os.getpid()
    make_estimator("odd.Mine")
    assert os.getpid() == here
    assert os.waitpid(sys.modules["odd"].child, 0)[1] == 0


def test_ctrl_c_during_an_import_is_ctrl_c(folder):
    (folder / "odd.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)")
    with pytest.raises(KeyboardInterrupt):
        make_estimator("odd.Mine")


def test_leaving_at_once_is_allowed_again_afterwards(folder, monkeypatch):
    class Left(BaseException):
        pass

    def leave(status):
        raise Left(status)

    monkeypatch.setattr(os, "_exit", leave)
    (folder / "kept.py").write_text(
        "from os import _exit as leave\nfrom sklearn.dummy import DummyClassifier as Mine\n"
    )
    make_estimator("kept.Mine")
    assert os._exit is leave
    # What the module has kept for later is what it asked for.
    with pytest.raises(Left, match="7"):
        sys.modules["kept"].leave(7)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "no_such_library.Mine",
            "^estimator 'no_such_library.Mine': there is no module no_such_library; check the spelling, or put "
            "no_such_library.py next to the suite file or in the working folder$",
        ),
        ("nolib.Mine", r"there is no module nolib; check the spelling, or put nolib\.py next to"),
        ("scikitlearn.Mine", "there is no module scikitlearn; check the spelling"),
        ("sklearm.Mine", r"in the working folder. Did you mean 'sklearn'\?"),
        ("odd..Mine", "unknown estimator 'odd..Mine'"),
        ("odd.Mine ", "unknown estimator 'odd.Mine '"),
        ("odd.mine", "unknown estimator in odd 'mine'. Did you mean 'Mine'?"),
        ("odd.VALUE", r"unknown estimator \(not a class\) 'odd.VALUE'"),
    ],
)
def test_what_is_not_there(folder, name, told):
    (folder / "odd.py").write_text("VALUE = 3\nclass Bare: pass\nclass Mine(Bare): pass\n")
    with pytest.raises(UnknownNameError, match=told):
        make_estimator(name)


@pytest.mark.parametrize("table", ["_DISTRIBUTIONS", "LIBRARIES"])
def test_only_a_library_that_is_known_is_recommended(folder, table, monkeypatch):
    monkeypatch.setitem(getattr(importing, table), "nolib", "nolib")
    with pytest.raises(UnknownNameError, match="the module nolib is not installed; pip install nolib$"):
        make_estimator("nolib.Mine")


def test_a_class_that_is_no_estimator_is_told_what_to_derive_from(folder):
    (folder / "odd.py").write_text("class Bare: pass\n")
    for make, mixin in ((make_estimator, "ClassifierMixin"), (make_transformer, "TransformerMixin")):
        with pytest.raises(
            EstimatorError, match=rf"odd\.Bare has no get_params.* sklearn\.base\.{mixin} and sklearn\.base\.BaseEst"
        ):
            make("odd.Bare")


@pytest.mark.parametrize("name", ["random", "time", "numpy"])
def test_a_module_named_like_one_that_comes_first(folder, name):
    (folder / f"{name}.py").write_text("class Mine: pass")
    taken = sys.modules[name].__spec__.origin
    with pytest.raises(
        ModuleImportError, match=f"the module '{name}' is .*, not {folder}/{name}.py.* rename yours, e.g. my_{name}"
    ) as caught:
        make_estimator(f"{name}.Mine")
    assert f" {taken}, not " in str(caught.value) or "Python's own, not " in str(caught.value)


def test_a_package_named_like_an_installed_one(folder):
    (folder / "sklearn").mkdir()
    (folder / "sklearn" / "mine.py").write_text("class Mine: pass")
    with pytest.raises(ModuleImportError, match=f"the module 'sklearn' is .*__init__.py, not {folder}/sklearn"):
        make_estimator("sklearn.mine.Mine")
    # Whoever means the installed one gets it.
    assert make_estimator("sklearn.dummy.DummyClassifier").strategy == "prior"
    assert describe_shadowing("scipy") == ""


def test_a_module_that_was_imported_from_elsewhere_before(folder, tmp_path, monkeypatch):
    for place in ("one", "other"):
        (folder / place).mkdir()
        (folder / place / "twice.py").write_text("from sklearn.dummy import DummyClassifier as Mine")
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder / "one")])
    make_estimator("twice.Mine")
    monkeypatch.setattr(sys, "path", [*sys.path[:-1], str(folder / "other")])
    with pytest.raises(ModuleImportError, match="'twice' was imported from .*one/twice.py, but now resolves to"):
        make_estimator("twice.Mine")


def test_a_module_without_a_file_is_taken_for_no_other(tmp_path, monkeypatch):
    assert [describe_shadowing(name) for name in ("os", "sys", "time", "abc", "json")] == [""] * 5
    (tmp_path / "os.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    told = f"the module 'os' is Python's own, not {tmp_path / 'os.py'}; rename yours, e.g. my_os"
    assert describe_shadowing("os.path") == told
