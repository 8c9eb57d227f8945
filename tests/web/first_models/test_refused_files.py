"""Model files that are given to a server and cannot be served."""

import os
import shutil

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from hdr_bench import load_dataset, make_estimator, save_model
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError
from hdr_bench.models.estimator_card import describe_estimator
from hdr_bench.web.first_models import register_first_models
from tests.helpers.first_models import answering, give


class OwnTree(DecisionTreeClassifier):
    """Tree that only a pickle can hold."""


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
        (lambda path, whole: write(path, whole[:-9]), "truncated|damaged"),
        (lambda path, _: write(path, b"no model"), "not a model file"),
        (lambda path, _: path.parent, "directory"),
        (lambda path, _: save_tree(path, "digits-8x8"), "28x28 pixels"),
        (lambda path, _: save_tree(path, "mnist-5k", classes=tuple("abcdefghij")), "does not recognize digits"),
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
