"""What stands below a figure: which methods are not in it."""

import pytest

from hdr_bench import write_report
from hdr_bench.reporting.drawing import rendering
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import plan_figures
from tests.helpers.written_runs import Method, make_up

# The processor time of predictions is not measured in these runs, that of fits is.
DISTURBED = {"predict_wait_share": 0.5}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write the report of some methods, without pictures; return the page and the text."""
    monkeypatch.setattr(rendering, "_to_png", lambda _: b"png")

    def write(*methods):
        folder = make_up(tmp_path / "run", methods)
        names = ("accuracy-fit-time", "accuracy-predict-time", "gallery-all-wrong")
        chosen = [figure for figure in plan_figures(ReportData.from_run(folder)) if figure.name in names]
        monkeypatch.setattr("hdr_bench.reporting.report.plan_figures", lambda *_: chosen)
        write_report(folder)
        return (folder / "report.html").read_text(), (folder / "report.md").read_text()

    return write


def test_methods_that_a_figure_of_times_leaves_out_are_named(written):
    others = [Method(name, measurements=DISTURBED) for name in ("Slow <1>", "Slow 2")]
    page, text = written(Method("One"), Method("Two"), *others)
    assert "<figcaption>Left out, times disturbed: Slow &lt;1&gt;; Slow 2.</figcaption>" in page
    assert page.count("Left out, times disturbed") == text.count("Left out, times disturbed") == 1
    assert "(figures/accuracy-predict-time.png)\n\nLeft out, times disturbed: Slow" in text


def test_where_wall_times_are_disturbed_processor_times_are_drawn_of_all_methods(written):
    page, text = written(Method("One"), Method("Slow", measurements={"fit_wait_share": 0.5}))
    for content in (page, text):
        assert content.count("Processor time of all threads, which other work on the machine does not lengthen.") == 1
        assert "Left out" not in content


def test_a_figure_of_times_that_has_too_few_of_them_says_so_in_its_place(written):
    for content in written(Method("One"), *(Method(name, measurements=DISTURBED) for name in ("Two", "Three"))):
        needs = "Figure “Accuracy against the time to predict” needs at least two methods whose times are undisturbed."
        assert f"{needs} Left out, times disturbed: Two; Three." in content
        assert "Accuracy against the time to fit” needs" not in content


def test_which_methods_all_get_the_same_images_wrong_is_said_unless_it_is_all_of_them(written):
    failed = {"status": "failed", "error": "no"}
    page, text = written(Method("One"), Method("Two"), Method("Bad", result=failed))
    assert "Under each its truth, and everything that it was taken for; not among the methods: Bad." in page
    assert "(figures/gallery-all-wrong.png)\n\nNot among the methods: Bad." in text
    page, text = written(Method("One"), Method("Two"))
    assert "mong the methods" not in page + text
    page, text = written(Method("One"), Method("Two"), *(Method(f"Bad {n}", result=failed) for n in range(3)))
    assert "taken for; the methods: One; Two." in page
    assert "The methods: One; Two." in text
