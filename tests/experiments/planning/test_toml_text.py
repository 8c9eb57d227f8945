"""Suite files that cannot be read: each is refused in a sentence with the file and, if there is one, the line."""

import contextlib
import os
import time
import tomllib

import pytest

from hdr_bench.estimators.neural.notation import parse_layers
from hdr_bench.exceptions import HdrBenchError, SuiteError
from hdr_bench.experiments.planning import toml_text
from hdr_bench.experiments.planning.suite_file import load_suite, read_suite
from tests.helpers.suites import parse_suite

HEAD = 'title = "T"\ndataset = "mnist-5k"\n'
CASE = '[[case]]\nname = "A"\nestimator = "knn"\n'
READABLE = {
    "a byte order mark": ("\ufeff" + HEAD + CASE).encode(),
    "line ends of Windows": (HEAD + CASE).replace("\n", "\r\n").encode(),
    "letters beyond ASCII": (HEAD + CASE.replace('"A"', '"k-NN, größer, 手書き"')).encode(),
}
REFUSED = {
    "UTF-16": ((HEAD + CASE).encode("utf-16"), "own.toml: this is UTF-16; save it as UTF-8"),
    "Latin-1": ((HEAD + "# größer").encode("latin-1"), "own.toml, line 3: the byte 0xf6 is not UTF-8"),
    "NUL": (HEAD.encode() + b'x = "\0"', r"own.toml, line 3: 'x = \"\\x00\"': not valid TOML: illegal character"),
    "deep lists": ((HEAD + "a = " + "[" * 5000 + "]" * 5000).encode(), "own.toml: nested too deeply; use at most 20"),
    "deep keys": ((HEAD + CASE + "params.a" + ".a" * 3000 + " = 1").encode(), "own.toml, line 6: nested too deeply"),
    "5,000 digits": ((HEAD + "x = " + "9" * 5000).encode(), "own.toml, line 3: integers must fit 64 bits"),
    "hexadecimal": ((HEAD + "x = 0x" + "f" * 5000).encode(), "own.toml: x: integers must fit 64 bits, got an integer"),
    "65 bits": ((HEAD + CASE + "params = { C = 18446744073709551616 }").encode(), "C: integers must fit 64 bits"),
    "several lines": ((HEAD + CASE + "params = {\n  C = 1\n}").encode(), "own.toml, line 6: 'params = {': an inline"),
    "a second line": (
        (HEAD + CASE + "params = { C = 1,\n  p = 2 }").encode(),
        "line 6: .*: an inline table { ... } must",
    ),
    "no end": (
        (HEAD + 'x = "y\n').encode(),
        "own.toml, line 3: 'x = \"y': this string is not closed on its line; close it with a quotation mark",
    ),
    "an open list": ((HEAD + "x = [1,\n2").encode(), "own.toml, line 4: '2': not valid TOML: unclosed array"),
    "a key twice": ((HEAD + 'title = "U"').encode(), "own.toml, line 3: 'title = \"U\"': this key is given twice"),
    "a table twice": (
        (HEAD + "[protocol]\n[protocol]").encode(),
        "own.toml, line 4: .*protocol is given twice; give it",
    ),
    "a date": (
        (HEAD + CASE + "params = { p = 1979-05-27 }").encode(),
        r"case 1 \('A'\), params: params\['p'\] is a date",
    ),
    "nothing": (b"", "own.toml: this suite cannot be run:\n  - title: must be given\n  - dataset: must be given"),
}


@pytest.mark.parametrize("form", READABLE)
def test_forms_of_text_that_are_read(tmp_path, form):
    path = tmp_path / "größer.toml"
    path.write_bytes(READABLE[form])
    suite = load_suite(path)
    assert (suite.name, suite.cases[0].estimator) == ("größer", "knn")


@pytest.mark.parametrize("form", REFUSED)
def test_what_is_no_suites_text_is_refused_with_the_line(tmp_path, form):
    content, told = REFUSED[form]
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(SuiteError, match=told):
        load_suite(path)


def test_what_has_no_end_is_not_opened(tmp_path, monkeypatch):
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    for name, told in (("folder.toml", "is a folder"), ("pipe.toml", "is not a regular file")):
        with pytest.raises(SuiteError, match=told):
            load_suite(tmp_path / name)
    with pytest.raises(SuiteError, match="/dev/zero is not a regular file"):
        load_suite("/dev/zero")
    monkeypatch.setattr(toml_text, "LARGEST_FILE", 2**20)
    (tmp_path / "large.toml").write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(SuiteError, match="must have at most 1 MiB; split it into several"):
        load_suite(tmp_path / "large.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "own.toml"
    path.touch(mode=0o000)
    with pytest.raises(SuiteError, match=r"own.toml: cannot be read: Permission denied"):
        load_suite(path)


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        ("x" * 300, "cannot be read: File name too long"),
        ("~nobody-at-all/own.toml", "is not a valid path"),
        ("a\0b.toml", "is not a valid path"),
        ("\udcff.toml", r"\\xff.toml: there is no such file"),
        ("", "unknown suite ''. Choose from: aboueloula-2020"),
        ("QUICK", "unknown suite 'QUICK'. Did you mean 'quick'?"),
    ],
)
def test_names_that_are_no_path(suite, told):
    with pytest.raises(HdrBenchError, match=told) as caught:
        load_suite(suite)
    str(caught.value).encode()


def test_a_folder_is_no_suite(tmp_path):
    with pytest.raises(SuiteError, match="is a folder; give the path of a TOML file"):
        load_suite(tmp_path)


def test_a_suite_is_read_without_a_look_at_what_it_names(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(HEAD.replace("mnist-5k", "nowhere") + CASE.replace("knn", "nothing.at.All"))
    assert read_suite(path).cases[0].estimator == "nothing.at.All"
    with pytest.raises(SuiteError):
        load_suite(path)


def _seconds(read, text):
    """Return the processor time, refused or not."""
    start = time.thread_time()
    with contextlib.suppress(ValueError):
        read(text)
    return time.thread_time() - start


def _read_text(text):
    content = f"{HEAD}{text}\n{CASE}"
    toml_text._check_keys(content, "own.toml")
    try:
        return parse_suite(tomllib.loads(content), "own", "own.toml")
    except tomllib.TOMLDecodeError as error:
        raise ValueError(toml_text._describe_syntax_error(str(error), content)) from error
    except ValueError as error:
        raise ValueError(toml_text._describe_digits(content)) from error


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (_read_text, lambda n: "x = " + "{" * n + "}" * n),
        (_read_text, lambda n: "x = " + "{}" * n),
        (_read_text, lambda n: 'x = "' + "{" * n + '" y'),
        (_read_text, lambda n: "x = {" + '"\\"' * n),
        (_read_text, lambda n: "x = " + "{'" * (n + 1)),
        (_read_text, lambda n: "x = [" + ("9" * 3999 + ",") * (n // 400) + "9" * 5000 + "]"),
        (_read_text, lambda n: "a" + ".a" * n + " = 1"),
        (_read_text, lambda n: f'claims = ["{{{"|" * n}"]'),
        (_read_text, lambda n: f'time_limit = "{"1s" * n}x"'),
        (lambda text: parse_layers(text, 10), lambda n: "D" + "9" * n + "x"),
        (lambda text: parse_layers(text, 10), lambda n: "lrelu" + "." * n),
    ],
)
def test_the_time_to_refuse_a_text_grows_with_its_length_and_not_with_the_square(read, text):
    short, long = text(2000), text(16 * 2000)
    # It takes 16 times as long, or 256 times. The bound is far from both: a machine would have to slow the long
    # text down four times, and not the short one beside it, in each of five rounds.
    assert any(_seconds(read, long) < 64 * _seconds(read, short) for _ in range(5))


def test_a_message_is_short_whatever_the_file_holds(tmp_path):
    path = tmp_path / "own.toml"
    long = "a" * 100_000
    for text in (f"{long} = 1\n{long} = 2", f"[{long}]\n[{long}]", f'claims = ["{{{long}|x}}"]\n{CASE}'):
        path.write_text(HEAD + text)
        with pytest.raises(SuiteError) as caught:
            load_suite(path)
        assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("params = {", True),
        ("params = { a = { b = 1 }", True),
        ("params = { a = 1 }", False),
        ("params = { a = '}'", True),
        ('params = { a = "\\"}"', True),
        ('params = { a = "}', False),
        ("params = [ # {", False),
        ("x = '{'", False),
    ],
)
def test_a_line_that_leaves_an_inline_table_open(line, is_open):
    assert toml_text._leaves_table_open(line) is is_open


def test_lists_of_many_numbers_are_no_long_keys():
    toml_text._check_keys("x = [" + "0.1, " * 1000 + "]\n" + "y = '" + "a. " * 1000 + "'", "own.toml")
