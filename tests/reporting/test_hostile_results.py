"""Results of forms that nobody thought of: whatever a method has put into them, every part of the report is made.

A part that could not be made would be a warning, and warnings are errors here.
"""

import csv
import html.parser
import json
import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hdr_bench import load_histories, load_results, write_report
from hdr_bench.exceptions import ReportWarning
from hdr_bench.names import visible
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.result import Candidate, SearchResult
from hdr_bench.reporting.drawing.jobs import draw
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import plan_figures
from tests.helpers.written_runs import Method, make_up

TEXTS = [
    "plain",
    "$x^2$ and $",
    "_hidden",
    "a\x01b\x1b[31m",
    "two\nlines\ttab",
    "<script>alert(1)</script> & <b>",
    r"\frac{1}{2} \$ % # ~ ^ { }",
    "| a | b | `code` *bold* [link](x)",
    "\u202eright to left\u202c",
    "שלום عربى",
    "\N{GRINNING FACE} \N{FAMILY} 漢字",
    "half \udcff of one",
    "x" * 300,
    "=HYPERLINK(1)",
    " ",
]
NUMBERS = [0.0, -1.0, math.nan, math.inf, -math.inf, 1e-300, 1e300, 0.5]
HUGE = 2**62
HISTORIES = [
    (),
    ({"train_loss": None, "train_accuracy": None},) * 2,
    ({"train_loss": None, "train_accuracy": 0.1},),
    ({"train_loss": 1e300, "train_accuracy": 1.0}, {}, {"train_loss": 0.0}),
    ({"epoch": 1.0, "loss": 0.5}, {"another\x01": None}),
    ({"validation_loss": 0.5, "validation_accuracy": 0.0},) * 3,
    ({"valid_loss": 0.5, "validation_loss": 0.4},),
    ({"train_accuracy": 97.3},),
    ({"train_loss": math.nan, "train_accuracy": math.inf},),
]


class _Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attributes):
        self.tags.add((tag, len([name for name, _ in attributes if name.startswith("on")])))

    def handle_data(self, data):
        self.text += data


def _layers(text):
    return (LayerRow(token=text, layer=text, output_shape=(), parameters=HUGE, buffers=0, multiply_accumulates=0),)


def _search(text, score):
    candidates = tuple(
        Candidate(params={text: value}, scores=scores, fit_seconds=score, score_seconds=score)
        for value, scores in ((text, (score, None)), (math.nan, (None, None)), (None, ()))
    )
    return SearchResult(
        chosen={text: text},
        score=score,
        candidates=candidates,
        n_candidates=3,
        search_seconds=score,
        refit_seconds=score,
    )


def _method(text, number, history, n_wrong=2, seeds=(0,)):
    # Half of a character could never be stored in a name.
    return Method(
        text.replace("\udcff", "") + f" {number:g}",
        {
            "parameters": {text: text, "number": number, "deep": {text: [number, {text: None}]}},
            "warnings": (text, f"{text}: {number}"),
            "data_notes": (text,),
            "history": history,
            "layers": _layers(text),
            "searched": _search(text, number),
            "traceback": text,
            "seconds": number,
        },
        {
            "fit_seconds": number,
            "fit_cpu_seconds": number,
            "predict_seconds": number,
            "fit_wait_share": number,
            "latency_seconds": number,
            "latency_p95_seconds": number,
            "fit_peak_bytes": HUGE,
            "size_bytes": 0,
            "n_parameters": HUGE,
            "engine": text,
            "memory_method": text,
        },
        n_wrong,
        seeds,
    )


def _whole(folder, names):
    """Look at every file of a report: it can be read, and shows each name as text."""
    page = _Tags()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    assert ("b", 0) not in page.tags
    assert not [tag for tag, n_handlers in page.tags if n_handlers]
    for name in names:
        assert " ".join(visible(name).split()) in " ".join(page.text.split())
    assert (folder / "report.md").read_text(encoding="utf-8")
    json.loads((folder / "results.json").read_bytes())
    for path in folder.glob("tables/*"):
        path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("undrawn")
def test_a_report_of_every_odd_text_number_and_history_is_whole(tmp_path):
    numbers = [*NUMBERS, *NUMBERS]
    histories = [*HISTORIES, *HISTORIES]
    methods = [
        _method(text, numbers[place], histories[place], n_wrong=place, seeds=(0, 1) if place % 3 else (0,))
        for place, text in enumerate(TEXTS)
    ]
    failed = {"status": "failed", "error": TEXTS[3], "traceback": "\n".join(TEXTS)}
    run = make_up(tmp_path / "run", [*methods, Method("Failed", failed)], class_names=tuple(TEXTS[:10]))
    write_report(run)
    _whole(run, [method.name for method in methods])
    assert len(load_results(run)) == sum(len(method.seeds) for method in methods) + 1
    assert set(load_histories(run)["case"]) <= {visible(method.name) for method in methods}


def _draw(run, pattern):
    """Draw the figures whose names fit a pattern."""
    drawn = draw([figure for figure in plan_figures(ReportData.from_run(run)) if re.fullmatch(pattern, figure.name)])
    assert len(drawn) > 4
    for figure in drawn:
        assert figure.png
        assert not figure.svg or ElementTree.fromstring(figure.svg) is not None


def test_figures_of_odd_texts_are_drawn(tmp_path):
    methods = [_method(text, 0.5, HISTORIES[place % len(HISTORIES)], n_wrong=12) for place, text in enumerate(TEXTS)]
    classes = (*TEXTS[:10], TEXTS[12])
    run = make_up(tmp_path / "run", methods, class_names=classes)
    _draw(run, "accuracy|accuracy-memory|disagreement|confusion|(curves|search)-2-.*|gallery-13-.*")


@pytest.mark.parametrize(("n_test", "cases"), [(1, "1"), (40, "[247]")])
def test_figures_of_odd_numbers_are_drawn(tmp_path, n_test, cases):
    methods = [
        _method("text", number, ({"train_loss": number, "train_accuracy": number},) * 2, seeds=(0, 1))
        for number in NUMBERS
    ]
    run = make_up(tmp_path / "run", [*methods, Method("Good")], n_test=n_test)
    _draw(run, f"accuracy|accuracy-fit-time|times|training|(search|training)-({cases})-.*")


_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(TEXTS)
_numbers = st.floats() | st.sampled_from(NUMBERS)
_histories = st.lists(
    st.dictionaries(st.sampled_from(["train_loss", "train_accuracy", "valid_loss", "other"]), st.none() | _numbers),
    max_size=4,
).map(tuple) | st.sampled_from(HISTORIES)


@given(st.lists(st.tuples(_texts, _numbers, _histories), min_size=1, max_size=3), st.integers(1, 30))
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.usefixtures("undrawn")
def test_a_report_of_any_texts_and_numbers_is_whole(tmp_path_factory, drawn, n_test):
    methods = [_method(f"{place}{text}", number, history) for place, (text, number, history) in enumerate(drawn)]
    folder = tmp_path_factory.mktemp("any") / "run"
    write_report(make_up(folder, methods, n_test=n_test))
    _whole(folder, [method.name for method in methods])


@pytest.mark.parametrize("n_known", [0, 1, 2])
@pytest.mark.usefixtures("undrawn")
def test_sizes_that_are_not_known_have_no_number(tmp_path, n_known):
    methods = [
        Method(f"m{number}", measurements={} if number < n_known else {"size_bytes": None}) for number in range(3)
    ]
    write_report(make_up(tmp_path / "run", methods))
    with (tmp_path / "run" / "tables" / "memory.csv").open(encoding="utf-8") as file:
        sizes = {row["method"]: row["size_bytes"] for row in csv.DictReader(file)}
    assert [sizes[f"m{number}"] == "" for number in range(3)] == [number >= n_known for number in range(3)]


@pytest.mark.usefixtures("undrawn")
def test_a_run_of_which_all_trials_failed_has_a_report(tmp_path):
    failed = {"status": "failed", "error": "ValueError: not today", "traceback": "the last line"}
    run = make_up(tmp_path / "run", [Method("One", failed), Method("Two", failed)])
    write_report(run)
    for name in ("report.html", "report.md"):
        assert "ValueError: not today" in (run / name).read_text()


def test_a_part_that_is_left_out_is_an_error_of_these_tests(tmp_path, monkeypatch):
    monkeypatch.setattr("hdr_bench.reporting.page.blocks.time_table", lambda *_: {}["nothing"])
    with pytest.raises(ReportWarning, match="Table “Time” could not be made: KeyError: 'nothing'"):
        write_report(make_up(tmp_path / "run", [Method("One")]))
