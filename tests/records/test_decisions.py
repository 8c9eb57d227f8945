from datetime import UTC

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.decisions import NEITHER, UNSURE, Decision, Decisions, merge_decisions
from hdr_bench.records.decisions_file import (
    COLUMNS,
    format_decisions,
    parse_decisions,
    read_decisions,
    write_decisions,
)

FINGERPRINT = "0123456789abcdef" * 4
HEADER = ",".join(COLUMNS)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cn", "Zl", "Zp"]), max_size=20)
rows = st.builds(
    Decision,
    part=st.sampled_from(["train", "test"]),
    index=st.integers(0, 10**12 - 1),
    given=texts.filter(bool),
    decision=st.one_of(texts, st.sampled_from([NEITHER, UNSURE])),
    who=texts,
    when=st.one_of(
        st.just(""),
        st.dates().map(str),
        st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat()),
    ),
)
files = st.builds(
    Decisions,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.lists(rows, min_size=1, max_size=8, unique_by=lambda row: row.image).map(tuple),
)


def _line(*, part="test", index="3", given="4", decision="9", who="", when="", fingerprint=FINGERPRINT):
    return ",".join([fingerprint, part, index, given, decision, who, when])


def _parse(*lines):
    return parse_decisions("\n".join([HEADER, *lines]).encode(), "decisions.csv")


@given(files)
def test_what_is_written_is_read_as_it_was(decisions):
    assert parse_decisions(format_decisions(decisions).encode(), "f") == decisions


@given(files)
def test_a_spreadsheets_mark_and_line_ends_change_nothing(decisions):
    text = "\ufeff" + format_decisions(decisions).replace("\n", "\r\n") + ",,,,,,\r\n\r\n"
    assert parse_decisions(text.encode(), "f") == decisions


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda tail: f"{HEADER}\n".encode() + tail)))
@example(f"{HEADER}\n".encode() + b'"' + b"a" * 200_000)
@example(f"{HEADER}\n".encode() + b"\x00" * 100)
@example(f"{HEADER}\n".encode("utf-16"))
def test_any_bytes_are_decisions_or_an_error_that_names_the_file(content):
    try:
        decisions = parse_decisions(content, "hostile.csv")
    except DatasetError as error:
        assert str(error).startswith("hostile.csv: ")
    else:
        assert isinstance(decisions, Decisions)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (_line(part="validation"), "line 2: part must be train or test, got 'validation'"),
        (_line(index="-1"), "line 2: index must be a whole number of at least 0, got '-1'"),
        (_line(index="3.0"), "line 2: index must be a whole number of at least 0, got '3.0'"),
        (_line(given=""), "line 2: given is empty"),
        (_line(when="31/01/2026"), "line 2: when must be a time in UTC such as 2026-01-31T12:00:00Z"),
        (_line(when="2026-01-31T12:00:00+02:00"), "line 2: when must be a time in UTC"),
        (_line(when="2026-01-31T12:00:00"), "line 2: when must be a time in UTC"),
        (_line(fingerprint="abc"), "line 2: fingerprint must be 64 hexadecimal digits, got 'abc'"),
        (_line() + ",more", "line 2: must have 7 columns"),
        ('"' + _line(), "is not valid CSV"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(line, message):
    with pytest.raises(DatasetError) as raised:
        _parse(line)
    assert message in str(raised.value)


def test_all_wrong_lines_are_named_at_once():
    with pytest.raises(DatasetError, match=r"line 2: part (.|\n)* line 4: index"):
        _parse(_line(part="x"), _line(), _line(index="x"))


def test_rows_of_other_data_and_repeated_images_are_refused():
    with pytest.raises(DatasetError, match=r"line 3: fingerprint ffffffffffff\.\.\. is for other data than .* line 2"):
        _parse(_line(), _line(index="4", fingerprint="f" * 64))
    with pytest.raises(DatasetError, match="test image 3 is in lines 2 and 4"):
        _parse(_line(), _line(part="train"), _line(decision=UNSURE))


@pytest.mark.parametrize(("separator", "words"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_said_in_words(separator, words):
    with pytest.raises(DatasetError, match=f"f.csv: the columns are separated by {words}; save the table with commas"):
        parse_decisions(HEADER.replace(",", separator).encode(), "f.csv")


@pytest.mark.parametrize("content", [b"", b"index,label\n3,4\n"])
def test_another_table_is_refused_with_the_header_that_is_needed(content):
    with pytest.raises(DatasetError, match=f"f.csv: line 1 must be {HEADER}, got "):
        parse_decisions(content, "f.csv")


def test_a_file_is_written_and_read(tmp_path):
    decisions = Decisions(FINGERPRINT, (Decision("test", 3, "4", "9", "Ada, of course", "2026-01-31T12:00:00Z"),))
    path = tmp_path / "new" / "decisions.csv"
    write_decisions(path, decisions)
    assert read_decisions(path) == decisions
    assert [each.name for each in path.parent.iterdir()] == ["decisions.csv"]


def test_a_file_that_is_not_there_or_is_a_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(DatasetNotFoundError, match=r"none\.csv: there is no such file of decisions"):
        read_decisions(tmp_path / "none.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_decisions(tmp_path)


def test_merging_keeps_what_was_decided_and_takes_the_new_order():
    before = Decisions(
        FINGERPRINT,
        (Decision("test", 3, "4", "9", "Ada"), Decision("test", 5, "1"), Decision("test", 6, "2", UNSURE, "Ada")),
    )
    new = Decisions(FINGERPRINT, (Decision("test", 8, "0"), Decision("test", 3, "4")))
    merged = merge_decisions(before, new)
    assert merged.fingerprint == FINGERPRINT
    assert merged.rows == (Decision("test", 8, "0"), before.rows[0], before.rows[2])
    assert merge_decisions(Decisions(), new) == new


def test_decisions_on_other_data_are_not_merged():
    new = Decisions("f" * 64, (Decision("test", 3, "4"),))
    with pytest.raises(DatasetError, match=r"fingerprint 0123456789ab\.\.\."):
        merge_decisions(Decisions(FINGERPRINT, (Decision("test", 3, "4", "9"),)), new)
    with pytest.raises(DatasetError, match="test image 3: its given label is '4', but '5' in the decisions"):
        merge_decisions(
            Decisions(FINGERPRINT, (Decision("test", 3, "5", "9"),)),
            Decisions(FINGERPRINT, (Decision("test", 3, "4"),)),
        )


def test_only_another_class_or_neither_changes_a_label():
    changes = {each: Decision("train", 0, "4", each).changes_label for each in ("", UNSURE, "4", "9", NEITHER)}
    assert changes == {"": False, UNSURE: False, "4": False, "9": True, NEITHER: True}
