"""Pictures and readings: stored whole, listed, and deleted with all that hangs on them."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from hdr_bench.web.database.contents import load_content, load_digest, load_thumbnail
from hdr_bench.web.database.corrections import correct
from hdr_bench.web.database.pages import PAGE_LENGTH
from hdr_bench.web.database.pictures import (
    ReadingFilter,
    delete_picture,
    delete_writer,
    list_readings,
    list_writers,
    load_reading,
)
from hdr_bench.web.database.retrainings import queue
from hdr_bench.web.database.tables import (
    Answer,
    Correction,
    Digit,
    ModelVersion,
    Picture,
    Reading,
    ServedModel,
    Table,
)
from tests.helpers.database_rows import add_picture, add_served, make_mark


def test_a_reading_is_loaded_as_it_was_stored(database):
    content = bytes(range(256)) * 20_000
    with database.begin() as session:
        versions = [add_served(session, "cnn"), add_served(session, "svm", method="svm")]
        marks = [make_mark(versions, 3, seed=1), make_mark(versions, 7, seed=2, rejected=True)]
        stored = add_picture(session, versions, marks, content=content, kind="drawing", name="Übung.png", writer="Zoë")
    assert _describe(stored) == _describe(_load(database, stored.id))
    reading = _load(database, stored.id)
    picture = reading.picture
    assert (picture.name, picture.writer, picture.kind, picture.size) == ("Übung.png", "Zoë", "drawing", len(content))
    assert (picture.width, picture.height, picture.media_type) == (120, 80, "image/png")
    assert (reading.lines, reading.notes, reading.turned, reading.seconds) == (["3"], ["a note"], 0, 0.25)
    assert reading.created_at.tzinfo is not None
    assert [(mark.digit, mark.line, mark.x) for mark in reading.digits] == [(3, 0, 1), (None, 0, 2)]
    assert all(np.array_equal(np.frombuffer(row.image, np.uint8).reshape(28, 28), mark.image)
               for row, mark in zip(reading.digits, marks, strict=True))  # fmt: skip
    answers = reading.digits[1].answers
    assert [(answer.version.model, answer.digit, answer.rejected) for answer in answers] == [
        ("cnn", 7, True),
        ("svm", 7, True),
    ]
    assert answers[0].probabilities == list(marks[1].answers[0].probabilities)
    with database.read() as session:
        assert load_content(session, stored.id).content == content
        assert load_thumbnail(session, stored.id) == b"small"
        assert load_digest(session, stored.id) == sha256(content).hexdigest()


def _load(database, reading_id):
    with database.read() as session:
        return load_reading(session, reading_id)


def _describe(reading):
    columns = [column.key for column in Reading.__table__.columns]
    marks = [(mark.id, mark.image, [answer.version.number for answer in mark.answers]) for mark in reading.digits]
    return {name: getattr(reading, name) for name in columns}, reading.version.model, marks


@pytest.mark.parametrize("reading_id", [0, -1, 1, 2**31, 2**70])
def test_a_reading_that_is_not_there_is_none(database, reading_id):
    with database.begin() as session:
        assert load_reading(session, reading_id) is None
        assert load_content(session, reading_id) is None
        assert load_thumbnail(session, reading_id) is None
        assert load_digest(session, reading_id) is None
        assert correct(session, reading_id, 3) is None
        assert not delete_picture(session, reading_id)


def test_what_hangs_on_a_picture_is_deleted_with_it(database):
    with database.begin() as session:
        versions = [add_served(session)]
        gone, stays = (add_picture(session, versions) for _ in range(2))
        for reading in (gone, stays):
            correct(session, reading.digits[0].id, 4)
    with database.begin() as session:
        assert delete_picture(session, gone.picture_id)
    with database.begin() as session:
        assert not delete_picture(session, gone.picture_id)
        tables = (Picture, Reading, Digit, Answer, Correction, ModelVersion, ServedModel)
        assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [1] * len(tables)
        assert load_reading(session, stays.id).digits[0].correction.label == 4


def test_numbers_of_what_was_deleted_never_come_again(database):
    seen = set()
    for _ in range(2):
        with database.begin() as session:
            reading = add_picture(session, [add_served(session)])
            (digit,) = reading.digits
            rows = (reading.picture, reading, digit, correct(session, digit.id, 4), reading.version)
            rows = (*rows, queue(session, reading.version.model))
            numbers = {(type(row), row.id) for row in rows}
        assert not numbers & seen
        seen |= numbers
        with database.begin() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(delete(table))


def test_a_writer_is_deleted_and_nobody_whose_name_is_alike(database):
    others = ["ann", "Änn", "Ann B", "", "%", "A_n"]
    with database.begin() as session:
        versions = [add_served(session)]
        for writer in ("Ann", "Ann ", *others):
            add_picture(session, versions, writer=writer)
    with database.begin() as session:
        assert delete_writer(session, " Ann") == 2
        assert sorted(list_writers(session)) == sorted((writer, 1) for writer in others)
        assert delete_writer(session, "") == 1


def test_lists_are_filtered_and_paged(database):
    with database.begin() as session:
        versions = [add_served(session)]
        readings = [
            add_picture(session, versions, kind=("drawing", "upload")[number % 2], writer="Ann" if number < 3 else "")
            for number in range(PAGE_LENGTH + 1)
        ]
        correct(session, readings[1].digits[0].id, None)
    ids = [reading.id for reading in readings]
    with database.read() as session:
        first, last, beyond = (list_readings(session, ReadingFilter(), page) for page in (1, 2, 2**70))
        assert [row.reading.id for row in first.rows + last.rows] == ids[::-1]
        assert (first.number, first.n_pages, first.total) == (1, 2, PAGE_LENGTH + 1)
        assert beyond == last
        assert list_readings(session, ReadingFilter(), -5) == first
        chosen = [
            ReadingFilter(writer="Ann"),
            ReadingFilter(writer="", kind="upload"),
            ReadingFilter(corrected=True),
            ReadingFilter(corrected=False, writer="Ann"),
            ReadingFilter(writer="nobody\x00"),
        ]
        pages = [list_readings(session, which) for which in chosen]
    expected = [ids[:3], ids[3::2], [ids[1]], [ids[0], ids[2]], []]
    assert [[row.reading.id for row in page.rows] for page in pages] == [numbers[::-1] for numbers in expected]
    assert (pages[2].rows[0].n_digits, pages[2].rows[0].n_corrections) == (1, 1)
    assert (pages[-1].number, pages[-1].n_pages, pages[-1].total) == (1, 1, 0)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(categories=None), max_size=300),
    writer=st.text(st.characters(categories=None), max_size=80),
)
def test_every_name_is_stored_and_found_again(database, name, writer):
    with database.begin() as session:
        versions = [add_served(session)]
        stored = add_picture(session, versions, name=name, writer=writer)
    with database.read() as session:
        picture = load_reading(session, stored.id).picture
        assert (picture.name, picture.writer) == (stored.picture.name, stored.picture.writer)
        found = list_readings(session, ReadingFilter(writer=writer))
        assert stored.id in {row.reading.id for row in found.rows}
    assert "\0" not in picture.name
    assert len(picture.name) <= 255
