"""Whatever a command raises becomes a sentence and an exit code; nothing ends in a traceback."""

import errno
import json
import os
import re
import zipfile

import pytest

from hdr_bench.exceptions import StoreError


@pytest.fixture
def raising(monkeypatch, command, tmp_path):
    """A function that has a command raise an error, and returns how it ended."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def end(error):
        def fail(_folder):
            raise error

        monkeypatch.setattr("hdr_bench.reporting.page.index.write_index", fail)
        return command("index")

    return end


def _refused(number, path="reports/README.md"):
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StoreError("runs/one: no run here"), "runs/one: no run here"),
        (_refused(errno.ENOSPC), "reports/README.md: No space left on device; free some space"),
        (_refused(errno.EDQUOT), "reports/README.md: Disk quota exceeded; free some space"),
        (_refused(errno.EACCES), "reports/README.md: Permission denied; check that you can read and write there"),
        (_refused(errno.EROFS), "reports/README.md: Read-only file system; choose another location"),
        (_refused(errno.ENAMETOOLONG), "File name too long; choose a shorter name"),
        (_refused(errno.ENOTDIR), "Not a directory; a part of the path that should be a folder is a file"),
        (_refused(errno.EISDIR), "Is a directory; expected a file, got a folder"),
        (_refused(errno.ELOOP), "Too many levels of symbolic links; its symbolic links form a loop"),
        (_refused(errno.EMFILE), "Too many open files; allow more open files"),
        (_refused(errno.EIO), "reports/README.md: Input/output error"),
        (
            FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/a']"),
            "set TMPDIR to a writable folder",
        ),
        (MemoryError("Unable to allocate 3.2 TiB"), "not enough memory (MemoryError: Unable to allocate 3.2 TiB)"),
        (UnicodeEncodeError("latin-1", "ł", 0, 1, "not there"), "cannot decode or encode a text"),
        (ModuleNotFoundError("No module named 'faiss'", name="faiss"), "pip install 'hdr-bench[fast]'"),
        (ModuleNotFoundError("No module named 'x'", name="distributed.x"), "pip install 'hdr-bench[dask]'"),
        (ImportError("libfoo.so.1: not found", name="torch._C"), "the library 'torch' cannot be loaded: libfoo.so.1"),
        (ImportError("libfoo.so: failed to map segment", name="torch"), "not enough memory (Imp"),
        (SystemExit("enough"), "a module exited the program with 'enough'"),
        (SystemExit(0), "a module exited the program with 0; remove its `sys.exit`"),
        (SystemExit([1]), "a module exited the program with [1]"),
    ],
)
def test_errors_that_come_to_pass_are_a_sentence_and_exit_code_2(raising, tmp_path, error, words):
    ended = raising(error)
    assert ended.returncode == 2
    assert ended.stderr.startswith("hdr-bench: ")
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


class UnreadableError(Exception):
    """It ends the program when it is asked for its text."""

    def __str__(self):
        raise SystemExit(0)


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("division by zero"),
        UnreadableError(),
        KeyError("a key"),
        zipfile.BadZipFile("File is not a zip file"),
        json.JSONDecodeError("Expecting value", "x", 0),
        RecursionError("maximum recursion depth exceeded"),
        ImportError("cannot import name 'x'", name="hdr_bench.x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_expected_says_where_to_report_it_with_the_traceback_in_a_file(raising, tmp_path, error):
    ended = raising(error)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    (file,) = tmp_path.iterdir()
    assert f"please report it to the developers of hdr-bench, with the file {file}" in ended.stderr
    text = file.read_text()
    assert re.match(r"hdr-bench \S+, Python 3\S+, ", text)
    assert type(error).__name__ in text.splitlines()[-1]
    assert "in fail" in text


def test_without_room_for_that_file_the_traceback_is_printed(raising, monkeypatch, tmp_path):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.mkstemp", full)
    ended = raising(ZeroDivisionError("division by zero"))
    assert ended.returncode == 2
    assert "ZeroDivisionError: division by zero; please report it to the developers" in ended.stderr
    assert "Traceback (most recent call last)" in ended.stderr


def test_an_interruption_is_exit_code_130(raising):
    ended = raising(KeyboardInterrupt())
    assert (ended.returncode, ended.stderr) == (130, "hdr-bench: interrupted\n")


def test_code_of_the_users_that_raises_what_ctrl_c_raises_is_an_error(command, tmp_path):
    (tmp_path / "own.toml").write_text("""
title = "T"
dataset = "raising_as_ctrl_c.make"
[[case]]
name = "k-NN"
estimator = "knn"
""")
    (tmp_path / "raising_as_ctrl_c.py").write_text("def make():\n    raise KeyboardInterrupt\n")
    ended = command("run", "own.toml", "--dry-run", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("hdr-bench: raising_as_ctrl_c.make failed: KeyboardInterrupt")


def test_messages_move_no_cursor(raising):
    assert raising(StoreError("a\x1b[2Jb\x07: no run here")).stderr == "hdr-bench: a\\x1b[2Jb\\x07: no run here\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "quick", "--samples", "many"], "'--samples': must be a whole number"),
        (["run", "quick", "--samples", "1"], "'--samples': must be at least 2"),
        (["list", "suits"], "'suits' is not one of 'suites'"),
        (["shwo", "quick"], "No such command 'shwo'"),
    ],
)
def test_errors_of_usage_are_exit_code_2_in_plain_words(command, monkeypatch, arguments, words):
    monkeypatch.setenv("TERMINAL_WIDTH", "200")
    ended = command(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr
