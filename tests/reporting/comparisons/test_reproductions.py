import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from hdr_bench.exceptions import SuiteError
from hdr_bench.records.published import Published, half_unit
from hdr_bench.records.suite import Suite
from hdr_bench.reporting.comparisons.figure_comparison import measure_figure
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.comparisons.reproduction import bare_reproduction
from hdr_bench.reporting.comparisons.reproductions import count_verdicts, describe_verdicts, reproductions
from hdr_bench.reporting.page.summary import summary_of
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables import to_csv, to_markdown
from hdr_bench.reporting.tables.classes import class_frame
from hdr_bench.reporting.tables.reproductions import published_table
from tests.helpers.suites import parse_suite


def _one(found):
    (each,) = found
    return each


@pytest.fixture
def accuracy(various):
    return RunContents(various).summary.set_index("case")["accuracy"]


@pytest.mark.parametrize(("change", "verdict"), [(0.0, "reproduced"), (0.005, "reproduced"), (-0.2, "better")])
def test_a_share_of_a_deterministic_method_is_reproduced_within_the_margin(
    various, publishing, accuracy, change, verdict
):
    published = round(accuracy["k-NN"] + change, 4)
    found = _one(reproductions(publishing(various, kNN=[{"metric": "test_accuracy", "value": f"{published:.4f}"}])))
    assert found.verdict == verdict
    assert found.difference == found.difference_low == found.difference_high
    assert found.margin == pytest.approx(1.96 * np.sqrt(2 * published * (1 - published) / 360) + 0.00005, abs=1e-5)
    error = _one(reproductions(publishing(various, kNN=[{"metric": "test_error", "value": f"{1 - published:.4f}"}])))
    assert error.verdict == verdict
    assert error.difference == pytest.approx(-found.difference)
    assert (error.low, error.high) == pytest.approx((1 - found.high, 1 - found.low))


def test_the_interval_of_a_share_is_that_of_its_row_and_stays_within_0_and_1(various, publishing):
    contents = publishing(various, kNN=[{"metric": "test_accuracy", "value": "0.97"}])
    found = _one(reproductions(contents))
    row = contents.summary.set_index("case").loc["k-NN"]
    assert (found.low, found.high) == (row["accuracy_low"], row["accuracy_high"])
    contents.__dict__["summary"] = contents.summary.assign(accuracy_low=-0.01, accuracy_high=1.02)
    beyond = _one(reproductions(contents))
    assert (beyond.low, beyond.high) == (0, 1)


def test_more_published_images_make_the_margin_narrower(various, publishing):
    few = {"metric": "test_accuracy", "value": "0.95", "n_images": 100}
    many = {"metric": "test_accuracy", "value": "0.95", "n_images": 1_000_000}
    found = reproductions(publishing(various, kNN=[few, many]))
    assert found[0].margin > 10 * found[1].margin


def test_other_images_add_the_uncertainty_of_both(various, publishing, accuracy):
    share = accuracy["k-NN"]
    same = {"metric": "test_accuracy", "value": "0.8500", "n_images": 360}
    given = [same, {**same, "other_images": True}, {**same, "n_images": 720}]
    found = reproductions(publishing(various, kNN=given))
    reaches = [each.difference - each.difference_low for each in found]
    binomial = [share * (1 - share) / 360 + 0.85 * 0.15 / n for n in (360, 720)]
    assert reaches == pytest.approx([0, *(1.96 * np.sqrt(binomial))], rel=1e-3)


def test_the_seeds_of_both_sides_make_the_interval(various, publishing):
    contents = publishing(various, MLP=[{"metric": "test_accuracy", "value": "0.5", "repeats": 5}])
    found = _one(reproductions(contents))
    values = contents.results.query("case == 'MLP'")["accuracy"].to_numpy(float)
    assert len(values) == 2
    reach = student.ppf(0.975, 1) * values.std(ddof=1) * np.sqrt(1 / 2 + 1 / 5)
    assert found.difference == pytest.approx(values.mean() - 0.5)
    assert found.difference_low == pytest.approx(max(values.mean() - 0.5 - reach, -0.5))
    assert found.difference_high == pytest.approx(min(values.mean() - 0.5 + reach, 0.5))


def test_one_seed_of_a_stochastic_method_says_little(various, publishing, accuracy):
    share = accuracy["MLP, wider"]
    given = [{"metric": "test_accuracy", "value": f"{share:.4f}", "n_images": 10**6}]
    found = _one(reproductions(publishing(various, MLP_wider=given)))
    assert found.verdict == "inconclusive"
    assert found.reason == "one seed is too few to say"
    variance = 2 * (0.10 * share * (1 - share)) ** 2 + share * (1 - share) * (1 / 360 + 1 / 10**6)
    assert found.difference_high - found.difference_low == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=1e-3)


def test_a_published_cross_validation_has_the_spread_over_folds_on_both_sides(various, publishing):
    given = [{"metric": "cross_validation_accuracy", "value": "0.985"}]
    contents = publishing(various, kNN_folds=given)
    found = _one(reproductions(contents))
    folds = contents.results.query("case == 'k-NN, folds'")
    s, shared = folds["accuracy"].std(ddof=1), (folds["n_test"] / folds["n_train"]).mean()
    reach = student.ppf(0.975, 3) * s * np.sqrt(2 * (1 / 4 + shared))
    expected = (max(found.difference - reach, -0.985), min(found.difference + reach, 0.015))
    assert (found.difference_low, found.difference_high) == pytest.approx(expected)
    assert found.n_images == 1437


def test_counts_are_equal_or_not(various, publishing):
    given = [
        {"metric": "parameters", "value": 2410},
        {"metric": "parameters", "value": 2400},
        {"metric": "multiply_accumulates", "value": 2368},
    ]
    found = reproductions(publishing(various, MLP=given, kNN=[{"metric": "parameters", "value": 1}]))
    assert [each.verdict for each in found] == ["equal", "not equal", "equal", "not comparable"]
    assert found[1].difference == 10
    assert "no such number" in found[3].reason


def test_biases_count_as_one_more_addition_for_each_output(various, publishing):
    # 64-32-10: 64 x 32 + 32 x 10 products, and 42 biases.
    given = [{"metric": "multiply_accumulates_with_biases", "value": 2410}]
    found = reproductions(publishing(various, MLP=given, kNN=given))
    assert [(each.verdict, each.measured) for each in found] == [("equal", (2410.0,)), ("not comparable", ())]


def test_figures_of_one_class_are_compared_value_by_value(various, publishing):
    recall = class_frame(RunContents(various)).set_index(["case", "class"]).loc[("k-NN", "3")]
    given = [
        {"metric": "class_recall", "class": "3", "value": f"{recall['recall']:.2f}"},
        {"metric": "class_precision", "class": "3", "value": f"{recall['precision'] - 0.3:.2f}"},
        {"metric": "class_f1", "class": "x", "value": "0.99"},
    ]
    contents = publishing(various, kNN=given)
    same, better, unknown = reproductions(contents)
    assert (same.verdict, better.verdict, unknown.verdict) == ("reproduced", "better", "not comparable")
    assert same.measured == pytest.approx((recall["recall"],))
    assert same.n_images == recall["support"]
    n, p = recall["support"], float(given[0]["value"]) - 0.005
    assert same.margin == pytest.approx(1.96 * np.sqrt(2 * p * (1 - p) / n) + 0.005, abs=1e-5)
    assert "Recall of 3 (%)" in to_markdown(published_table(reproductions(contents)))


def test_a_single_seed_of_a_stochastic_method_makes_a_figure_of_a_class_less_certain(various, publishing):
    contents = publishing(various, kNN=[{"metric": "class_recall", "class": "3", "value": "0.90"}])
    (case,) = [case for case in contents.run.suite.cases if case.published]
    (record,) = contents.good_records("k-NN")
    widths = {}
    for is_deterministic in (True, False):
        trial = record.trial.model_copy(update={"is_deterministic": is_deterministic})
        bare = bare_reproduction("k-NN", case.published[0])
        found = measure_figure(contents, bare, case.published[0], [record.model_copy(update={"trial": trial})])
        widths[is_deterministic] = found.difference_high - found.difference_low
    assert widths[False] > widths[True]


def test_curves_are_reproduced_within_a_ratio_in_every_epoch(various, publishing):
    contents = RunContents(various)
    histories = [record.history for record in contents.good_records("MLP")]
    losses = np.mean([[epoch["train_loss"] for epoch in history] for history in histories], axis=0)
    given = [
        {"metric": "train_loss", "values": [f"{1.2 * losses[0]:.6f}", *losses[1:]]},
        {"metric": "train_loss", "values": [*losses[:-1], 1.3 * losses[-1]]},
        {"metric": "train_loss", "values": [losses[0] / 1.3, *losses[1:]]},
        {"metric": "train_loss", "values": [losses[0] / 1.3, *losses[1:]], "tolerance": 5},
        {"metric": "validation_accuracy", "value": "0.0"},
        {"metric": "train_loss", "values": [0.1] * 9},
        {"metric": "train_loss", "value": f"{losses[:3].mean():.6f}", "mean_epochs": 3},
        {"metric": "train_loss", "value": f"{1.4 * losses[:3].mean():.6f}", "mean_epochs": 3},
        {"metric": "train_loss", "value": "0.1", "mean_epochs": 9},
    ]
    found = reproductions(publishing(various, MLP=given, kNN=given[:1]))
    assert [each.verdict for each in found] == [
        "reproduced",
        "better",
        "worse",
        "reproduced",
        "better",
        "not comparable",
        "reproduced",
        "better",
        "not comparable",
        "not comparable",
    ]
    assert found[0].reason.startswith("ratio 0.83, furthest in epoch 1")
    assert found[2].reason == "ratio 1.30, furthest in epoch 1; the reason is not known"
    assert "tolerance 5 in place of a ratio" in found[3].reason
    assert "of the errors" in found[4].reason
    assert "4 epochs were run, 9 are published" in found[5].reason
    assert found[6].measured == pytest.approx((losses[:3].mean(),))
    assert "mean over 3 epochs" in found[7].reason
    assert "4 epochs were run, 9 are published" in found[8].reason
    assert "not recorded" in found[9].reason


def test_a_loss_on_a_test_set_is_reproduced_within_a_ratio(various, publishing):
    contents = RunContents(various)
    loss = contents.summary.set_index("case").loc["k-NN", "log_loss"]
    given = [{"metric": "test_loss", "value": value} for value in (loss * 1.01, loss / 1.2, loss / 1.3, loss + 5)]
    found = reproductions(publishing(various, kNN=given))
    assert [each.verdict for each in found] == ["reproduced", "reproduced", "worse", "better"]
    assert found[0].measured == (loss,)
    (none,) = reproductions(publishing(various, Codes=given[:1]))
    assert none.verdict == "not comparable"


def test_what_cannot_be_compared_says_why(various, publishing):
    share = {"metric": "test_accuracy", "value": 0.9}
    folds = {"metric": "cross_validation_accuracy", "value": 0.985}
    told = {**share, "not_comparable": "another cut of the data"}
    found = reproductions(publishing(various, kNN=[told, folds], kNN_folds=[share, folds], Curve=[share]))
    by_verdict = {(each.case, each.metric): (each.verdict, each.reason) for each in found}
    assert by_verdict["k-NN", "test_accuracy"] == ("not comparable", "another cut of the data")
    assert "not on folds" in by_verdict["k-NN", "cross_validation_accuracy"][1]
    assert "not on the test part" in by_verdict["k-NN, folds", "test_accuracy"][1]
    assert by_verdict["k-NN, folds", "cross_validation_accuracy"][0] in {"reproduced", "inconclusive"}
    assert "a learning curve" in by_verdict["Curve", "test_accuracy"][1]


def test_times_and_rejection_have_no_verdict(various, publishing):
    given = [{"metric": metric, "value": 0.5} for metric in ("fit_seconds", "predict_seconds", "test_rejection")]
    epoch = [{"metric": "epoch_seconds", "value": 3.0}]
    found = reproductions(publishing(various, kNN=given, MLP=epoch))
    assert {each.verdict for each in found} == {"no verdict"}
    fits = RunContents(various).results.query("case == 'MLP'")["fit_seconds"].to_numpy(float) / 4
    assert found[0].metric == "epoch_seconds"
    assert fits.min() <= found[0].measured[0] <= fits.max()


def test_the_table_and_the_count(various, publishing, accuracy):
    given = [
        {"metric": "test_accuracy", "value": "0.9800", "where": "Table 3"},
        {"metric": "fit_seconds", "value": "44.0"},
    ]
    found = reproductions(publishing(various, kNN=given))
    assert describe_verdicts(found) == f"Of 2 published figures: 1 {found[0].verdict}, 1 no verdict."
    table = published_table(found)
    cells = dict(zip(table.heads, table.rows[0], strict=True))
    assert (cells["Method"], cells["Published"]) == ("k-NN", "98.00")
    assert cells["Measured"] == f"{100 * accuracy['k-NN']:.1f}"
    assert cells["Verdict"] == found[0].verdict
    assert cells["Margin"] == f"±{100 * found[0].margin:.1f}"
    assert (cells["95 % interval of it"], cells["Where"]) == ("–", "Table 3")
    assert table.rows[1][1:3] == ("Fit (s)", "44.0")
    assert "Nadeau and Bengio" in table.note
    exact = pd.read_csv(io.StringIO(to_csv(table)), dtype={"published": str})
    assert exact["measured"].astype(str).iloc[0] == str(found[0].measured[0])
    assert exact["published"].tolist() == ["0.9800", "44.0"]
    assert "Table 3" in to_markdown(table)
    assert published_table(()) is None
    assert describe_verdicts(()) == ""


def test_figures_keep_the_digits_of_their_source(various, publishing):
    given = [
        {"metric": "test_loss", "value": "0.0720"},
        {"metric": "test_error", "value": "0.120"},
        {"metric": "parameters", "value": 1156365},
        {"metric": "epoch_seconds", "value": "10.0"},
        {"metric": "train_accuracy", "values": ["0.9380", "0.9500"]},
        {"metric": "test_error", "value": 0.12},
    ]
    table = published_table(reproductions(publishing(various, MLP=given)))
    written = [row[table.heads.index("Published")] for row in table.rows]
    assert written == ["0.0720", "12.0", "1,156,365", "10.0", "93.80 … 95.00", "12"]


@given(st.decimals(0, 1, places=4), st.integers(0, 4))
def test_a_published_figure_is_read_again_as_it_was_written(value, places):
    text = f"{value:.{places}f}"
    published = Published(metric="test_error", value=text)
    again = Published.model_validate_json(published.model_dump_json())
    assert str(again.value) == str(published.value) == text
    assert half_unit(again.value) == pytest.approx(0.5 * 10**-places)


def test_plain_numbers_of_earlier_files_are_still_read():
    published = Published.model_validate({"metric": "train_loss", "values": [0.1, 0.25, 1]})
    assert [str(value) for value in published.figures] == ["0.1", "0.25", "1"]
    assert Published(metric="parameters", value=93322).figures == (93322,)


def test_what_the_suite_counted_is_shown_and_in_no_total(various, publishing):
    given = [
        {"metric": "parameters", "value": 2410, "counted": True},
        {"metric": "parameters", "value": 2410},
        {"metric": "parameters", "value": 9, "counted": True},
    ]
    contents = publishing(various, MLP=given, kNN=given[:1])
    found = reproductions(contents)
    assert [each.verdict for each in found] == ["counted", "equal", "counted", "counted"]
    assert found[0].reason == "not printed in the source; equal"
    assert found[2].reason.startswith("not printed in the source; not equal")
    assert "no such number" in found[3].reason
    assert describe_verdicts(found) == "Of 1 published figures: 1 equal."
    assert count_verdicts(found) == summary_of(contents, compare_methods(contents), found).verdicts == {"equal": 1}
    assert [row[4] for row in published_table(found).rows].count("counted") == 3


def test_what_is_not_reproduced_has_its_remark_or_says_that_nobody_knows(various, publishing):
    low = {"metric": "test_accuracy", "value": "0.5000"}
    tried = {**low, "remark": "another split gives the same"}
    same = {"metric": "parameters", "value": 2410}
    found = reproductions(publishing(various, kNN=[low, tried], MLP=[{**same, "value": 7}, same]))
    by_case = {case: [each.reason for each in found if each.case == case] for case in ("MLP", "k-NN")}
    assert by_case == {
        "k-NN": ["the reason is not known", "another split gives the same"],
        "MLP": ["the reason is not known", ""],
    }


def test_a_method_that_failed_for_a_seed_is_not_judged_by_the_others(various, publishing):
    given = [
        {"metric": "test_accuracy", "value": "0.9"},
        {"metric": "parameters", "value": 2410},
        {"metric": "epoch_seconds", "value": "3"},
    ]
    contents = publishing(various, MLP=given)
    first = contents.results.index[contents.results["case"] == "MLP"][0]
    contents.results.loc[first, "status"] = "timeout"
    found = {each.metric: each for each in reproductions(contents)}
    assert found["test_accuracy"].verdict == "not comparable"
    assert found["test_accuracy"].reason == "1 of 2 trials: the others failed or are missing"
    assert found["parameters"].verdict == "equal"
    assert found["epoch_seconds"].reason.startswith("1 of 2 trials")


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ({"metric": "test_accuracy", "value": 97.6}, "must be a share between 0 and 1, got 97.6"),
        ({"metric": "test_accuracy", "value": "0,976"}, "published 1, value: must be a number, got"),
        ({"metric": "test_loss", "value": "nan"}, "finite"),
        ({"metric": "test_loss", "value": -0.1}, "must be at least 0, got -0.1"),
        ({"metric": "test_loss", "value": 0.1, "counted": True}, "counted is for parameters"),
        ({"metric": "train_loss", "values": [0.2, 0.1], "mean_epochs": 2}, "mean_epochs is for one value"),
        ({"metric": "parameters", "value": 1, "other_images": True}, "other_images is for shares"),
        ({"metric": "test_accuracy", "values": [0.9, 0.95]}, "test_accuracy has one"),
        ({"metric": "train_accuracy", "values": []}, "published 1, values: must not be empty"),
        (
            {"metric": "test_error", "value": 0.1, "tolerance": 0.1},
            "tolerance is for training or validation figures and counts",
        ),
        ({"metric": "test_error", "value": 0.1, "n_images": 0}, "published 1, n_images: must be at least 1, got 0"),
    ],
)
def test_figures_that_cannot_be_are_refused(published, message):
    content = {
        "title": "T",
        "dataset": "digits-8x8",
        "case": [{"name": "k", "estimator": "knn", "published": [published]}],
    }
    with pytest.raises(SuiteError, match=message):
        parse_suite(content, "own", "own.toml")


def test_a_rounded_count_is_equal_within_what_the_source_rounds(various, publishing):
    counts = RunContents(various).results.set_index("case")["n_parameters"]
    n = int(counts["MLP, wider"])
    near = {"metric": "parameters", "value": n + 400, "tolerance": 500, "remark": "thousands in the source"}
    found = _one(reproductions(publishing(various, MLP_wider=[near])))
    assert (found.verdict, found.difference) == ("equal", -400)
    assert found.reason == "rounded by the source to within 500; thousands in the source"
    far = _one(reproductions(publishing(various, MLP_wider=[{**near, "value": n + 600}])))
    assert far.verdict == "not equal"


def test_stored_variables_stand_beside_the_published_ones(various, publishing):
    stored = int(RunContents(various).results.set_index("case").loc["MLP, wider", "n_stored_variables"])
    found = _one(reproductions(publishing(various, MLP_wider=[{"metric": "stored_variables", "value": stored}])))
    assert found.verdict == "equal"
    assert "Stored variables" in to_markdown(published_table((found,)))


def test_a_count_of_a_network_that_was_reduced_is_not_comparable(various, publishing):
    contents = publishing(various, MLP_wider=[{"metric": "parameters", "value": 5000}])
    record = contents.run
    cases = tuple(
        case.model_copy(update={"params": {**case.params, "layers": "640N"}}) if case.name == "MLP, wider" else case
        for case in record.suite.cases
    )
    contents.run = record.model_copy(update={"suite": record.suite.model_copy(update={"cases": cases})})
    found = _one(reproductions(contents))
    assert (found.verdict, found.reason) == ("not comparable", "run at a reduced size: with other parameters")


def test_a_bound_is_reproduced_by_what_is_better(various, publishing, accuracy):
    low = {"metric": "test_accuracy", "value": accuracy["k-NN"] - 0.2, "at_least": True}
    found = _one(reproductions(publishing(various, kNN=[low])))
    assert (found.verdict, found.reason) == ("reproduced", "the source gives only a bound")
    contents = publishing(various, kNN=[{**low, "value": "0.9999"}])
    assert _one(reproductions(contents)).verdict == "worse"


def test_rows_that_are_not_built_stand_in_the_table(various, publishing):
    contents = publishing(various, kNN=[{"metric": "parameters", "value": 3}])
    row = {
        "name": "Tangent distance",
        "reason": "not yet built",
        "published": [{"metric": "test_error", "value": 0.011}],
    }
    suite = contents.run.suite.model_dump(by_alias=True)
    kept = Suite.model_validate({**suite, "case": contents.run.suite.cases, "not_built": [row]})
    contents.run = contents.run.model_copy(update={"suite": kept})
    _, found = reproductions(contents)
    assert (found.case, found.verdict, found.reason) == ("Tangent distance", "not built", "not yet built")
    assert "Tangent distance" in to_markdown(published_table((found,)))
    assert "1 not built" in describe_verdicts((found,))


def test_counts_of_what_keeps_training_images_depend_on_the_size(various, publishing):
    contents = publishing(various, kNN=[{"metric": "stored_variables", "value": 3}])
    (key,) = contents.results.loc[contents.results["case"] == "k-NN", "key"]
    record = contents.records[key]
    contents.records[key] = record.model_copy(update={"trial": record.trial.model_copy(update={"is_reduced": True})})
    found = _one(reproductions(contents))
    assert (found.verdict, found.reason) == ("not comparable", "run at a reduced size")


def test_disturbed_times_are_left_out_or_said_to_be_so(various, publishing):
    contents = publishing(various, MLP=[{"metric": "fit_seconds", "value": 1.0}])
    keys = contents.results.loc[contents.results["case"] == "MLP", "key"].tolist()

    def reproduce_with_waits(*waits):
        for key, wait in zip(keys, waits, strict=True):
            record = contents.records[key]
            kept = record.measurements.model_copy(update={"fit_wait_share": wait})
            contents.records[key] = record.model_copy(update={"measurements": kept})
        return _one(reproductions(contents))

    times = [contents.records[key].measurements.fit_seconds for key in keys]
    calm = reproduce_with_waits(0.0, 0.0)
    assert (calm.measured[0], calm.reason) == (pytest.approx(np.median(times)), "")
    half = reproduce_with_waits(0.0, 0.5)
    assert (half.measured, half.reason) == ((times[0],), "")
    loud = reproduce_with_waits(0.5, 0.5)
    assert loud.measured == calm.measured
    assert loud.reason == "disturbed: other work had the processors meanwhile"
