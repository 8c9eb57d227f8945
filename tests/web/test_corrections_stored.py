"""Corrections: one per mark, judged for review, kept back by image, learned from once."""

import threading

import pytest

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database.collection import CorrectionFilter, count_digits, export_digits, list_corrections
from hdr_bench.web.database.comparison import RightCount, count_right
from hdr_bench.web.database.corrections import (
    confirm,
    correct,
    count_unused,
    count_waiting,
    find_correction,
    held_back_corrections,
    remove_correction,
    training_corrections,
)
from hdr_bench.web.database.learning import first_learners, mark_used, note_learned
from hdr_bench.web.database.pairs import count_pairs
from hdr_bench.web.database.pictures import ReadingFilter, delete_picture, list_readings, load_reading
from hdr_bench.web.database.tables import Correction, ModelVersion, ServedModel
from tests.helpers.database_rows import add_picture, add_served, make_mark

# Images by their seeds: no version ever learns from the first one.
HELD_BACK, LEARNED, NOISE = 9, 1, 2


@pytest.fixture
def reading(database):
    """A reading of two marks that both models took for a three."""
    with database.begin() as session:
        versions = [add_served(session, "cnn"), add_served(session, "svm")]
        marks = [make_mark(versions, certainty=0.5, seed=seed) for seed in (HELD_BACK, LEARNED)]
        return add_picture(session, versions, marks, writer="Ann")


def test_a_correction_replaces_what_was_said_before_and_the_answers_stay(database, reading):
    digit = reading.digits[1]
    with database.begin() as session:
        first = correct(session, digit.id, 8)
        mark_used(session, {digit.id: 8}, reading.version_id)
    with database.begin() as session:
        assert count_unused(session) == 0
        assert correct(session, digit.id, 8).used_in_id == reading.version_id
    with database.begin() as session:
        second = correct(session, digit.id, 5)
        assert (second.id, second.label, second.used_in_id) == (first.id, 5, None)
        assert count_unused(session) == 1
    with database.read() as session:
        loaded = load_reading(session, reading.id).digits[1]
        assert (loaded.correction.label, [answer.digit for answer in loaded.answers]) == (5, [3, 3])
    with database.begin() as session:
        assert remove_correction(session, first.id)
        assert not remove_correction(session, first.id)
        assert find_correction(session, digit.id) is None
        with pytest.raises(DatabaseError, match="must be a digit from 0 to 9, or none, got 10"):
            correct(session, digit.id, 10)


def test_a_label_that_all_models_find_unlikely_waits_for_a_second_look(database):
    with database.begin() as session:
        versions = [add_served(session)]
        marks = [make_mark(versions, seed=LEARNED, certainty=0.991), make_mark(versions, seed=LEARNED, certainty=0.5)]
        sure, unsure = add_picture(session, versions, marks).digits
        waiting, clear = correct(session, sure.id, 8), correct(session, unsure.id, 8)
        assert (waiting.review, clear.review) == ("waiting", "clear")
        assert correct(session, sure.id, None).review == "clear"
        assert correct(session, sure.id, 8).review == "waiting"
        assert (count_unused(session), count_waiting(session)) == (1, 1)
    with database.begin() as session:
        assert confirm(session, waiting.id).review == "confirmed"
        assert confirm(session, clear.id).review == "clear"
        assert confirm(session, 2**70) is None
    with database.read() as session:
        assert (count_unused(session), count_waiting(session)) == (2, 0)


def test_the_image_alone_decides_what_is_kept_back(database, reading):
    with database.begin() as session:
        for digit in reading.digits:
            correct(session, digit.id, 3)
        held_back, learned = held_back_corrections(session), training_corrections(session)
        assert [correction.mark.id for correction in held_back] == [reading.digits[0].id]
        assert [correction.mark.id for correction in learned] == [reading.digits[1].id]
        assert learned[0].mark.image == reading.digits[1].image
        correct(session, reading.digits[1].id, None)
        assert (training_corrections(session), count_unused(session)) == ([], 0)


def test_about_a_fifth_is_kept_back(database):
    with database.begin() as session:
        versions = [add_served(session)]
        marks = add_picture(session, versions, [make_mark(versions, seed=seed) for seed in range(200)]).digits
        assert 20 < sum(correct(session, mark.id, 3).held_back for mark in marks) < 60


def test_a_label_that_was_changed_meanwhile_stays_unused(database, reading):
    with database.begin() as session:
        correction = correct(session, reading.digits[1].id, 3)
        given = {correction.digit_id: 3}
    with database.begin() as session:
        correct(session, reading.digits[1].id, 4)
    with database.begin() as session:
        mark_used(session, given, reading.version_id)
        assert count_unused(session) == 1


def test_corrections_of_one_mark_at_once_give_one_row(database, reading):
    digit_id, errors = reading.digits[0].id, []
    barrier = threading.Barrier(6)

    def say(label):
        barrier.wait()
        try:
            with database.begin() as session:
                correct(session, digit_id, label)
        except DatabaseError as error:
            errors.append(error)

    threads = [threading.Thread(target=say, args=(label,)) for label in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        assert session.query(Correction).count() == 1
        assert find_correction(session, digit_id).label in range(6)


def test_the_collection_is_filtered_and_exported(database):
    with database.begin() as session:
        versions = [add_served(session, "cnn"), add_served(session, "svm")]
        marks = [make_mark(versions[:1], 3, seed=1, certainty=0.5), make_mark(versions[1:], 7, seed=2, rejected=True)]
        first = add_picture(session, versions, marks, writer="Ann").digits
        second = add_picture(session, versions, [make_mark(versions, 7, seed=3)], writer="Bob").digits
        labels = ((first[0], 8), (first[1], None), (second[0], 7))
        wrong, noise, right = (correct(session, digit.id, label) for digit, label in labels)
    cases = [
        (CorrectionFilter(), [right, noise, wrong]),
        (CorrectionFilter(label=8), [wrong]),
        (CorrectionFilter(label="none"), [noise]),
        (CorrectionFilter(model_digit=7), [right]),
        (CorrectionFilter(writer="Ann"), [noise, wrong]),
        (CorrectionFilter(review="clear", writer="Bob"), [right]),
        (CorrectionFilter(wrong_for="cnn"), [wrong]),
        (CorrectionFilter(wrong_for="svm"), []),
        (CorrectionFilter(right_for="cnn"), [right]),
        (CorrectionFilter(right_for="svm"), [right, noise]),
        (CorrectionFilter(kind="upload", review="settled"), [right, noise, wrong]),
        (CorrectionFilter(kind="drawing"), []),
    ]
    with database.read() as session:
        for chosen, expected in cases:
            page = list_corrections(session, chosen)
            assert [row.id for row in page.rows] == [correction.id for correction in expected], chosen
            exported = [digit.id for digit in export_digits(session, chosen)]
            assert exported == [row.id for row in expected[::-1] if row.label is not None], chosen
            assert count_digits(session, chosen) == len(exported)
            listed = list_readings(session, ReadingFilter(marks=chosen)).rows
            assert len(listed) == len({row.mark.reading_id for row in expected})
        row = list_corrections(session, CorrectionFilter(label=8)).rows[0]
        (digit,) = export_digits(session, CorrectionFilter(label=8))
    assert (row.mark.reading.picture.writer, row.mark.answers[0].version.model) == ("Ann", "cnn")
    assert (digit.label, digit.image, digit.writer) == (8, first[0].image, "Ann")


def test_right_answers_are_counted_without_images_that_a_version_learned(database):
    with database.begin() as session:
        old = [add_served(session, "cnn")]
        marks = [make_mark(old, 3, seed=LEARNED, certainty=0.5), make_mark(old, 3, seed=HELD_BACK, rejected=True)]
        marks += [make_mark(old, 3, seed=5, certainty=0.999), make_mark(old, 1, seed=NOISE, rejected=True)]
        first = add_picture(session, old, marks)
        digits = first.digits
        for digit, label in zip(digits, (8, 3, 4, None), strict=True):
            correct(session, digit.id, label)
        assert [(version.number, count) for version, count in count_right(session)] == [
            (1, RightCount(n_marks=2, n_right=1, n_rejected=1, n_others=1, n_others_rejected=1))
        ]
    with database.begin() as session:
        new = [add_served(session, "cnn", origin="retrained"), add_served(session, "svm", origin="retrained")]
        note_learned(session, [digits[0].id, digits[3].id, 2**30], session.get(ModelVersion, new[0].id))
        # Later versions count as having learned it too, and people may take back what they said.
        later = add_served(session, "cnn", origin="retrained")
        note_learned(session, [digits[0].id], session.get(ModelVersion, later.id))
        assert remove_correction(session, find_correction(session, digits[0].id).id)
        correct(session, digits[0].id, 8)
        seeds = (LEARNED, HELD_BACK, 7, NOISE)
        again = add_picture(session, new, [make_mark(new, 8, seed=seed, certainty=0.5) for seed in seeds]).digits
        for digit, label in zip(again, (8, 3, 8, None), strict=True):
            correct(session, digit.id, label)
    with database.read() as session:
        assert {(version.model, version.number): _numbers(count) for version, count in count_right(session)} == {
            ("cnn", 1): (2, 1, 1),
            # Neither the digit nor the mark that it learned.
            ("cnn", 2): (2, 1, 0),
            ("svm", 1): (3, 2, 1),
        }
    with database.begin() as session:
        assert delete_picture(session, first.picture_id)
        assert first_learners(session) == {}


def _numbers(count):
    return count.n_marks, count.n_right, count.n_others


def test_two_versions_are_compared_on_digits_that_both_answered_for_and_neither_learned(database):
    with database.begin() as session:
        # The model that reads has the higher number: the order of the models is kept all the same.
        other = add_served(session, "svm", state="usable")
        first = [add_served(session, "cnn"), other]
        session.query(ServedModel).filter_by(name="svm").update({"position": 2})
        marks = [make_mark(first, 3, seed=seed, certainty=0.5) for seed in (HELD_BACK, LEARNED)]
        marks.append(make_mark(first[:1], 3, seed=5))
        for digit, label in zip(add_picture(session, first, marks).digits, (3, 8, 3), strict=True):
            correct(session, digit.id, label)
        (pair,) = count_pairs(session)
        assert (pair.first.model, pair.both, pair.won, pair.lost, pair.neither) == ("cnn", 1, 0, 0, 1)
    with database.begin() as session:
        new = [add_served(session, "cnn", origin="retrained"), other]
        assert count_pairs(session) == []
        marks = [make_mark(new, 8, seed=seed, certainty=0.5) for seed in (HELD_BACK, LEARNED)]
        for digit in add_picture(session, new, marks).digits:
            correct(session, digit.id, 8)
        (pair,) = count_pairs(session)
        assert (pair.first.number, pair.both, pair.won, pair.lost, pair.neither) == (2, 1, 0, 0, 0)
