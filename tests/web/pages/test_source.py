"""The pages over a real database."""

import numpy as np
import pytest

from hdr_bench.web.database import corrections, pictures, versions
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.pages.images import draw_mark
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers
from tests.helpers.app_over_database import make_client
from tests.helpers.database_rows import add_served
from tests.helpers.new_versions import make_new_version

SCORES = {"mnist": {"n_images": 10_000, "n_errors": 36, "accuracy": 0.9964, "low": 0.995, "high": 0.9974}}
NEW = make_new_version()


@pytest.fixture
def database(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    prepare_schema(database)
    with database.begin() as session:
        first = add_served(session, file="cnn-1.hdrm", scores=SCORES)
        decision = NEW.decision | {"reason": "Offered: it is <not> worse."}
        changes = {"file": "cnn-2.hdrm", "parent_id": first.id, "scores": NEW.scores, "decision": decision}
        add_served(session, origin="retrained", **changes)
    for name in ("cnn-1.hdrm", "cnn-2.hdrm"):
        (tmp_path / name).touch()
    yield database
    close_database(database)


@pytest.fixture
def client(database, tmp_path):
    return make_client(database, tmp_path)


def add_reading(database, content, *, writer="Ada", image=None):
    with database.begin() as session:
        (_, served), *_ = versions.served_versions(session)
        answer = ModelAnswer(served, 4, False, (0.0,) * 4 + (1.0,) + (0.0,) * 5, 0.001)
        image = np.zeros((28, 28), np.uint8) if image is None else image
        mark = MarkAnswers(0, (1, 2, 3, 4), 4, image, (answer,))
        answers = PictureAnswers("image/png", (28, 28), ("4",), (mark,), 0, (), served, 0.01, b"small")
        reading = pictures.add_reading(
            session, content=content, kind="upload", name="4.png", writer=writer, answers=answers
        )
        return reading.id, reading.digits[0].id


def test_the_collection_lists_filters_and_deletes(client, database):
    first, digit = add_reading(database, draw_mark(bytes(784)), writer="Ada")
    second, _ = add_reading(database, draw_mark(bytes([9]) + bytes(783)), writer="Bob & Co.")
    page = client.ask("GET", "/collection").text
    assert "2 pictures" in page
    assert "Bob &amp; Co." in page
    assert "0 of 1" in page
    for query, n in (
        ("writer=Ada", 1),
        ("kind=drawing", 0),
        ("corrected=false", 2),
        ("corrected=true", 0),
        ("label=4", 0),
        ("model_digit=4&answer=", 0),
    ):
        page = client.ask("GET", f"/collection?{query}").text
        assert page.count("Delete reading") == n
    assert "kind must be upload or drawing" in client.ask("GET", "/collection?kind=x").text
    assert client.ask("GET", "/collection?page=" + "9" * 30).status_code == 200
    thumbnail = client.ask("GET", f"/readings/{first}/thumbnail")
    assert (thumbnail.headers["content-type"], thumbnail.content) == ("image/jpeg", b"small")
    assert client.ask("GET", f"/digits/{digit}/image").content == draw_mark(bytes(784))
    assert client.ask("POST", f"/readings/{first}/delete").status_code == 303
    answer = client.ask("POST", f"/readings/{first}/delete")
    assert (answer.status_code, "may have been deleted" in answer.text) == (404, True)
    assert client.ask("POST", "/writers/delete", writer="Bob & Co.").status_code == 303
    assert client.ask("GET", f"/readings/{second}/thumbnail").status_code == 404
    assert "Nothing has been collected yet." in client.ask("GET", "/collection").text
    assert client.ask("POST", "/writers/delete", writer="nobody").status_code == 404
    assert client.ask("POST", "/writers/delete", writer=" ").status_code == 422


def test_a_doubtful_correction_waits_until_it_is_confirmed(client, database):
    _, digit = add_reading(database, b"1")
    with database.begin() as session:
        number = corrections.correct(session, digit, 7).id
    page = client.ask("GET", "/collection").text
    assert "Corrected to <strong>7</strong>; read as 4." in page
    assert "1 correction waits for review." in client.ask("GET", "/learn").text
    assert client.ask("POST", f"/corrections/{number}/confirm").status_code == 303
    assert client.retraining.n_considered == 1
    assert "orrections to review" not in client.ask("GET", "/collection").text
    assert "cnn, version 2, read 0 of 1 corrected digits correctly." in client.ask("GET", "/compare").text
    assert client.ask("POST", f"/corrections/{number}/delete").status_code == 303
    assert client.ask("POST", f"/corrections/{number}/delete").status_code == 404


def test_an_export_holds_what_the_filter_shows_and_nothing_that_waits(client, database):
    for place, (writer, label) in enumerate((("Ada", 4), ("Ada", 5), ("Bob", 4), ("Bob", None))):
        image = np.full((28, 28), place, np.uint8)
        _, digit = add_reading(database, b"1", writer=writer, image=image)
        with database.begin() as session:
            corrections.correct(session, digit, label)
    for query, n_pictures, sentence, n_lines in (
        ("writer=Ada", 2, "run</code>: 1 digit.", 1),
        ("writer=Ada&answer=wrong:cnn", 1, "run</code>: 0 digits.", 0),
        ("answer=right:cnn", 2, "run</code>: 2 digits.", 2),
        ("label=none", 1, "run</code>: 0 digits.", 0),
        ("corrected=false", 0, "run</code>: 0 digits.", None),
    ):
        page = client.ask("GET", f"/collection?{query}").text
        assert (page.count("Delete reading"), sentence in page) == (n_pictures, True), query
        address = "/api/export?format=csv&" + query.replace("answer=wrong:", "wrong_for=").replace(
            "answer=right:", "right_for="
        )
        if n_lines:
            assert address.replace("&", "&amp;") in page
        if n_lines is not None:
            assert client.ask("GET", address).text.count("\n") == n_lines + 1
    page = client.ask("GET", "/collection?writer=Ada").text
    assert "1 more waits for review and is left out." in page
    assert "format=csv&amp;writer=Ada&amp;review=any" in page
    assert client.ask("GET", "/api/export?format=csv&writer=Ada&review=any").text.count("\n") == 3


def test_versions_show_what_decided_and_are_served(client, database):
    page = client.ask("GET", "/learn").text
    assert "0 corrections have not been used for training yet. At 50, cnn is retrained automatically" in page
    assert "one in five is held back" in page
    assert "Offered: it is &lt;not&gt; worse." in page
    cells = '<th scope="row">{}</th><td class="number">5,000</td><td class="number">{}</td><td class="number">{}</td>'
    assert cells.format("MNIST&#39;s test images, the other half", "99.5", "99.6") in page
    assert cells.format("Images reserved for testing", "20", "18") in page
    assert "compared with version 1" not in page
    assert client.ask("POST", "/learn/serve", model="cnn", version="1").status_code == 303
    assert client.refreshed == [True]
    with database.read() as session:
        assert [version.number for _, version in versions.served_versions(session)] == [1]
    for version, status in (("9", 404), ("one", 400), ("9" * 30, 404)):
        assert client.ask("POST", "/learn/serve", model="cnn", version=version).status_code == status
    assert client.ask("POST", "/learn/retrain", model="cnn").status_code == 303
    assert client.ask("POST", "/learn/retrain", model="svm").status_code == 404
    assert client.retraining.queued == ["cnn"]


def test_a_version_whose_file_is_elsewhere_is_said_and_not_chosen(client, database, tmp_path):
    (tmp_path / "cnn-1.hdrm").unlink()
    page = client.ask("GET", "/learn").text
    assert page.count("file missing") == page.count("Copy the file there, or use another version.") == 1
    assert "Roll back to this version" not in page
    refused = client.ask("POST", "/learn/serve", model="cnn", version="1")
    assert refused.status_code == 409
    assert "its file cnn-1.hdrm is missing from this server&#39;s models folder" in refused.text
    assert client.refreshed == []
    with database.read() as session:
        assert [version.number for _, version in versions.served_versions(session)] == [2]


@pytest.mark.parametrize(
    "path",
    [
        "/readings/99",
        f"/readings/{2**70}",
        "/readings/99/thumbnail",
        f"/readings/{2**70}/thumbnail",
        f"/digits/{2**70}/image",
    ],
)
def test_what_is_not_there_is_said(client, path):
    answer = client.ask("GET", path)
    assert answer.status_code == 404
    assert "There is no" in answer.text
