import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.helpers.command import call_command
from tests.pictures.conftest import mnist_digits, write_page  # noqa: F401

_LINES = ["314", "159"]


@pytest.fixture
def picture(tmp_path, write_page):  # noqa: F811
    path = tmp_path / "photo.png"
    Image.fromarray(write_page(_LINES)).save(path)
    return path


@pytest.fixture
def empty(tmp_path):
    path = tmp_path / "empty.png"
    Image.new("L", (200, 100), 255).save(path)
    return path


def test_text_has_digits_and_confidences_by_line(picture):
    done = call_command("read", picture)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == str(picture)
    assert [line.replace(" ", "") for line in lines[1::2]] == _LINES
    assert all(re.fullmatch(r"( +\d\d?){3}\u00a0%", line) for line in lines[2::2])


def test_json_is_as_documented_and_alone_on_standard_output(picture, empty):
    done = call_command("read", picture, empty, "--format", "json")
    assert done.returncode == 0
    content = json.loads(done.stdout)
    assert set(content) == {"format", "pictures"}
    assert content["format"] == 1
    first, second = content["pictures"]
    assert second == {"file": str(empty), "lines": [], "digits": []}
    assert set(first) == {"file", "lines", "digits"}
    assert first["lines"] == _LINES
    for digit in first["digits"]:
        assert set(digit) == {"digit", "line", "box", "probability", "second", "rejected"}
        assert set(digit["second"]) == {"digit", "probability"}
        assert all(isinstance(number, int) for number in digit["box"])
        assert digit["rejected"] is (digit["digit"] is None)


def test_text_and_json_say_how_the_page_was_turned(picture, tmp_path):
    upright = json.loads(call_command("read", picture, "--format", "json").stdout)["pictures"][0]
    Image.open(picture).rotate(90, expand=True).save(tmp_path / "side.png")
    done = call_command("read", tmp_path / "side.png", "--format", "json")
    (turned,) = json.loads(done.stdout)["pictures"]
    assert turned.pop("turned") == 270
    assert "turned" not in call_command("read", picture).stdout
    assert "turned by 270 degrees, counter-clockwise" in call_command("read", tmp_path / "side.png").stdout
    assert [digit["box"] for digit in turned["digits"]] == [digit["box"] for digit in upright["digits"]]


def test_csv_has_a_row_per_mark(picture):
    done = call_command("read", picture, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert "".join(row["digit"] for row in rows) == "".join(_LINES)
    assert {row["file"] for row in rows} == {str(picture)}
    assert {row["rejected"] for row in rows} == {"false"}


def test_an_empty_page_is_no_error(empty):
    done = call_command("read", empty)
    assert done.returncode == 0
    assert "no digits found" in done.stdout


def test_what_cannot_be_read_is_named_and_the_others_are_read(picture, tmp_path):
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4")
    done = call_command("read", tmp_path / "scan.pdf", tmp_path / "none.png", picture, "--format", "json")
    assert done.returncode == 2
    assert "scan.pdf: a PDF is not a picture" in done.stderr
    assert "none.png" in done.stderr
    scan, none, read = json.loads(done.stdout)["pictures"]
    for entry, name in ((scan, "scan.pdf"), (none, "none.png")):
        assert set(entry) == {"file", "error", "lines", "digits"}
        assert (entry["file"], entry["lines"], entry["digits"]) == (str(tmp_path / name), [], [])
        assert f"hdr-bench: {entry['error']}" in done.stderr.splitlines()
    assert (read["file"], read["lines"]) == (str(picture), _LINES)
    assert "error" not in read


def test_a_picture_that_cannot_be_read_is_named_in_the_page_and_in_no_row(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4")
    page = call_command("read", tmp_path / "scan.pdf", "--format", "html")
    assert page.returncode == 2
    assert "a PDF is not a picture" in page.stdout
    rows = call_command("read", tmp_path / "scan.pdf", "--format", "csv").stdout
    assert len(rows.splitlines()) == 1
    assert call_command("read", tmp_path / "scan.pdf").stdout == ""


def test_the_limit_of_pixels_can_be_set(picture):
    done = call_command("read", picture, "--most-pixels", 1000, "--format", "json")
    assert done.returncode == 2
    (entry,) = json.loads(done.stdout)["pictures"]
    assert "too large" in entry["error"]
    assert "too large" in done.stderr


def test_several_models_answer_side_by_side(picture):
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    done = call_command("read", picture, "--model", EMBEDDED_MODEL, "--model", EMBEDDED_MODEL, "--format", "json")
    entries = json.loads(done.stdout)["pictures"]
    assert [entry["lines"] for entry in entries] == [_LINES, _LINES]
    assert {entry["model"] for entry in entries} == {EMBEDDED_MODEL.stem}
    text = call_command("read", picture, "--model", EMBEDDED_MODEL, "--model", EMBEDDED_MODEL).stdout
    assert text.count(f"{EMBEDDED_MODEL.stem}:") == 2


def test_steps_are_written_as_pictures(picture, tmp_path):
    folder = tmp_path / "steps"
    assert call_command("read", picture, "--steps-out", folder).returncode == 0
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 10
    assert (names[0], names[-1]) == ("photo-01-upright.png", "photo-10-reading.png")
    for path in folder.iterdir():
        assert np.asarray(Image.open(path)).size > 0


def test_the_page_needs_no_other_file_and_shows_each_digit(picture, tmp_path):
    odd = tmp_path / "<b>&photo.png"
    picture.rename(odd)
    out = tmp_path / "page.html"
    done = call_command("read", odd, "--format", "html", "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    page = out.read_text()
    assert "&lt;b&gt;&amp;photo.png" in page
    assert "<b>&photo" not in page
    assert not re.findall(r"(?:src|href)=\"(?!data:)", page)
    assert page.count("<rect") == 6
    assert page.count("What the model saw") == 6
    assert page.count("<title>") == 7
    # As in the terminal, no answer is sure.
    assert not re.findall(r"(?<![\d.])(?:100|0)\.0\s%", page)
    assert page.count("<figure>") == 10
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_the_page_of_two_models_has_each_picture_once_and_their_answers_side_by_side(picture, tmp_path):
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    models = [tmp_path / "first.hdrm", tmp_path / "second.hdrm"]
    for path in models:
        path.write_bytes(EMBEDDED_MODEL.read_bytes())
    given = [argument for path in models for argument in ("--model", path)]
    page = call_command("read", picture, *given, "--format", "html").stdout
    assert page.count("<h2>") == page.count('<div class="picture">') == page.count('class="answers"') == 1
    assert [page.count(f"<h3>{path.stem}</h3>") for path in models] == [1, 1]
    assert [page.count(f"<li>{line}</li>") for line in _LINES] == [2, 2]
    assert page.count("<rect") == page.count("What the model saw") == 6
    assert len(re.findall(r"<title>first: \d, .+?; second: \d, .+?</title>", page)) == 6
    # They agree on everything, so no box is disputed and no stage is shown twice.
    assert "do not agree" not in page
    assert page.count("<figure>") == 10


def test_the_page_shows_where_two_models_do_not_agree(picture, tmp_path):
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    given = ["--model", EMBEDDED_MODEL, "--model", "tests.helpers.own_models:always_seven", "--trust"]
    page = call_command("read", picture, *given, "--format", "html").stdout
    assert "do not agree" in page
    assert "tests.helpers.own_models:always_seven" in page
    # None of the digits is a seven, whatever else the boxes are.
    assert page.count('<rect class="disputed"') == page.count("<rect")
    assert page.count("<h2>") == 1


def test_where_nothing_can_be_written_is_said_before_anything_is_read(picture, tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("mine\n")
    for arguments, fault in (
        (("--out", tmp_path), f"--out {tmp_path} is a folder; name a file, e.g. {tmp_path}/digits.json"),
        (("--out", file / "a.json"), f"{file} is not a folder; choose another location"),
        (("--steps-out", file), f"--steps-out {file} is a file; name a folder, which is created if it does not exist"),
        (("--steps-out", file / "steps"), f"{file} is not a folder; choose another location"),
    ):
        # A model that is not there would be complained of, were it looked for.
        ended = call_command("read", picture, "--model", "none.hdrm", "--format", "json", *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "".join(fault.split()) in re.sub(r"[\s│]", "", ended.stderr)
    assert file.read_text() == "mine\n"


def test_only_readings_are_replaced_by_readings(picture, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine\n")
    for path, format_ in ((picture, "json"), (notes, "csv"), (notes, "text")):
        before = path.read_bytes()
        done = call_command("read", picture, "--format", format_, "--out", path)
        assert done.returncode == 2
        reason = "readings as text replace no file" if format_ == "text" else f"does not hold readings as {format_}"
        assert reason in " ".join(re.sub("│", "", done.stderr).split())
        assert path.read_bytes() == before
    for format_ in ("json", "csv", "html"):
        for _ in range(2):
            assert call_command("read", picture, "--format", format_, "--out", tmp_path / format_).returncode == 0
    done = call_command("read", picture, "--out", tmp_path / "json")
    assert "give --format json" in " ".join(re.sub("│", "", done.stderr).split())


def test_a_method_is_not_a_model(picture):
    done = call_command("read", picture, "--model", "cnn")
    assert done.returncode == 2
    assert "hdr-bench fit cnn --out cnn.hdrm" in done.stderr


def test_a_model_that_is_not_there_is_an_error(picture, tmp_path):
    done = call_command("read", picture, "--model", tmp_path / "none.hdrm")
    assert done.returncode == 2
    assert "none.hdrm" in done.stderr


def test_code_runs_only_with_trust(picture):
    done = call_command("read", picture, "--model", "tests.helpers.own_models:some_function")
    assert done.returncode == 2
    assert "--trust" in done.stderr
