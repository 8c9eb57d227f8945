"""Which versions answer here: those whose files are here and whole."""

import logging

import pytest

from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.serving import load_served, replace_damaged, restore_whole
from tests.helpers.served_models import answering, versions_of

SHA256 = {
    b"first": "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
    b"second": "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4",
}


@pytest.fixture
def folder(settings, opened):
    """The folder of models, with two versions of one model, the second of which answers."""
    settings.models_folder.mkdir(parents=True)
    with opened.begin() as session:
        for content, sha256 in SHA256.items():
            name = f"{content.decode()}.hdrm"
            (settings.models_folder / name).write_bytes(content)
            add_version(session, model="tree", method="tree", origin="given", file=name, sha256=sha256, n_images=1)
        serve_version(session, "tree", 2)
    return settings.models_folder


def states(database):
    return [version.state for version in versions_of(database, "tree")]


def test_a_file_that_is_not_here_is_told_of_once_and_nothing_is_noted(opened, folder, caplog):
    (folder / "second.hdrm").rename(folder / "away")

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert load_served(opened, folder) == ()
        replace_damaged(opened, folder)

    (said,) = caplog.messages
    assert "tree, version 2, does not answer here" in said
    assert "--folder" in said
    assert answering(opened) == [("tree", 2)]
    assert states(opened) == ["usable", "usable"]
    (folder / "away").rename(folder / "second.hdrm")
    assert [version.number for version in load_served(opened, folder)] == [2]


def test_the_latest_whole_version_answers_in_place_of_a_damaged_one_which_can_be_whole_again(opened, folder):
    (folder / "second.hdrm").write_bytes(b"sec0nd")

    replace_damaged(opened, folder)

    assert answering(opened) == [("tree", 1)]
    assert states(opened) == ["usable", "damaged"]
    (folder / "second.hdrm").write_bytes(b"second")
    with opened.begin() as session:
        restore_whole(session, folder)
    assert states(opened) == ["usable", "usable"]
    # What answers meanwhile is not replaced.
    assert answering(opened) == [("tree", 1)]


def test_a_model_without_a_whole_version_does_not_answer(opened, folder):
    for file in folder.iterdir():
        file.write_bytes(b"damaged")

    replace_damaged(opened, folder)

    assert load_served(opened, folder) == ()
    assert states(opened)[1] == "damaged"
