"""What tests of several folders share."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from hdr_bench.cli import child_processes
from hdr_bench.experiments.processes import host_pool
from hdr_bench.experiments.processes.leftovers import tree_of

# They are for the processes of trials to import, beside a library that is not installed.
collect_ignore = ["standins"]


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """A function that has a folder made by the first of the processes that test, for all of them."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder = shared / "once" / name
        folder.parent.mkdir(exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                make(unfinished := folder.with_name(f"{name}-unfinished"))
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session", autouse=True)
def _hosts_stay():
    """Commands that are called in this process leave the hosts of trials, which take seconds to start, to later ones.

    What else they have started they end, as in a process of their own.
    """
    end_started = child_processes._end_started

    def end_others(before):
        pids = [host.pid for host in host_pool._idle if host.is_running]
        end_started({*before, *(process for pid in pids for process in tree_of(psutil.Process(pid)))})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child_processes, "_close_hosts", lambda: None)
        patch.setattr(child_processes, "_end_started", end_others)
        yield


@pytest.fixture
def called_apart():
    """Return what a function of a test file returns in a process of its own, as JSON would have it.

    For what is measured: in this process other tests' threads would add to it, and so would processes that they left.
    """

    def called(function):
        place, name = function.__code__.co_filename, function.__name__
        script = f"import json, runpy; print(json.dumps(runpy.run_path({place!r})[{name!r}]()))"
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return called


@pytest.fixture
def helpers():
    """The folder of the modules that trials of tests import."""
    return Path(__file__).parent / "helpers"


@pytest.fixture(scope="module")
def standins():
    """The classes derived from other libraries', and what stands for CatBoost where it is not installed."""
    folder, before, modules = Path(__file__).parent / "standins", list(sys.path), set(sys.modules)
    sys.path.append(str(folder))
    yield
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
