"""The pages over a real database."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import httpx2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from hdr_bench.web import pages
from hdr_bench.web.database import corrections, pictures, versions
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.pages.images import draw_mark
from hdr_bench.web.pages.rendering import render_sentence
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers, ServedVersion

SCORES = {"mnist": {"n_images": 10_000, "n_errors": 36, "accuracy": 0.9964, "low": 0.995, "high": 0.9974}}


@pytest.fixture
def database(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    prepare_schema(database)
    with database.begin() as session:
        for number, scores in ((1, SCORES), (2, {"new": SCORES, "before": SCORES, "excluded": 3})):
            versions.add_version(
                session,
                model="cnn",
                method="cnn",
                origin="retrained" if number == 2 else "embedded",
                file=f"cnn-{number}.hdrm",
                sha256=str(number) * 64,
                n_images=60_000,
                scores=scores,
                decision={"reason": "Taken: it is <not> worse."} if number == 2 else {},
            )
        versions.serve_version(session, "cnn", 2)
    yield database
    close_database(database)


@pytest.fixture
def client(database):
    refreshed, queued = [], []

    async def refresh():
        refreshed.append(True)

    async def request(model):
        queued.append(model)
        return 1

    async def say_error(request, error):
        return render_sentence(request, "That did not work", error.detail, error.status_code)

    app = Starlette(routes=pages.routes, exception_handlers={HTTPException: say_error})
    app.state.csrf_token = "token"
    app.state.hdr_bench = SimpleNamespace(
        settings=SimpleNamespace(token="", retrain_after=50),
        database=database,
        retraining=SimpleNamespace(request=request),
        refresh=refresh,
    )
    transport = httpx2.ASGITransport(app)

    def ask(method, path, **data):
        async def send():
            async with httpx2.AsyncClient(transport=transport, base_url="http://pages") as session:
                form = {"data": {"csrf": "token", **data}} if method == "POST" else {}
                return await session.request(method, path, **form)

        return asyncio.run(send())

    return SimpleNamespace(ask=ask, refreshed=refreshed, queued=queued)


def add_reading(database, content, *, writer="Ada", image=None):
    with database.begin() as session:
        (_, served), *_ = versions.served_versions(session)
        version = ServedVersion(served.id, "cnn", served.number, Path(served.file), served.sha256)
        answer = ModelAnswer(version, 4, False, (0.0,) * 4 + (1.0,) + (0.0,) * 5, 0.001)
        image = np.zeros((28, 28), np.uint8) if image is None else image
        mark = MarkAnswers(0, (1, 2, 3, 4), 4, image, (answer,))
        answers = PictureAnswers("image/png", (28, 28), ("4",), (mark,), 0, (), version, 0.01, b"small")
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
        ("kind=x", 2),
    ):
        page = client.ask("GET", f"/collection?{query}").text
        assert page.count("Delete reading") == n
    assert client.ask("GET", "/collection?page=" + "9" * 30).status_code == 200
    thumbnail = client.ask("GET", f"/readings/{first}/thumbnail")
    assert (thumbnail.headers["content-type"], thumbnail.content) == ("image/jpeg", b"small")
    assert client.ask("GET", f"/digits/{digit}/image").content == draw_mark(bytes(784))
    assert client.ask("POST", f"/readings/{first}/delete").status_code == 303
    answer = client.ask("POST", f"/readings/{first}/delete")
    assert (answer.status_code, "may have been deleted before" in answer.text) == (404, True)
    assert client.ask("POST", "/writers/delete", writer="Bob & Co.").status_code == 303
    assert client.ask("GET", f"/readings/{second}/thumbnail").status_code == 404
    assert "Nothing has been collected yet." in client.ask("GET", "/collection").text
    assert client.ask("POST", "/writers/delete", writer="nobody").status_code == 404
    assert client.ask("POST", "/writers/delete", writer=" ").status_code == 400


def test_a_doubtful_correction_waits_until_it_is_confirmed(client, database):
    _, digit = add_reading(database, b"1")
    with database.begin() as session:
        number = corrections.correct(session, digit, 7).id
    page = client.ask("GET", "/collection").text
    assert "Corrected to <strong>7</strong>; read as 4." in page
    assert "1 correction waits for a second look." in client.ask("GET", "/learn").text
    assert client.ask("POST", f"/corrections/{number}/confirm").status_code == 303
    assert "second look" not in client.ask("GET", "/collection").text
    assert "is right on 0 of 1 corrected marks" in client.ask("GET", "/compare").text
    assert client.ask("POST", f"/corrections/{number}/delete").status_code == 303
    assert client.ask("POST", f"/corrections/{number}/delete").status_code == 404


def test_versions_show_what_decided_and_are_served(client, database):
    page = client.ask("GET", "/learn").text
    assert "0 corrections have not been used for training yet. Retraining starts by itself at 50." in page
    assert "Taken: it is &lt;not&gt; worse." in page
    assert page.count("99.6") == 3
    assert client.ask("POST", "/learn/serve", model="cnn", version="1").status_code == 303
    assert client.refreshed == [True]
    with database.read() as session:
        assert [version.number for _, version in versions.served_versions(session)] == [1]
    for version, status in (("9", 404), ("one", 400), ("9" * 30, 404)):
        assert client.ask("POST", "/learn/serve", model="cnn", version=version).status_code == status
    assert client.ask("POST", "/learn/retrain", model="cnn").status_code == 303
    assert client.queued == ["cnn"]


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
