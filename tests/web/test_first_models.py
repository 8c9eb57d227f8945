"""The models that answer at first: registered, fitted in a real process, and found again by later servers."""

import asyncio
import hashlib
import logging
import os
import shutil
import subprocess
import sys

import numpy as np
import psutil
import pytest
from sklearn.tree import DecisionTreeClassifier

from hdr_bench import load_card, load_dataset, load_model, make_estimator, save_model
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError, ServerError
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.estimator_card import describe_estimator
from hdr_bench.web import first_models
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.versions import add_version, list_versions, mark_damaged, serve_version, served_versions
from hdr_bench.web.first_models import fit_first_models, missing_methods, register_first_models
from hdr_bench.web.settings import ServerSettings, default_database
from tests.helpers.processes import runs, wait_for


class OwnTree(DecisionTreeClassifier):
    """Tree that only a pickle can hold."""


@pytest.fixture
def settings(tmp_path):
    return ServerSettings(folder=tmp_path / "web", database=default_database(tmp_path / "web"))


@pytest.fixture
def opened(settings):
    database = open_database(settings.database)
    prepare_schema(database)
    yield database
    close_database(database)


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Files of two small trees that differ."""
    digits, folder = load_dataset("mnist-5k").train, tmp_path_factory.mktemp("trees")
    for depth in (2, 3):
        model = make_estimator("tree", max_depth=depth).fit(digits.X[:200], digits.y[:200])
        save_model(model, folder / f"{depth}.hdrm")
    return folder / "2.hdrm", folder / "3.hdrm"


def give(settings, *paths):
    return ServerSettings(folder=settings.folder, database=settings.database, models=tuple(paths))


def answering(database):
    """Return each model that answers, with its version's number, in order."""
    with database.read() as session:
        return [(model.name, version.number) for model, version in served_versions(session)]


def versions_of(database, model):
    with database.read() as session:
        return list_versions(session, model)


def fit(settings, database, on_fitted=None):
    async def nothing():
        pass

    asyncio.run(fit_first_models(settings, database, on_fitted or nothing))


def fitting_children(process=None):
    children = (process or psutil.Process()).children(recursive=True)
    return [child for child in children if runs(child, "hdr_bench.web.first_fit")]


def test_the_embedded_network_answers_and_is_added_once(settings, opened):
    for _ in range(2):
        register_first_models(settings, opened)

    assert answering(opened) == [("cnn", 1)]
    (version,) = versions_of(opened, "cnn")
    kept = settings.models_folder / version.file
    assert kept.read_bytes() == EMBEDDED_MODEL.read_bytes()
    assert version.sha256 == hashlib.sha256(kept.read_bytes()).hexdigest() == kept.stem
    assert (version.origin, version.method) == ("embedded", "cnn")
    assert version.scores["mnist"]["n_images"] == 10_000
    assert settings.models_folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in settings.models_folder.iterdir()] == [version.file]


def test_a_file_with_other_bytes_becomes_the_next_version_and_an_earlier_one_does_not_come_back(
    settings, opened, trees, tmp_path
):
    path = tmp_path / "Mine.hdrm"
    for source in (trees[0], trees[1], trees[0]):
        shutil.copy(source, path)
        register_first_models(give(settings, path), opened)

    assert [version.number for version in versions_of(opened, "mine")] == [1, 2]
    assert answering(opened) == [("mine", 2)]


def test_what_people_chose_answers_after_a_start_with_the_same_files(settings, opened, trees, tmp_path):
    path = tmp_path / "mine.hdrm"
    for source in trees:
        shutil.copy(source, path)
        register_first_models(give(settings, path), opened)
    with opened.begin() as session:
        serve_version(session, "mine", 1)

    register_first_models(give(settings, path), opened)

    assert answering(opened) == [("mine", 1)]


def test_models_that_are_no_longer_given_stay_as_versions(settings, opened, trees):
    register_first_models(give(settings, *trees), opened)
    assert answering(opened) == [("2", 1), ("3", 1)]

    register_first_models(give(settings, trees[1]), opened)
    assert answering(opened) == [("3", 1)]

    register_first_models(settings, opened)
    assert answering(opened) == [("cnn", 1)]
    assert len(versions_of(opened, "2")) == 1

    register_first_models(give(settings, *reversed(trees)), opened)
    assert answering(opened) == [("3", 1), ("2", 1)]


@pytest.mark.parametrize(("origin", "number"), [("retrained", 1), ("embedded", 2)])
def test_a_new_embedded_network_leaves_what_learned_from_corrections(settings, opened, origin, number):
    with opened.begin() as session:
        add_version(
            session, model="cnn", method="cnn", origin=origin, file="old.hdrm", sha256="0" * 64, n_images=60_000
        )
        serve_version(session, "cnn", 1)

    register_first_models(settings, opened)

    assert answering(opened) == [("cnn", number)]
    assert [version.origin for version in versions_of(opened, "cnn")] == [origin, "embedded"]


def test_a_damaged_copy_is_made_again_and_can_be_chosen_again(settings, opened):
    register_first_models(settings, opened)
    (version,) = versions_of(opened, "cnn")
    (settings.models_folder / version.file).write_bytes(b"damaged")
    with opened.begin() as session:
        mark_damaged(session, version.id)

    register_first_models(settings, opened)

    (version,) = versions_of(opened, "cnn")
    assert version.state == "usable"
    assert (settings.models_folder / version.file).read_bytes() == EMBEDDED_MODEL.read_bytes()


def save_tree(path, dataset, **card):
    data = load_dataset(dataset)
    model = make_estimator("tree", max_depth=2).fit(data.train.X[:100], data.train.y[:100])
    return save_model(model, path, card=describe_estimator(model).model_copy(update=card))


def write(path, content):
    path.write_bytes(content)
    return path


def flip_a_bit(content):
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 1
    return bytes(flipped)


def save_pickle(path):
    digits = load_dataset("digits-8x8").train
    model = OwnTree(max_depth=2).fit(np.tile(digits.X, (1, 13))[:100, :784], digits.y[:100])
    return save_model(model, path, trust=True)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path, whole: write(path, flip_a_bit(whole)), "damaged"),
        (lambda path, whole: write(path, whole[:-9]), "cut off|damaged"),
        (lambda path, _: write(path, b"no model"), "not a model file"),
        (lambda path, _: path.parent, "directory"),
        (lambda path, _: save_tree(path, "digits-8x8"), "28x28 pixels"),
        (lambda path, _: save_tree(path, "mnist-5k", classes=tuple("abcdefghij")), "knows no digits"),
        (lambda path, _: save_pickle(path), "saved without --trust"),
        (lambda path, whole: write(path.with_name("  .hdrm"), whole), "rename the file"),
    ],
    ids=["bit", "cut", "text", "folder", "8x8", "letters", "pickle", "nameless"],
)
def test_a_file_that_cannot_be_served_is_refused_in_a_sentence(settings, opened, trees, make, says):
    bad = make(settings.folder.with_name("given.hdrm"), trees[0].read_bytes())

    with pytest.raises(ModelFileError, match=says) as refused:
        register_first_models(give(settings, trees[1], bad), opened)

    assert "\n" not in str(refused.value)
    assert answering(opened) == []
    assert not settings.models_folder.exists()


def test_a_file_that_is_not_there_is_said(settings, opened, tmp_path):
    with pytest.raises(ModelNotFoundError, match="no such file"):
        register_first_models(give(settings, tmp_path / "none.hdrm"), opened)


def test_two_files_of_one_name_are_refused(settings, opened, trees, tmp_path):
    paths = [tmp_path / "a" / "Mine.hdrm", tmp_path / "b" / "mine.hdrm"]
    for path in paths:
        path.parent.mkdir()
        shutil.copy(trees[0], path)

    with pytest.raises(ModelFileError, match="two model files are named mine"):
        register_first_models(give(settings, *paths), opened)


def test_a_name_that_is_no_text_is_shown_with_escapes(settings, opened, trees, tmp_path):
    path = tmp_path / os.fsdecode(b"n\xff\n.hdrm")
    shutil.copy(trees[0], path)

    register_first_models(give(settings, path), opened)

    assert answering(opened) == [("n\\xff\\x0a", 1)]


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
    assert failed.startswith("nobody could not be fitted: unknown estimator 'nobody'")
    assert unheard == "tree was fitted, but does not answer yet: the process that read the picture died"


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

    assert caplog.messages == ["svm could not be fitted: its process was ended by SIGKILL"]
    assert answering(opened) == [("cnn", 1), ("tree", 1)]


def test_a_version_that_another_server_added_meanwhile_stays(settings, opened, monkeypatch):
    monkeypatch.setattr(first_models, "missing_methods", lambda *_: ("tree",))
    register_first_models(settings, opened)
    with opened.begin() as session:
        add_version(session, model="tree", method="tree", origin="given", file="", sha256="0" * 64, n_images=1)
        serve_version(session, "tree", 1)

    fit(settings, opened)

    assert [version.origin for version in versions_of(opened, "tree")] == ["given"]
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
