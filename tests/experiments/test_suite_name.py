"""Suites' names: those of files in any script, and the folders of their runs, which never lead elsewhere."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench import Case, Suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.run_record import Settings
from hdr_bench.experiments.runner import default_folder
from hdr_bench.experiments.suite_file import read_suite
from hdr_bench.experiments.suite_name import check_suite_name, folder_name

CONTENT = 'title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "A"\nestimator = "knn"\n'
NAMES = [
    "quick",
    "na\u00efve",
    "हिन्दी",
    "ไทย์",
    "한글",
    "دست\u200cنویس",
    "手書き",
    "my suite (copy)",
    "a+b",
    "a, b & c",
    "=1+1",
    "-n",
    ".hidden",
    "what?",
    "🖊",
    "x" * 100,
]


def _suite(name, **more):
    return Suite(name=name, title="T", dataset="digits-8x8", cases=[Case(name="a", estimator="knn")], **more)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_of_any_name_is_a_suite_with_that_name(form, tmp_path):
    for name in NAMES:
        path = tmp_path / f"{unicodedata.normalize(form, name)}.toml"
        path.write_text(CONTENT)
        assert read_suite(path).name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/b", "cannot name a suite: it must have neither / nor"),
        ("..\\b", "cannot name a suite: it must have neither / nor"),
        ("a\nb", "the suite's name .* has the character U\\+000A"),
        ("a\u202eb", "the suite's name .* has the character U\\+202E"),
        ("\udcff", "unicode|UTF-8"),
        ("\u200b", "the suite's name .* is blank"),
        ("", "the suite's name is blank"),
        ("x" * 101, "at most 100 letters"),
    ],
)
def test_a_name_that_cannot_be_shown_or_leads_elsewhere_is_refused(name, reason):
    with pytest.raises(SuiteError, match=reason):
        _suite(name)


def test_a_run_is_stored_under_the_suites_own_name_if_that_can_be_a_folders():
    plain = NAMES[:9]
    assert [default_folder(_suite(name), Settings()) for name in plain] == [Path("reports") / name for name in plain]
    assert default_folder(_suite("a+b"), Settings(dataset="mnist")) == Path("reports/a+b-mnist")


def test_names_that_become_the_same_have_folders_of_their_own():
    names = ["a-b", "a:b", "a?b", "a: b", "-a-b", ".a-b", "..", ".", "...", "देव" * 33, "देव" * 32 + "द"]
    folders = [folder_name(name, "-mnist") for name in names]
    assert len({*folders, "a-b"}) == len(names) + 1
    assert all(folder.endswith("-mnist") for folder in folders)


@given(st.text(min_size=1, max_size=100), st.sampled_from(["", "-mnist-5k"]))
def test_a_folder_is_one_below_reports_whatever_the_name(name, ending):
    try:
        check_suite_name(name)
    except ValueError:
        return
    folder = folder_name(name, ending)
    assert Path(folder).parts == (folder,)
    assert folder not in {".", ".."}
    assert not folder.startswith((".", "-", " "))
    assert len(folder.encode()) <= 255
    assert folder == unicodedata.normalize("NFC", folder) or name != unicodedata.normalize("NFC", name)
