"""Files of versions that are damaged, lost or in another server's folder."""

import asyncio
import errno
import hashlib
import logging
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from hdr_bench.exceptions import ModelFileError, ServerError
from hdr_bench.web import first_models
from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.first_fit_process import Fit
from hdr_bench.web.first_models import missing_methods, register_first_models
from hdr_bench.web.serving import Serving, choose_version
from tests.helpers.first_models import answering, fit, give, versions_of


class Pool:
    """Pool that loads nothing, and refuses what it is told cannot be loaded."""

    versions, refused, n_tries = (), (), 0

    async def serve(self, versions):
        """Note the versions that answer."""
        self.n_tries += 1
        if refused := [version for version in versions if (version.model, version.number) in self.refused]:
            raise ModelFileError(f"{refused[0].path}: a later hdr-bench has written it")
        self.versions = versions


class Server:
    """What of a server looks after its versions, with the numbers of those that answer."""

    def __init__(self, settings, database):
        self.pool = Pool()
        self._serving = Serving(self.pool, database, settings.models_folder)

    def look(self):
        asyncio.run(self._serving.refresh())
        return [(version.model, version.number) for version in self.pool.versions]


@pytest.fixture
def chosen(settings, opened, trees, tmp_path):
    """Settings of a server of the model "mine" with two versions, the second of which answers."""
    settings = give(settings, tmp_path / "mine.hdrm")
    for source in trees:
        shutil.copy(source, settings.models[0])
        register_first_models(settings, opened)
    assert answering(opened) == [("mine", 2)]
    return settings


def test_a_version_that_cannot_be_loaded_stops_no_other(settings, opened, trees, caplog):
    register_first_models(give(settings, *trees), opened)
    server = Server(settings, opened)
    server.pool.refused = [("2", 1)]
    with caplog.at_level(logging.ERROR):
        assert server.look() == [("3", 1)]
        n_tries = server.pool.n_tries
        assert server.look() == [("3", 1)]
    assert server.pool.n_tries == n_tries
    (said,) = caplog.messages
    assert said.startswith("Cannot load 2, version 1")
    assert "later hdr-bench" in said


@pytest.fixture
def quick_fits(trees, monkeypatch):
    """Fits that take no time: each method gets a copy of a small tree."""
    done = []

    async def run_fits(methods, folder, on_fit):
        for method in methods:
            done.append(method)
            await on_fit(Fit(method, Path(shutil.copy(trees[0], folder / f"{method}.hdrm"))))

    monkeypatch.setattr(first_models, "METHODS", ("tree",))
    monkeypatch.setattr(first_models, "run_fits", run_fits)
    return done


def path_of(settings, database, model, number):
    return settings.models_folder / versions_of(database, model)[number - 1].file


def states_of(database, model):
    return [version.state for version in versions_of(database, model)]


def test_an_earlier_version_answers_for_a_damaged_one_until_it_is_whole_and_chosen_again(chosen, opened, caplog):
    path = path_of(chosen, opened, "mine", 2)
    content = path.read_bytes()
    path.write_bytes(b"damaged")
    server = Server(chosen, opened)
    assert server.look() == answering(opened) == [("mine", 1)]
    assert states_of(opened, "mine") == ["usable", "damaged"]
    with pytest.raises(ModelFileError, match="its file is damaged"), opened.begin() as session:
        choose_version(session, "mine", 2, chosen.models_folder)
    assert server.look() == [("mine", 1)]
    assert len(caplog.messages) == 2
    path.write_bytes(content)
    assert server.look() == [("mine", 1)]
    assert states_of(opened, "mine") == ["usable", "usable"]
    with opened.begin() as session:
        choose_version(session, "mine", 2, chosen.models_folder)
    assert server.look() == [("mine", 2)]


def test_where_no_version_is_whole_the_others_answer_and_nothing_is_written_again(settings, opened, trees):
    register_first_models(give(settings, *trees), opened)
    path = path_of(settings, opened, "2", 1)
    content = path.read_bytes()
    path.write_bytes(b"damaged")
    server = Server(settings, opened)
    assert server.look() == [("3", 1)]
    assert answering(opened) == [("2", 1), ("3", 1)]
    other = sqlite3.connect(opened.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert server.look() == [("3", 1)], "who looks does not wait for those who write"
    other.close()
    path.write_bytes(content)
    assert server.look() == [("2", 1), ("3", 1)]
    assert states_of(opened, "2") == ["usable"]


def fail_to_open(monkeypatch, error):
    def fail(path, *_arguments, **_options):
        raise OSError(error, "no", str(path))

    monkeypatch.setattr(Path, "open", fail)


@pytest.mark.parametrize("error", [None, errno.EMFILE, errno.EACCES, errno.ESTALE])
def test_a_file_that_is_not_here_or_cannot_be_read_now_is_not_damaged(chosen, opened, monkeypatch, caplog, error):
    server = Server(chosen, opened)
    with opened.begin() as session:
        serve_version(session, "mine", 1)
    assert server.look() == [("mine", 1)]
    with opened.begin() as session:
        serve_version(session, "mine", 2)
    path = path_of(chosen, opened, "mine", 2)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        if error is None:
            path.rename(path.with_suffix(".away"))
        else:
            fail_to_open(patch, error)
        for _ in range(3):
            assert server.look() == [("mine", 1)], "what answered before goes on"
        assert Server(chosen, opened).look() == []
    said = "is missing" if error is None else "cannot be read"
    assert len(caplog.messages) == 2, "one line per server"
    assert said in caplog.messages[0]
    assert (answering(opened), states_of(opened, "mine")) == ([("mine", 2)], ["usable", "usable"])
    if error is None:
        with pytest.raises(ModelFileError, match="is missing from this server's"), opened.begin() as session:
            choose_version(session, "mine", 2, chosen.models_folder)
        path.with_suffix(".away").rename(path)
    assert server.look() == [("mine", 2)]


def test_a_second_server_with_another_folder_changes_nothing_for_the_first(settings, opened, quick_fits, tmp_path):
    register_first_models(settings, opened)
    second = replace(settings, folder=tmp_path / "elsewhere")
    register_first_models(second, opened)
    assert quick_fits == [], "the embedded network alone is everywhere"
    fit(settings, opened)
    with pytest.raises(ServerError, match="are not in .*elsewhere/models. Servers that share a database must share"):
        register_first_models(second, opened)
    assert Server(second, opened).look() == [("cnn", 1)]
    assert Server(settings, opened).look() == answering(opened) == [("cnn", 1), ("tree", 1)]
    assert states_of(opened, "tree") == ["usable"]


def test_a_second_server_with_the_same_given_files_may_have_its_own_folder(chosen, opened, tmp_path):
    second = replace(chosen, folder=tmp_path / "elsewhere")
    register_first_models(second, opened)
    assert Server(second, opened).look() == Server(chosen, opened).look() == [("mine", 2)]


def test_lost_files_of_ones_own_folder_are_fitted_again_and_the_rest_answers(settings, opened, quick_fits, trees):
    register_first_models(settings, opened)
    fit(settings, opened)
    with opened.begin() as session:
        content = trees[1].read_bytes()
        (settings.models_folder / "new.hdrm").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        add_version(session, model="cnn", method="cnn", origin="retrained", file="new.hdrm", sha256=sha256, n_images=1)
        serve_version(session, "cnn", 2)
    shutil.rmtree(settings.models_folder)
    register_first_models(settings, opened)
    assert answering(opened) == [("cnn", 1), ("tree", 1)]
    assert Server(settings, opened).look() == [("cnn", 1)]
    assert missing_methods(settings, opened) == ("tree",)
    fit(settings, opened)
    assert quick_fits == ["tree", "tree"]
    assert missing_methods(settings, opened) == ()
    assert Server(settings, opened).look() == [("cnn", 1), ("tree", 1)]


def test_a_version_that_another_server_added_meanwhile_stays(settings, opened, quick_fits, monkeypatch, trees):
    register_first_models(settings, opened)
    shutil.copy(trees[1], settings.models_folder / "tree.hdrm")
    with opened.begin() as session:
        sha256 = hashlib.sha256(trees[1].read_bytes()).hexdigest()
        add_version(session, model="tree", method="tree", origin="given", file="tree.hdrm", sha256=sha256, n_images=1)
        serve_version(session, "tree", 1)
    monkeypatch.setattr(first_models, "missing_methods", lambda *_: ("tree",))

    fit(settings, opened)

    assert quick_fits == ["tree"]
    assert [version.origin for version in versions_of(opened, "tree")] == ["given"]
    assert answering(opened) == [("cnn", 1), ("tree", 1)]
