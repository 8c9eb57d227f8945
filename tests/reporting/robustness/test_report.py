"""What a report shows of corrupted and attacked test sets."""

import inspect
import shutil
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hdr_bench import write_report
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.other_test_sets import compare_on_test_sets
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness, compare_robustness
from hdr_bench.reporting.displays import (
    AttackDisplay,
    CorruptionMapDisplay,
    Display,
    DistortionGalleryDisplay,
    SeverityDisplay,
)
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.robustness_sentences import describe_robustness, robustness_finding
from hdr_bench.reporting.page.summary import summary_of
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.robustness.anchors import anchors_table
from hdr_bench.reporting.tables.robustness.corruptions import corruption_drops_table, corruption_errors_table
from hdr_bench.reporting.tables.robustness.methods import robustness_table
from hdr_bench.reporting.tables.robustness.noise_training import noise_training_table
from hdr_bench.reporting.tables.robustness.wins import wins_table
from tests.helpers.distorted_runs import FOG, Robust, make_distorted
from tests.reporting.robustness.conftest import METHODS


@pytest.mark.usefixtures("undrawn")
def test_the_report_has_its_sections_and_no_table_with_a_column_for_each_test_set(with_images):
    folder = with_images
    write_report(folder)
    text = (folder / "report.md").read_text()
    for title in (
        "Robustness to corruptions",
        "Training with corrupted images",
        "Images that were wrong before",
        "Checks for a masked gradient",
        "Accuracy under attack",
        "Figures of other set-ups",
        "Error under corruptions",
        "Pairs of methods under corruptions",
    ):
        assert f"\n## {title}\n" in text, title
    assert "\n## Other test sets\n" not in text
    assert not (folder / "tables" / "test-set-pairs.csv").exists()
    assert "Fog (3) is the most harmful corruption: the mean error of four methods is " in text
    still = "of the original images that a method misclassifies, "
    assert text.count(f"Errors under corruptions include errors on the original images: {still}") == 2
    for name in ("robustness", "corruptions", "corruption-drops", "corruption-wins", "attacks", "anchors"):
        assert len((folder / "tables" / f"{name}.csv").read_text().splitlines()) > 1
        assert (folder / "tables" / f"{name}.tex").read_text()
    # It holds the images that it shows.
    shown = DistortionGalleryDisplay.from_run(folder, "CNN", "attacks").frame()
    shutil.rmtree(folder / "images")
    again = DistortionGalleryDisplay.from_run(folder, "CNN", "attacks").frame()
    pd.testing.assert_frame_equal(again, shown)


def test_the_finding_names_harm_robustness_noise_and_attack(robustness):
    text = robustness_finding(robustness)
    assert "Noisy is the most robust to corruptions, with a mean error of " in text
    assert "Noisy, which also learned from Fog (2), is more accurate than CNN under all three corruptions; " in text
    strongest = "Of the attacks with the methods' own gradients and an eps below 0.5, the strongest, FGSM .2, leaves "
    assert strongest in text


def test_a_run_with_one_corruption_says_its_errors(tmp_path):
    methods = [Robust("One", 0.05), Robust("Two", 0.1)]
    for n_methods, sentence in ((1, "the error of One is "), (2, "the methods' errors are ")):
        folder = make_distorted(tmp_path / str(n_methods), methods[:n_methods], n_test=100, test_sets=[FOG])
        contents = RunContents(folder)
        found = compare_robustness(contents, compare_methods(contents))
        assert robustness_finding(found).startswith(f"Under Fog (3) {sentence}")
        assert describe_robustness(found).startswith("1 test set of 1 corruption, of 100 images. Errors under ")
        assert robustness_table(found).note.startswith("Means over 1 corruption, with")


def test_an_attack_on_fewer_methods_is_not_called_the_strongest(robustness):
    attacks = {kind: outcomes for kind, outcomes in robustness.attacks.items() if not kind.transferred_from}
    assert "FGSM .2, leaves" in robustness_finding(Robustness(attacks=attacks))
    fewer = {
        kind: tuple(each for each in outcomes if (each.test_set, each.label) != ("FGSM .2", "Noisy"))
        for kind, outcomes in attacks.items()
    }
    assert "FGSM .2, leaves" not in robustness_finding(Robustness(attacks=fewer))


def test_a_trial_is_read_once_however_many_test_sets_there_are(distorted_run, monkeypatch):
    contents, read = RunContents(distorted_run), []
    monkeypatch.setattr(contents.store, "read_predictions", read.append)
    assert len(contents.evaluations) == len(contents.results) * len(contents.distorted_test_sets)
    assert len(read) == len(set(read)) > 0


def test_plain_test_sets_have_their_own_family(distorted_contents):
    found = compare_on_test_sets(distorted_contents)
    assert (found.summaries, found.drops, found.pairs) == ({}, (), {})


def test_tables_are_ordered_by_the_mean(robustness):
    table = corruption_errors_table(robustness)
    assert [row[0] for row in table.rows] == [
        "Original images",
        "Fog (3)",
        "Rotate (1–3)",
        "Stripe (3)",
        "Mean of the corruptions",
    ]
    assert table.heads[1] == "Noisy (%)"
    assert table.marks[1, 1] == "best"
    drops = corruption_drops_table(robustness)
    exact = table.exact.set_index("corruption"), drops.exact.set_index("corruption")
    assert exact[1].loc["Fog (3)", "Tree"] == pytest.approx(
        exact[0].loc["Fog (3)", "Tree"] - exact[0].loc["Original images", "Tree"]
    )
    assert next(row[0] for row in robustness_table(robustness).rows) == "Noisy"


def test_the_table_of_pairs_counts_corruptions(robustness):
    table = wins_table(robustness)
    assert table.heads[0] == "Method"
    cells = {row[0]: dict(zip(table.heads, row, strict=True)) for row in table.rows}
    assert cells["Noisy"]["Better than Tree"] == "3"
    assert cells["Tree"]["Better than Noisy"] == "0"
    assert cells["Tree"]["Better than Tree"] == "–"


def test_training_with_corrupted_images_is_compared_with_the_same_method_without(robustness):
    table = noise_training_table(robustness)
    ((method, against, learned, *_, better, worse),) = table.rows
    assert (method, against, learned) == ("Noisy", "CNN", "Fog (2)")
    assert (better, worse) == ("Fog, Stripe, Rotate", "–")


def test_an_anchor_is_beside_what_was_measured(robustness):
    (row,) = anchors_table(robustness).rows
    outcome = next(each for each in robustness.outcomes if (each.label, each.test_set) == ("CNN", "FGSM .1"))
    assert row[1] == "87.4"
    assert row[2].startswith(f"{100 * outcome.accuracy:.1f} (")
    assert "reproduced" not in anchors_table(robustness).note


def test_the_map_has_a_cell_for_each_corruption_and_method(distorted_run, robustness):
    display = CorruptionMapDisplay.from_run(distorted_run)
    frame = display.frame()
    assert list(frame.columns) == ["Noisy", "k-NN", "CNN", "Tree"]
    assert list(frame.index)[:2] == ["Original images", "Fog (3)"]
    assert frame.loc["Fog (3)", "CNN"] == pytest.approx(robustness.corruptions[0].errors["CNN"].mean)
    ax = display.plot().ax_
    assert f"{100 * frame.loc['Fog (3)', 'CNN']:.1f}" in {text.get_text() for text in ax.texts}
    plt.close(ax.figure)
    drops = CorruptionMapDisplay.from_run(distorted_run, "drop").frame()
    assert "Original images" not in drops.index
    with pytest.raises(UnknownNameError, match="unknown quantity 'loss'"):
        CorruptionMapDisplay.from_run(distorted_run, "loss")


def test_curves_have_a_panel_for_each_corruption_with_three_severities(distorted_run):
    display = SeverityDisplay.from_run(distorted_run)
    frame = display.frame()
    assert set(frame["corruption"]) == {"Rotate"}
    assert sorted(set(frame["severity"])) == [0, 1, 2, 3]
    assert (frame["low"] <= frame["error"]).all()
    ax = display.plot().ax_
    assert len(ax.child_axes) == 1
    plt.close(ax.figure)


def test_curves_of_attacks_part_own_gradients_from_others(distorted_run):
    display = AttackDisplay.from_run(distorted_run)
    assert list(dict.fromkeys(display.frame()["attack"])) == ["FGSM: own gradient", "FGSM: transferred from CNN"]
    assert "FGSM: own gradient, eps 0.2: CNN " in display.describe()
    ax = display.plot().ax_
    assert len(ax.child_axes) == 2
    plt.close(ax.figure)


@pytest.mark.parametrize("display", [CorruptionMapDisplay, SeverityDisplay, AttackDisplay])
def test_there_is_no_figure_of_a_run_without_distorted_test_sets(display, finished_test_sets):
    with pytest.raises(StoreError):
        display.from_run(finished_test_sets)


@pytest.fixture
def with_images(distorted_run, tmp_path):
    """The run with the distorted images of one corruption and one attack."""
    folder = shutil.copytree(distorted_run, tmp_path / "run")
    store, contents = Store(folder), RunContents(folder)
    for name, change in (("Fog", 40), ("FGSM .1", -25.5)):
        record = contents.good_records("CNN")[0]
        evaluation = next(each for each in record.evaluations if each.test_set == name)
        images = store.arrays.read_images("f" * 64).astype(np.float32)[:100]
        store.made_images.write_shown(evaluation.images, np.clip(images + change, 0, 255))
    return folder


def test_the_gallery_shows_images_before_and_after(with_images):
    display = DistortionGalleryDisplay.from_run(with_images, "CNN", "attacks")
    assert len(display.examples) == 3
    for each in display.examples:
        assert each.title == "FGSM, eps 0.1"
        assert each.taken_before == each.truth != each.taken_after
        assert each.after.dtype == np.uint8
        expected = np.clip(each.before - 25.5, 0, 255)
        assert np.abs(each.after - expected).max() <= 0.5
    assert len({each.truth for each in display.examples}) == 3
    assert display.frame()["factor"].max() == pytest.approx(41 / 26)
    ax = display.plot().ax_
    assert len(ax.images) == 9
    plt.close(ax.figure)
    assert len(DistortionGalleryDisplay.from_run(with_images, "CNN", "corruptions").examples) == 1
    with pytest.raises(UnknownNameError, match="unknown kind of distortion 'noise'"):
        DistortionGalleryDisplay.from_run(with_images, "CNN", "noise")


def test_a_run_without_the_images_has_no_gallery(distorted_run):
    with pytest.raises(StoreError, match="holds no attacked images of 'CNN'"):
        DistortionGalleryDisplay.from_run(distorted_run, "CNN", "attacks")


def _all_displays(run):
    return [
        CorruptionMapDisplay.from_run(run),
        SeverityDisplay.from_run(run),
        AttackDisplay.from_run(run),
        DistortionGalleryDisplay.from_run(run, "CNN", "attacks"),
    ]


def test_every_display_has_what_the_protocol_asks_for(with_images):
    for each in _all_displays(with_images):
        assert isinstance(each, Display)
        assert each.describe().endswith(".")
        keywords = list(inspect.signature(each.plot).parameters)[1:]
        assert keywords
        figure = each.plot(**{keyword: {"gid": keyword} for keyword in keywords}).figure_
        assert tuple(figure.get_size_inches()) == pytest.approx(each.figsize)
        for keyword in keywords:
            assert figure.findobj(lambda artist, keyword=keyword: artist.get_gid() == keyword), (each, keyword)
        plt.close(figure)


@pytest.mark.parametrize(("clean", "first"), [(0.002, "Noisy"), (0.2, "CNN")])
def test_what_learning_from_noise_costs_on_clean_images_is_the_difference_of_their_pair(tmp_path, clean, first):
    contents = RunContents(make_distorted(tmp_path / "run", [METHODS[2], replace(METHODS[3], clean=clean)]))
    compared = compare_methods(contents)
    (pair,) = compared.pairs
    (found,) = compare_robustness(contents, compared).noise_training
    ends = pair.difference.low, pair.difference.high
    assert pair.first == first
    assert (found.clean.low, found.clean.high) == (ends if first == "Noisy" else (-ends[1], -ends[0]))


def test_the_index_names_the_method_that_the_report_opens_with(tmp_path):
    best = Robust("Noisy", 0.002, 0.5, (0, 1), ({"corruption": "fog", "severity": 2},), has_gradient=True)
    contents = RunContents(make_distorted(tmp_path / "run", [*METHODS[:-1], best]))
    compared = compare_methods(contents)
    assert finding(contents, compared).startswith("Noisy ")
    assert summary_of(contents, compared, ()).best == "Noisy"
