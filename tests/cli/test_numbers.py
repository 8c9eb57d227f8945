"""Numbers on the command line: those out of their range are refused by name, whatever their length."""

import pytest
from typer.testing import CliRunner

from hdr_bench.cli import app
from hdr_bench.datasets import add_dataset
from hdr_bench.exceptions import DatasetError, HdrBenchError

RUN = ("run", "quick", "--dry-run")
DIGITS = "9" * 5000
OPTIONS = [
    (RUN, "--samples", ("-1", "1", "9" * 12)),
    (RUN, "--repeats", ("-1", "0", "9" * 12)),
    (RUN, "--seed", ("-1", "9" * 12)),
    (RUN, "--threads", ("-1", "0", "9" * 12)),
    (RUN, "--jobs", ("-1", "0", "9" * 12)),
    (RUN, "--time-limit", ("0s", "9" * 12)),
    (RUN, "--memory-limit", ("0B", "9" * 24)),
    (("show", "8C3"), "--classes", ("-3", "1", "9" * 9)),
    (("show", "8C3"), "--image", ("0x1", "9" * 9 + "x28", "28", "٣x٣")),
    (("data", "add", "own", "."), "--resize", ("0x1", "9" * 9 + "x28", "99999999x99999999")),
    (("data", "add", "own", "."), "--test-size", ("-1", "0", "1", "nan")),
    (("data", "add", "own", "."), "--split-seed", ("-1", "9" * 12)),
    (("compare", "a", "b"), "--tolerance", ("-1", "nan", "inf")),
]


@pytest.mark.parametrize(("words", "option", "values"), OPTIONS, ids=[option for _, option, _ in OPTIONS])
def test_a_number_out_of_its_range_is_refused_with_the_options_name(words, option, values, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for value in (*values, DIGITS, f"{DIGITS}x1"):
        ended = CliRunner().invoke(app, [*words, option, value])
        said = " ".join(f"{ended.output}{ended.exception}".split())
        assert isinstance(ended.exception, SystemExit | HdrBenchError), said
        assert ended.exit_code, said
        name = option.removeprefix("--")
        assert any(each in said for each in (name, name.replace("-", "_"), "duration", "size")), said
    assert list(tmp_path.iterdir()) == []


def test_a_network_for_two_classes_or_more_is_shown():
    shown = CliRunner().invoke(app, ["show", "8C3", "--classes", "2", "--image", "4x4"])
    assert (shown.exit_code, "2x2" in shown.output) == (0, True)


def test_in_python_too_a_number_may_be_of_any_length(tmp_path):
    for options in ({"resize": (10**5000, 1)}, {"random_state": 10**5000}, {"test_size": 10**5000}):
        with pytest.raises(DatasetError, match="an integer of 16610 bits|resize must be"):
            add_dataset("own", tmp_path, **options)
