"""The methods that are fitted in a real process when a server starts for the first time."""

import asyncio
import logging
import os
import subprocess
import sys

import psutil
import pytest

from hdr_bench import load_card, load_dataset, load_model
from hdr_bench.exceptions import ServerError
from hdr_bench.web import first_models
from hdr_bench.web.first_models import fit_first_models, missing_methods, register_first_models
from tests.helpers.first_models import answering, fit, give, versions_of
from tests.helpers.processes import runs, wait_for


def fitting_children(process=None):
    children = (process or psutil.Process()).children(recursive=True)
    return [child for child in children if runs(child, "hdr_bench.web.first_fit")]


def test_methods_are_fitted_once_and_answer_one_by_one(settings, opened, monkeypatch):
    monkeypatch.setattr(first_models, "METHODS", ("tree", "linear"))
    register_first_models(settings, opened)
    seen = []

    async def note():
        seen.append(answering(opened))

    fit(settings, opened, note)

    assert seen == [[("cnn", 1), ("tree", 1)], [("cnn", 1), ("tree", 1), ("linear", 1)]]
    assert missing_methods(settings, opened) == ()
    for name in ("tree", "linear"):
        (version,) = versions_of(opened, name)
        path = settings.models_folder / version.file
        assert (version.origin, version.n_images) == ("fitted", 4_000)
        assert version.scores["mnist-5k"]["accuracy"] > 0.7
        assert load_card(path).reading.calibrated
        assert load_model(path).predict(load_dataset("mnist-5k").test.X[:5]).shape == (5,)
    # Later servers fit nothing, and serve what is there.
    monkeypatch.setattr(first_models, "run_fits", None)
    register_first_models(settings, opened)
    fit(settings, opened)
    assert answering(opened) == seen[-1]
    assert len(list(settings.models_folder.iterdir())) == 3


def test_methods_are_not_fitted_where_files_were_given(settings, opened, trees):
    assert missing_methods(give(settings, trees[0]), opened) == ()


def test_a_fit_that_fails_is_said_and_the_next_one_goes_on(settings, opened, monkeypatch, caplog):
    monkeypatch.setattr(first_models, "METHODS", ("nobody", "tree"))
    register_first_models(settings, opened)

    async def break_down():
        raise ServerError("the process that read the picture died")

    with caplog.at_level(logging.ERROR):
        fit(settings, opened, break_down)

    assert answering(opened) == [("cnn", 1), ("tree", 1)]
    assert missing_methods(settings, opened) == ("nobody",)
    failed, unheard = caplog.messages
    assert failed.startswith("Could not fit nobody: unknown estimator 'nobody'")
    assert unheard == "tree was fitted, but cannot be served yet: the process that read the picture died"


def test_a_process_that_is_killed_costs_one_method(settings, opened, monkeypatch, caplog):
    monkeypatch.setattr(first_models, "METHODS", ("svm", "tree"))
    register_first_models(settings, opened)

    async def run():
        async def nothing():
            pass

        fitting = asyncio.create_task(fit_first_models(settings, opened, nothing))
        (child,) = await asyncio.to_thread(wait_for, fitting_children)
        child.kill()
        await fitting

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())

    assert caplog.messages == ["Could not fit svm: its process was killed by SIGKILL"]
    assert answering(opened) == [("cnn", 1), ("tree", 1)]


def test_a_server_that_ends_ends_the_fit_and_leaves_no_file(settings, opened):
    register_first_models(settings, opened)

    async def run():
        async def nothing():
            pass

        fitting = asyncio.create_task(fit_first_models(settings, opened, nothing))
        children = await asyncio.to_thread(wait_for, fitting_children)
        fitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fitting
        return children

    children = asyncio.run(run())

    assert not any(child.is_running() for child in children)
    assert [path.suffix for path in settings.models_folder.iterdir()] == [".hdrm"]


SERVER = """
import asyncio, sys
from pathlib import Path
from hdr_bench.web.first_fit_process import run_fits

async def nothing(fit):
    pass

asyncio.run(run_fits(("svm", "tree"), Path(sys.argv[1]), nothing))
"""


def test_a_server_that_is_killed_takes_its_fit_along(tmp_path):
    with subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path)]) as process:
        (child,) = wait_for(lambda: fitting_children(psutil.Process(process.pid)))
        process.kill()

    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_the_fit_gives_way_to_those_who_draw(settings, opened):
    register_first_models(settings, opened)

    async def run():
        async def nothing():
            pass

        fitting = asyncio.create_task(fit_first_models(settings, opened, nothing))
        (child,) = await asyncio.to_thread(wait_for, fitting_children)
        await asyncio.to_thread(wait_for, lambda: child.nice() > psutil.Process().nice())
        session = os.getsid(child.pid)
        fitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fitting
        return session

    # Elsewhere than in its session, the kernel weighs the whole session, not the process.
    assert asyncio.run(run()) == os.getsid(0)
