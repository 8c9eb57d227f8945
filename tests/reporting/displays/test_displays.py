import dataclasses
import inspect
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from hdr_bench import load_dataset, load_histories, load_predictions, load_results
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.store import Store
from hdr_bench.reporting import displays
from hdr_bench.reporting.displays import (
    AccuracyDisplay,
    ConfusionDisplay,
    ConfusionGridDisplay,
    CostDisplay,
    DisagreementDisplay,
    GalleryDisplay,
    LearningCurveDisplay,
    PrecisionRecallDisplay,
    RejectionDisplay,
    ReliabilityDisplay,
    RocDisplay,
    SearchDisplay,
    TimingDisplay,
    TrainingDisplay,
    TransferDisplay,
)
from hdr_bench.reporting.displays.examples import as_ink_on_paper
from hdr_bench.reporting.points import HasPoints
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.style import COLOURS, INK, OTHERS

CASES = ["k-NN | <b>bold</b>", "Tree_50%", "Least squares"]
LONG = "Linear SVM $x^2$, with a name that is so long that no table or figure has room for the whole of it"


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def contents(finished_various):
    return RunContents(finished_various)


def _drawn(display):
    """Draw on axes that are given and on new ones, whole."""
    figure, ax = plt.subplots()
    assert display.plot(ax=ax) is display
    assert display.ax_ is ax
    figure.canvas.draw()
    assert display.plot().figure_ is not figure
    assert ax.get_title()
    return ax


def test_accuracies_that_are_drawn_are_those_of_the_frame(run):
    display = AccuracyDisplay.from_results(load_results(run))
    assert display.plot() is display
    frame = display.frame()
    assert frame["case"].tolist() == CASES
    drawn = [line.get_xdata()[0] for line in display.ax_.lines[::3]]
    np.testing.assert_allclose(drawn, 100 * frame["accuracy"])
    low, high = display.ax_.get_xlim()
    assert low < min(drawn) < max(drawn) < high
    assert "%" in display.ax_.get_xlabel()


@pytest.mark.parametrize("cost", ["fit_seconds", "size_bytes"])
def test_costs_that_are_drawn_are_those_of_the_frame(run, cost):
    display = CostDisplay.from_results(load_results(run), cost)
    assert display.plot() is display
    ax, frame = display.ax_, display.frame()
    assert frame["case"].tolist() == CASES
    unit = METRICS[cost].factor
    costs, accuracy, low, high = (
        factor * frame[name].to_numpy(float)
        for name, factor in ((cost, unit), ("accuracy", 100), ("accuracy_low", 100), ("accuracy_high", 100))
    )
    points = [container.lines[0].get_xydata()[0] for container in ax.containers]
    np.testing.assert_allclose(points, np.column_stack([costs, accuracy]))
    intervals = [container.lines[2][0].get_segments()[0][:, 1] for container in ax.containers]
    np.testing.assert_allclose(intervals, np.column_stack([low, high]))
    front = frame["is_on_front"]
    colours = [container.lines[0].get_color() for container in ax.containers]
    assert colours == [COLOURS[0] if is_on_front else OTHERS for is_on_front in front]
    # The first line is the Pareto front.
    np.testing.assert_allclose(np.sort(ax.lines[0].get_ydata()), np.sort(accuracy[front]))
    bottom, top = ax.get_ylim()
    assert bottom < accuracy.min() < accuracy.max() < top
    assert "%" in ax.get_ylabel()


def test_costs_have_names_beside_their_points_and_no_legend(run):
    display = CostDisplay.from_results(load_results(run)).plot()
    display.figure_.draw_without_rendering()
    frame = display.frame()
    # A name that is not close to its point has a line, which is an annotation without a text.
    names = {text.get_text(): text for text in display.ax_.texts if text.get_text()}
    assert set(names) == set(CASES)
    factor = METRICS["fit_seconds"].factor
    for row in frame.to_dict("records"):
        text = names[row["case"]]
        np.testing.assert_allclose(text.xy, (factor * row["fit_seconds"], 100 * row["accuracy"]))
        assert text.get_color() == (INK if row["is_on_front"] else OTHERS)
    boxes = [text.get_window_extent() for text in names.values()]
    assert not any(one.overlaps(other) for number, one in enumerate(boxes) for other in boxes[:number])
    assert display.ax_.get_legend() is None


def test_a_plot_goes_where_it_is_told(run):
    _, ax = plt.subplots()
    assert CostDisplay.from_results(load_results(run)).plot(ax=ax).ax_ is ax


def test_the_confusion_matrix_is_scikit_learns(run):
    key = load_results(run)["key"][0]
    predictions = Store(run).read_predictions(key)
    display = ConfusionDisplay.from_run(run, "k-NN | <b>bold</b>").plot()
    np.testing.assert_array_equal(display.matrix, confusion_matrix(predictions.y_true, predictions.y_pred))
    assert display.frame().loc["3", "3"] == display.matrix[3, 3]
    assert ConfusionDisplay.from_run(run, "Tree_50%").matrix.sum() == 2 * 360
    numbers = [int(text.get_text()) for text in display.ax_.texts]
    assert sum(numbers) == 360


def test_all_matrices_as_small_multiples(contents):
    display = ConfusionGridDisplay.from_run(contents)
    assert [each.title for each in display.displays] == contents.readable_cases()
    frame = display.frame()
    assert frame.groupby("case")["images"].sum()["k-NN"] == 360
    ax = _drawn(display)
    assert len(ax.images) == len(display.displays)


def test_a_matrix_of_many_classes():
    names = tuple(f"class {number}" for number in range(47))
    ax = _drawn(ConfusionDisplay(np.eye(47, dtype=np.int64) * 9, names))
    assert len(ax.get_xticklabels()) == 47
    assert not ax.texts


def test_a_case_that_is_not_there_or_did_not_go_well(run):
    with pytest.raises(UnknownNameError, match="unknown case 'Tree'. Did you mean 'Tree_50%'"):
        ConfusionDisplay.from_run(run, "Tree")
    with pytest.raises(StoreError, match="every trial of 'Bad' failed or is missing"):
        ConfusionDisplay.from_run(run, "Bad")


def test_a_damaged_result_does_not_keep_the_others_from_being_drawn(run):
    keys = load_results(run).query("case == 'Tree_50%'")["key"].tolist()
    path = run / "trials" / f"{keys[0]}.zip"
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    assert ConfusionDisplay.from_run(run, "Tree_50%").matrix.sum() == 360


@pytest.mark.parametrize(
    ("kind", "area", "score"),
    [(RocDisplay, "auc", roc_auc_score), (PrecisionRecallDisplay, "average_precision", average_precision_score)],
)
@pytest.mark.parametrize("case", ["k-NN", LONG])
def test_the_areas_of_each_class_are_scikit_learns(contents, kind, area, score, case):
    display = kind.from_run(contents, case)
    ((result, _),) = contents.predictions_of(case)
    predictions = load_predictions(contents.store.folder, result.key)
    scores = predictions.decisions if predictions.probabilities is None else predictions.probabilities
    frame = display.frame().drop_duplicates("class").set_index("class")[area]
    for number, name in enumerate(display.curves):
        assert frame[name] == pytest.approx(
            score(predictions.y_true == number, scores[:, number].astype(float)), abs=1e-6
        )
    ax = _drawn(display)
    (inset,) = ax.child_axes
    assert inset.get_xlim()[1] - inset.get_xlim()[0] < 0.2
    assert all(line.get_xdata().size for line in ax.lines)


def test_methods_without_scores_have_no_such_curves(contents):
    with pytest.raises(StoreError, match="'Codes' gives no scores of classes"):
        RocDisplay.from_run(contents, "Codes")
    with pytest.raises(StoreError, match="gives no probabilities"):
        ReliabilityDisplay.from_run(contents, LONG)
    assert "Codes" not in set(RejectionDisplay.from_run(contents).frame()["case"])
    with pytest.raises(StoreError, match="no method gives scores"):
        RejectionDisplay.from_run(contents, ["Codes"])


def test_the_rejection_curve_ends_at_the_error_of_all_images(contents):
    display = RejectionDisplay.from_run(contents)
    none_refused = display.frame().query("rejected == 0").set_index("case")["error"]
    accuracy = contents.summary.set_index("case")["accuracy"]
    assert none_refused["MLP"] == pytest.approx(1 - accuracy["MLP"])
    kept = contents.results.set_index("case")["rejection"]
    curve = display.frame().query("case == 'k-NN'")
    enough = curve[(curve["error"] <= 0.005) & (curve["rejected"] <= 1 - 100 / 360)]
    assert kept["k-NN"] == pytest.approx(enough["rejected"].min())
    _drawn(display)
    few = RejectionDisplay.from_run(contents, max_methods=2)
    assert few.frame()["case"].nunique() == 2
    assert few.n_omitted == display.frame()["case"].nunique() - 2
    assert f"the 2 most accurate of {few.n_omitted + 2} methods" in _drawn(few).get_title()


def test_reliability_has_the_error_that_the_results_have(contents):
    display = ReliabilityDisplay.from_run(contents, "MLP, wider")
    kept = contents.results.set_index("case").loc["MLP, wider", "calibration_error"]
    assert display.calibration_error == pytest.approx(kept, abs=1e-5)
    assert display.frame()["images"].sum() == 360
    assert f"{100 * kept:.1f} %" in _drawn(display).get_title()


def test_courses_of_training(contents, finished_various):
    display = TrainingDisplay.from_run(contents, ["MLP"], "loss")
    frame = display.frame()
    histories = load_histories(finished_various).query("case == 'MLP' and epoch == 2")
    row = frame.query("part == 'train' and epoch == 2").iloc[0]
    assert row["mean"] == pytest.approx(histories["train_loss"].mean())
    assert (row["low"], row["high"]) == (histories["train_loss"].min(), histories["train_loss"].max())
    assert set(frame["part"]) == {"train", "validation"}
    ax = _drawn(display)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Training images", "Held-out images"]
    several = TrainingDisplay.from_run(finished_various)
    assert set(several.frame()["case"]) == {"MLP", "MLP, wider"}
    assert "training and held-out images" in _drawn(several).get_title()
    assert TrainingDisplay(display.histories, "loss", "test").plot().ax_.get_legend_handles_labels()[1] == [
        "Training images",
        "Test images",
    ]
    with pytest.raises(StoreError, match="no course of training is kept of k-NN"):
        TrainingDisplay.from_run(contents, ["k-NN"])
    with pytest.raises(UnknownNameError, match="unknown quantity 'los'. Did you mean 'loss'"):
        TrainingDisplay.from_run(contents, None, "los")


def test_accuracy_by_training_images(contents, run):
    display = LearningCurveDisplay.from_results(contents.results)
    frame = display.frame()
    assert frame["images"].tolist() == [100, 600]
    assert frame["accuracy"].tolist() == contents.results.query("case == 'Curve'")["accuracy"].tolist()
    rows = contents.summary[contents.summary["method"] == "Curve"]
    for end in ("accuracy_low", "accuracy_high"):
        assert frame[end].tolist() == rows[end].tolist()
    _drawn(display)
    with pytest.raises(StoreError, match="no learning curve"):
        LearningCurveDisplay.from_results(load_results(run))


def test_candidates_of_a_search_the_chosen_one_first(contents):
    display = SearchDisplay.from_run(contents, "Search")
    frame = display.frame()
    assert frame["is_chosen"].tolist() == [True, False, False]
    assert frame["score"].is_monotonic_decreasing
    assert json.loads(frame["params"][0]) == {"n_neighbors": 1}
    labels = [label.get_text() for label in _drawn(display).get_yticklabels()]
    assert labels[0] == "n_neighbors = 1"
    with pytest.raises(StoreError, match="'k-NN' is not a grid search. Choose a case"):
        SearchDisplay.from_run(contents, "k-NN")


def test_how_often_methods_disagree(contents, finished_run):
    display = DisagreementDisplay.from_run(contents)
    frame = display.frame()
    ((_, one),), ((_, other),) = contents.predictions_of("k-NN"), contents.predictions_of("Search")
    assert frame.loc["k-NN", "Search"] == np.mean(one.y_pred != other.y_pred)
    np.testing.assert_array_equal(frame, frame.T)
    assert np.isnan(frame.loc["k-NN", "k-NN"])
    seeds = [found.y_pred for _, found in contents.predictions_of("MLP")]
    assert frame.loc["MLP", "MLP"] == np.mean(seeds[0] != seeds[1])
    assert not any("folds" in name for name in frame)
    _drawn(display)
    assert DisagreementDisplay.from_run(finished_run).labels == ("k-NN | <b>bold</b>", "Tree_50%", "Least squares")


def test_galleries_show_the_images_that_were_judged(contents):
    images = load_dataset("digits-8x8").test.images
    ((_, predictions),) = contents.predictions_of("MLP, wider")
    wrong = GalleryDisplay.from_run(contents, "MLP, wider")
    frame = wrong.frame()
    assert wrong.n_total == np.sum(predictions.y_true != predictions.y_pred)
    np.testing.assert_array_equal(wrong.images, images[frame["index"]])
    assert frame["confidence"].is_monotonic_decreasing
    assert (frame["truth"] != frame["predictions"]).all()
    right = GalleryDisplay.from_run(contents, "MLP, wider", "right", max_images=10)
    assert sorted(right.frame()["truth"]) == sorted("0123456789")
    for gallery, has_share in ((right, False), (wrong, True)):
        texts = [text.get_text() for text in _drawn(gallery).texts]
        assert len(texts) == len(gallery.examples)
        assert all("→" in text and ("%" in text) == has_share for text in texts)
    assert "confidence" in GalleryDisplay.from_run(contents, LONG).frame().columns
    with pytest.raises(UnknownNameError, match="unknown kind of gallery 'wrang'. Did you mean 'wrong'"):
        GalleryDisplay.from_run(contents, "k-NN", "wrang")
    with pytest.raises(StoreError, match="the images that 'k-NN, folds' was evaluated on are not there"):
        GalleryDisplay.from_run(contents, "k-NN, folds")


def test_what_every_method_gets_wrong(finished_run, run):
    gallery = GalleryDisplay.from_common_errors(finished_run)
    contents = RunContents(finished_run)
    wrong = [found.y_true != found.y_pred for label in contents.labels for _, found in contents.predictions_of(label)]
    assert gallery.frame()["index"].tolist() == np.flatnonzero(np.all(wrong, axis=0)).tolist()[:24]
    assert gallery.n_total == np.all(wrong, axis=0).sum() > 0
    assert (gallery.title, gallery.remark) == ("Images that all 3 methods get wrong", "not among the methods: Bad")
    _drawn(gallery)
    for path in (run / "images").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="was evaluated on are not there"):
        GalleryDisplay.from_common_errors(run)


def test_images_are_shown_as_ink_on_paper():
    bright_ink = np.zeros((2, 5, 5), np.uint16)
    bright_ink[:, 2, 2] = 1000
    dark_ink = 1000 - bright_ink
    for images in (bright_ink, dark_ink, bright_ink.astype(np.float32) / 1000):
        shown = as_ink_on_paper(images)
        assert shown.dtype == np.uint8
        assert shown[0, 2, 2] == 0
        assert shown[0, 0, 0] == 255
    assert as_ink_on_paper(np.zeros((0, 5, 5), np.uint8)).shape == (0, 5, 5)


def test_a_method_has_one_colour_in_every_figure_of_colours_by_method(contents):
    def colours(ax, labels):
        handles, names = ax.get_legend_handles_labels()
        return {
            name: (handle[0] if isinstance(handle, tuple) or hasattr(handle, "lines") else handle).get_color()
            for handle, name in zip(handles, names, strict=True)
            if name in labels
        }

    labels = {"MLP", "k-NN", "Search"}
    accuracy = colours(TransferDisplay.from_run(contents).plot().ax_, labels)
    rejection = colours(RejectionDisplay.from_run(contents).plot().ax_, labels)
    assert accuracy == rejection
    assert len(set(accuracy.values())) == 3


def _all_displays(contents):
    results = contents.results
    return {
        "accuracy": AccuracyDisplay.from_results(results),
        "cost": CostDisplay.from_results(results),
        "curve": LearningCurveDisplay.from_run(contents),
        "times": TimingDisplay.from_run(contents, measure="predict_seconds"),
        "matrix": ConfusionDisplay.from_run(contents, "k-NN"),
        "matrices": ConfusionGridDisplay.from_run(contents),
        "roc": RocDisplay.from_run(contents, "k-NN"),
        "recall": PrecisionRecallDisplay.from_run(contents, "k-NN"),
        "reliability": ReliabilityDisplay.from_run(contents, "k-NN"),
        "rejection": RejectionDisplay.from_run(contents),
        "training": TrainingDisplay.from_run(contents),
        "search": SearchDisplay.from_run(contents, "Search"),
        "gallery": GalleryDisplay.from_run(contents, "MLP"),
        "transfer": TransferDisplay.from_run(contents),
        "disagreement": DisagreementDisplay.from_run(contents),
    }


def _keywords(display):
    parameters = list(inspect.signature(display.plot).parameters)
    assert parameters[0] == "ax"
    assert all(name.endswith("_kw") for name in parameters[1:])
    return parameters[1:]


def test_every_display_has_what_the_protocol_asks_for(contents):
    shown = _all_displays(contents)
    # Those of corrupted and attacked test sets have the same tests with a run that has such test sets.
    of_distorted = {"AttackDisplay", "CorruptionMapDisplay", "DistortionGalleryDisplay", "SeverityDisplay"}
    # That of a range test is not of a run, and this run has no study: they have their own tests.
    of_others = {*of_distorted, "LearningRateDisplay", "StudyDisplay"}
    assert {type(display).__name__ for display in shown.values()} | of_others == {
        name for name in displays.__all__ if not name.endswith(("BaseDisplay", "ResultsDisplay")) and name != "Display"
    }
    for name, display in shown.items():
        assert isinstance(display, displays.Display), name
        assert display.describe().endswith("."), name
        assert len(display.frame()), name
        width, height = display.figsize
        figure = display.plot().figure_
        assert tuple(figure.get_size_inches()) == pytest.approx((width, height)), name
        plt.close(figure)


def test_style_keywords_reach_the_artists_of_every_display(contents):
    for name, display in _all_displays(contents).items():
        keywords = _keywords(display)
        assert keywords, name
        for keyword in keywords:
            figure = display.plot(**{keyword: {"gid": "tagged"}}).figure_
            assert figure.findobj(lambda artist: artist.get_gid() == "tagged"), (name, keyword)
            plt.close(figure)


def test_a_style_keyword_replaces_the_default_also_by_its_abbreviation(contents):
    line = RocDisplay.from_run(contents, "k-NN").plot(line_kw={"lw": 3, "c": "red", "ls": ":"}).ax_.lines[0]
    assert (line.get_linewidth(), line.get_color(), line.get_linestyle()) == (3, "red", ":")
    display = ConfusionDisplay.from_run(contents, "k-NN").plot(im_kw={"cmap": "Greys"}, text_kw={"size": 4})
    assert display.ax_.images[0].get_cmap().name == "Greys"
    assert {text.get_fontsize() for text in display.ax_.texts} == {4}
    accuracy = AccuracyDisplay.from_results(contents.results).plot(errorbar_kw={"marker": "x", "color": "red"})
    assert {line.get_color() for line in accuracy.ax_.lines} == {"red"}


@pytest.mark.parametrize("kind", [AccuracyDisplay, CostDisplay, LearningCurveDisplay, TimingDisplay, TransferDisplay])
def test_frames_that_hold_no_results(kind, run):
    results = load_results(run)
    with pytest.raises(ValueError, match="have no rows; give a frame as load_results returns it"):
        kind.from_results(results[:0])
    with pytest.raises(ValueError, match="lack columns: status; give a frame"):
        kind.from_results(results.drop(columns="status"))
    with pytest.raises(ValueError, match="lack columns: key, suite, "):
        kind.from_results(pd.DataFrame())


def test_no_field_of_a_display_is_taken_for_the_points_of_its_methods():
    kinds = [kind for kind in (getattr(displays, name) for name in displays.__all__) if dataclasses.is_dataclass(kind)]
    methods = {name for name in vars(HasPoints) if not name.startswith("_")}
    assert methods
    for kind in kinds:
        assert not methods & {field.name for field in dataclasses.fields(kind)}, kind
    assert [kind for kind in kinds if methods <= set(dir(kind))] == [CostDisplay]
