"""A table and a figure that are added to the list of blocks, and to nothing else, are in every form of a report."""

import csv
from dataclasses import dataclass

import pandas as pd
import pytest

from hdr_bench import write_report
from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays import BaseDisplay, Display
from hdr_bench.reporting.page import blocks
from hdr_bench.reporting.page.block_types import FigureBlock, MethodFigure, NotEnoughError, TableBlock
from hdr_bench.reporting.report_place import check_report_place
from hdr_bench.reporting.run import read_contents
from hdr_bench.reporting.tables.table import METHOD, Column, make_table
from tests.helpers.written_runs import Method, make_up


@dataclass(eq=False)
class ErrorDisplay(BaseDisplay):
    """Wrong images of each method."""

    errors: pd.Series

    @classmethod
    def from_run(cls, run):
        return cls(1 - read_contents(run).summary.set_index("case")["accuracy"])

    @property
    def figsize(self):
        return 3.0, 2.0

    @property
    def note(self):
        return "As bars."

    def frame(self):
        return self.errors.reset_index()

    def describe(self):
        return f"{len(self.errors)} bars."

    def plot(self, ax=None):
        ax, _ = self._set_axes(ax)
        ax.bar(range(len(self.errors)), self.errors)
        return self


def _error_table(data):
    columns = [METHOD, Column("Wrong (%)", ("error_rate",), "{:.1%}".format)]
    return make_table("any", "Any", data.contents.summary, columns, "A note on errors.")


def _registered(monkeypatch, *added, method_figures=()):
    # In the middle: neither the first nor the last of its kind.
    monkeypatch.setattr(blocks, "BLOCKS", (*blocks.BLOCKS[:4], *added, *blocks.BLOCKS[4:]))
    monkeypatch.setattr(blocks, "METHOD_FIGURES", (*blocks.METHOD_FIGURES, *method_figures))


@pytest.fixture
def made_up(tmp_path):
    return make_up(tmp_path / "run", [Method("One"), Method("Two", n_wrong=9)])


@pytest.mark.usefixtures("undrawn")
def test_a_table_in_the_list_is_in_both_pages_and_written_as_csv_and_latex(made_up, monkeypatch):
    _registered(monkeypatch, TableBlock("wrong", "Wrong images", _error_table, lambda _: "Before it."))
    write_report(made_up)
    page, text = ((made_up / name).read_text() for name in ("report.html", "report.md"))
    assert '<section id="wrong" aria-label="Wrong images">' in page
    for content in (page, text):
        assert "Before it." in content
        assert "A note on errors." in content
        assert "22.5%" in content
    assert text.index("\n## Error and costs\n") < text.index("\n## Wrong images\n") < text.index("\n## Time\n")
    with (made_up / "tables" / "wrong.csv").open() as file:
        assert [float(row["error_rate"]) for row in csv.DictReader(file)] == [0.075, 0.225]
    assert (made_up / "tables" / "wrong.tex").read_text().startswith("% Wrong images.")


@pytest.mark.usefixtures("undrawn")
def test_a_table_that_a_run_has_nothing_for_is_nowhere(made_up, monkeypatch):
    _registered(monkeypatch, TableBlock("wrong", "Wrong images", lambda _: None))
    write_report(made_up)
    assert not any("Wrong images<" in (made_up / name).read_text() for name in ("report.html", "report.md"))
    assert not list(made_up.glob("tables/wrong.*"))


def test_a_figure_in_the_list_is_in_both_pages_and_drawn(made_up, monkeypatch):
    def too_few(_data):
        raise NotEnoughError("needs three methods.")

    def nothing(_data):
        raise StoreError("nothing of the kind")

    monkeypatch.setattr(blocks, "BLOCKS", ())
    monkeypatch.setattr(blocks, "METHOD_FIGURES", ())
    _registered(
        monkeypatch,
        FigureBlock("bars", "Bars of errors", lambda data: ErrorDisplay.from_run(data.contents)),
        FigureBlock("few", "Few", too_few),
        FigureBlock("none", "None of it", nothing),
        method_figures=[MethodFigure("bar", "Bar", lambda data, _case: (ErrorDisplay.from_run(data.contents),) * 2)],
    )
    write_report(made_up, ["html", "md", "png", "svg"])
    assert {path.name for path in (made_up / "figures").iterdir()} == {
        f"{name}.{ending}" for name in ("bars", "bar-1-one", "bar-2-two") for ending in ("png", "svg")
    }
    page, text = ((made_up / name).read_text() for name in ("report.html", "report.md"))
    assert 'alt="Bars of errors. 2 bars."' in page
    assert "![Bars of errors. 2 bars.](figures/bars.png)\n\nAs bars.\n" in text
    for content in (page, text):
        assert content.count("Figure “Few” needs three methods.") == 1
        assert "None of it" not in content


def test_what_is_in_the_list_is_not_written_over_a_file_of_ones_own(tmp_path, monkeypatch):
    _registered(
        monkeypatch, TableBlock("wrong", "Wrong images", _error_table), FigureBlock("bars", "Bars", lambda _: None)
    )
    for name in ("tables/wrong.csv", "figures/bars.svg"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_bytes(b"mine")
        with pytest.raises(StoreError, match=f"{name}: not written by hdr-bench report"):
            check_report_place(tmp_path)
        path.unlink()


def test_a_display_is_one_by_what_it_has(made_up):
    assert isinstance(ErrorDisplay.from_run(made_up), Display)
    assert not isinstance(object(), Display)
