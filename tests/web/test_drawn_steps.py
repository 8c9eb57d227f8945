"""Stages that were drawn last: never those of a picture that was deleted."""

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from starlette.exceptions import HTTPException

from hdr_bench.web.api import pictures
from hdr_bench.web.api.pictures import DrawnSteps
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.pictures import delete_picture
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.tables import Reading
from hdr_bench.web.state import AppState
from tests.helpers.database_rows import add_picture, add_served


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('steps') / 'digits.sqlite'}")
    prepare_schema(database)
    yield database
    close_database(database)


@pytest.fixture(scope="module")
def version(database):
    with database.begin() as session:
        return add_served(session)


class Pool:
    """Draws the stages of a picture: its content."""

    def __init__(self):
        self.versions, self.n_drawn = ("a version",), 0

    async def draw_steps(self, content, kind):
        self.n_drawn += 1
        return content


@pytest.fixture
def state(database):
    return AppState(SimpleNamespace(), database, Pool(), SimpleNamespace(), SimpleNamespace())


def add(database, version, content):
    with database.begin() as session:
        reading = add_picture(session, [version], marks=(), content=content)
        return reading.id, reading.picture_id


def test_stages_are_drawn_once_for_each_picture_and_version(database, version, state):
    steps, (reading, _) = DrawnSteps(), add(database, version, b"a")

    async def ask():
        first = [await steps.draw(state, reading) for _ in range(2)]
        state.pool.versions = ("another version",)
        return [*first, await steps.draw(state, reading)]

    assert asyncio.run(ask()) == [b"a"] * 3
    assert state.pool.n_drawn == 2


def test_what_is_kept_of_a_deleted_picture_is_not_shown_even_under_its_number(database, version, state):
    steps, (old, picture) = DrawnSteps(), add(database, version, b"of one person")

    async def ask():
        await steps.draw(state, old)
        with database.begin() as session:
            delete_picture(session, picture)
        new, _ = add(database, version, b"of another")
        with database.begin() as session:
            session.execute(update(Reading).where(Reading.id == new).values(id=old))
        return await steps.draw(state, old)

    assert asyncio.run(ask()) == b"of another"


def test_what_is_kept_of_a_deleted_picture_is_forgotten(database, version, state):
    steps, (reading, picture) = DrawnSteps(), add(database, version, b"a")

    async def ask():
        await steps.draw(state, reading)
        assert steps.kept
        with database.begin() as session:
            delete_picture(session, picture)
        with pytest.raises(HTTPException, match="no reading"):
            await steps.draw(state, reading)

    asyncio.run(ask())
    assert not steps.kept


def test_stages_are_not_kept_for_long(database, version, state, monkeypatch):
    monkeypatch.setattr(pictures, "_SECONDS_KEPT", 0.0)
    steps, (reading, _) = DrawnSteps(), add(database, version, b"a")

    async def ask():
        await steps.draw(state, reading)
        while steps.kept:
            await asyncio.sleep(0)

    asyncio.run(ask())
