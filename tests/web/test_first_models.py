"""The models that answer at first: registered, and found again by later servers."""

import dataclasses
import hashlib
import os
import shutil

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from hdr_bench import load_dataset, make_estimator, save_model
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError, ServerError
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.estimator_card import describe_estimator
from hdr_bench.web.database.versions import add_version, mark_damaged, serve_version
from hdr_bench.web.first_models import missing_methods, register_first_models
from hdr_bench.web.settings import ServerSettings
from tests.helpers.served_models import answering, versions_of


class OwnTree(DecisionTreeClassifier):
    """Tree that only a pickle can hold."""


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
    settings.models_folder.mkdir(parents=True)
    (settings.models_folder / "old.hdrm").touch()
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


def test_what_people_chose_answers_again_when_its_model_does(settings, opened, trees):
    register_first_models(give(settings, trees[0]), opened)
    name = answering(opened)[0][0]
    with opened.begin() as session:
        file = versions_of(opened, name)[0].file
        add_version(session, model=name, method="tree", origin="retrained", file=file, sha256="1" * 64, n_images=1)
        serve_version(session, name, 2)
    register_first_models(give(settings, trees[1]), opened)
    assert name not in dict(answering(opened))

    register_first_models(give(settings, *trees), opened)

    assert dict(answering(opened))[name] == 2


def test_a_folder_that_is_not_that_of_the_versions_is_refused(settings, opened, tmp_path):
    register_first_models(settings, opened)
    elsewhere = dataclasses.replace(settings, folder=tmp_path / "elsewhere")

    with pytest.raises(ServerError, match=r"Of the model files that the database names .* none is in .*elsewhere"):
        register_first_models(elsewhere, opened)

    assert not elsewhere.folder.exists()
    assert answering(opened) == [("cnn", 1)]


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


def test_methods_are_not_fitted_where_files_were_given(settings, opened, trees):
    assert missing_methods(give(settings, trees[0]), opened) == ()
