"""The models that answer at first: registered, and found again by later servers."""

import hashlib
import shutil

import pytest

from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.web.database.retrainings import queue
from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.first_models import register_first_models
from tests.helpers.first_models import answering, give, versions_of


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


def test_what_people_chose_answers_again_after_a_start_with_other_models(settings, opened, trees):
    register_first_models(settings, opened)
    with opened.begin() as session:
        content = trees[0].read_bytes()
        (settings.models_folder / "new.hdrm").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        add_version(session, model="cnn", method="cnn", origin="retrained", file="new.hdrm", sha256=sha256, n_images=1)
        serve_version(session, "cnn", 2)

    register_first_models(give(settings, trees[1]), opened)
    assert answering(opened) == [("3", 1)]
    with opened.begin() as session:
        assert queue(session, "cnn") is None

    register_first_models(settings, opened)
    assert answering(opened) == [("cnn", 2)]


@pytest.mark.parametrize(("origin", "number"), [("retrained", 1), ("embedded", 2)])
def test_a_new_embedded_network_leaves_what_learned_from_corrections(settings, opened, origin, number):
    settings.models_folder.mkdir(parents=True)
    (settings.models_folder / "old.hdrm").write_bytes(b"")
    sha256 = hashlib.sha256(b"").hexdigest()
    with opened.begin() as session:
        add_version(session, model="cnn", method="cnn", origin=origin, file="old.hdrm", sha256=sha256, n_images=60_000)
        serve_version(session, "cnn", 1)

    register_first_models(settings, opened)

    assert answering(opened) == [("cnn", number)]
    assert [version.origin for version in versions_of(opened, "cnn")] == [origin, "embedded"]


def test_a_damaged_copy_is_made_again_and_can_be_chosen_again(settings, opened):
    register_first_models(settings, opened)
    (version,) = versions_of(opened, "cnn")
    (settings.models_folder / version.file).write_bytes(b"damaged")
    with opened.begin() as session:
        session.merge(version).state = "damaged"

    register_first_models(settings, opened)

    (version,) = versions_of(opened, "cnn")
    assert version.state == "usable"
    assert (settings.models_folder / version.file).read_bytes() == EMBEDDED_MODEL.read_bytes()
