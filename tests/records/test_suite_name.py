"""Suites' names: those of files in any script, and the folders of their runs, which never lead elsewhere."""

import re
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench import Case, Suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.planning.suite_file import read_suite
from hdr_bench.records.run_folder import check_suite_name, default_folder, folder_name
from hdr_bench.reporting.page.index import INDEX

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
        ("a/b", r"is not a valid suite name: it must not have / or"),
        ("..\\b", r"is not a valid suite name: it must not have / or"),
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
    assert [default_folder(name, None) for name in plain] == [Path("reports") / name for name in plain]
    assert default_folder("a+b", "mnist") == Path("reports/a+b-mnist")


def test_names_that_become_the_same_have_folders_of_their_own():
    names = ["a-b", "a:b", "a?b", "a: b", "-a-b", ".a-b", "..", ".", "...", "देव" * 33, "देव" * 32 + "द"]
    folders = [folder_name(name, "-mnist") for name in names]
    assert len({*folders, "a-b"}) == len(names) + 1
    assert all(folder.endswith("-mnist") for folder in folders)


@pytest.mark.parametrize(
    "name",
    ["con", "NUL", "Com1", "lpt\u00b2", "con.x", "aux .tar.gz", "abc.", "abc ", "abc. .", "README.md", "ReadMe.MD"],
)
def test_a_name_that_some_system_cannot_have_is_made_one_that_all_can(name):
    folder = folder_name(name)
    assert folder.casefold() != INDEX.casefold()
    assert not PureWindowsPath(folder).is_reserved()
    assert re.fullmatch(r".*-[0-9a-f]{8}", folder)
    assert folder.startswith(re.match(r"\w+", name)[0])
    assert folder_name(name.upper() + "x") != folder


@pytest.mark.parametrize("name", ["console", "con-1", "com10", "null.x", "a.con", "abc.d", "README", "readme.md.x"])
def test_names_that_only_look_like_those_stay(name):
    assert folder_name(name) == name


@pytest.mark.parametrize(
    ("name", "folder"),
    [("con", "con-mnist"), ("abc.", "abc.-mnist"), ("abc ", "abc -mnist"), ("README.md", "README.md-mnist")],
)
def test_what_follows_the_name_can_make_it_one_that_all_systems_have(name, folder):
    assert folder_name(name, "-mnist") == folder


def test_a_device_is_one_whatever_follows_the_dot():
    assert re.fullmatch(r"con-x-[0-9a-f]{8}-mnist", folder_name("con.x", "-mnist"))


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
    assert not folder.endswith((".", " "))
    assert not PureWindowsPath(folder).is_reserved()
    assert len(folder.encode()) <= 255
    assert folder == unicodedata.normalize("NFC", folder) or name != unicodedata.normalize("NFC", name)
