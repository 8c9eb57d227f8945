import io

import numpy as np
import pandas as pd
import pytest

from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.suite import Suite
from hdr_bench.experiments.suite_file import parse_suite
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.intervals import newcombe_interval, spread_over_seeds, widened
from hdr_bench.reporting.published import counted_verdicts, reproductions
from hdr_bench.reporting.tables import to_csv, to_markdown
from hdr_bench.reporting.tables.published import published_table


def _one(found):
    (each,) = found
    return each


@pytest.fixture
def accuracy(various):
    return RunContents(various).summary.set_index("case")["accuracy"]


@pytest.mark.parametrize(("change", "verdict"), [(0.0, "reproduced"), (0.01, "reproduced"), (-0.2, "better")])
def test_a_share_is_reproduced_when_the_interval_of_the_difference_holds_zero(
    various, publishing, accuracy, change, verdict
):
    published = accuracy["k-NN"] + change
    found = _one(reproductions(publishing(various, kNN=[{"metric": "test_accuracy", "value": published}])))
    assert found.verdict == verdict
    assert (found.difference_low, found.difference_high) == pytest.approx(
        newcombe_interval(accuracy["k-NN"], 360, published, 360)
    )
    error = _one(reproductions(publishing(various, kNN=[{"metric": "test_error", "value": 1 - published}])))
    assert error.verdict == verdict
    assert error.difference == pytest.approx(-found.difference)


def test_many_published_images_make_the_verdict_surer(various, publishing, accuracy):
    value = accuracy["k-NN"] - 0.02
    few = {"metric": "test_accuracy", "value": value, "n_images": 100}
    many = {"metric": "test_accuracy", "value": value, "n_images": 1_000_000}
    found = reproductions(publishing(various, kNN=[few, many]))
    widths = [each.difference_high - each.difference_low for each in found]
    assert widths[0] > 2 * widths[1]


def test_the_spread_over_seeds_widens_the_interval(various, publishing):
    contents = publishing(various, MLP=[{"metric": "test_accuracy", "value": 0.5, "repeats": 5}])
    found = _one(reproductions(contents))
    values = contents.results.query("case == 'MLP'")["accuracy"].tolist()
    mean = round(float(np.mean(values)), 12)
    expected = widened(mean - 0.5, newcombe_interval(mean, 360, 0.5, 360), spread_over_seeds(values, other_repeats=5))
    assert (found.difference_low, found.difference_high) == pytest.approx(expected)


def test_counts_are_equal_or_not(various, publishing):
    given = [{"metric": "parameters", "value": 2410}, {"metric": "parameters", "value": 2400},
             {"metric": "multiply_accumulates", "value": 2368}]  # fmt: skip
    found = reproductions(publishing(various, MLP=given, kNN=[{"metric": "parameters", "value": 1}]))
    assert [each.verdict for each in found] == ["equal", "not equal", "equal", "not comparable"]
    assert found[1].difference == 10
    assert "no such number" in found[3].reason


def test_curves_within_their_tolerance(various, publishing):
    contents = RunContents(various)
    histories = [record.history for record in contents.good_records("MLP")]
    losses = np.mean([[epoch["train_loss"] for epoch in history] for history in histories], axis=0)
    given = [
        {"metric": "train_loss", "values": [*losses[:-1], losses[-1] + 0.04]},
        {"metric": "train_loss", "values": [*losses[:-1], losses[-1] + 0.04], "tolerance": 0.01},
        {"metric": "train_loss", "values": [losses[0] - 1, *losses[1:]]},
        {"metric": "validation_accuracy", "value": 0.0},
        {"metric": "train_loss", "values": [0.1] * 9},
    ]
    found = reproductions(publishing(various, MLP=given, kNN=given[:1]))
    assert [each.verdict for each in found] == [
        "reproduced", "better", "worse", "better", "not comparable", "not comparable"
    ]  # fmt: skip
    assert "tolerance 0.05" in found[0].reason
    assert "epoch 1" in found[2].reason
    assert "4 epochs were run, 9 are published" in found[4].reason
    assert "not recorded" in found[5].reason


def test_a_loss_on_a_test_set(various, publishing):
    contents = RunContents(various)
    loss = contents.summary.set_index("case").loc["k-NN", "log_loss"]
    near, far = ({"metric": "test_loss", "value": value} for value in (loss * 1.01, loss + 5))
    found = reproductions(publishing(various, kNN=[near, far]))
    assert [each.verdict for each in found] == ["reproduced", "better"]
    assert found[0].measured[0] == pytest.approx(loss, rel=1e-4)
    (none,) = reproductions(publishing(various, Codes=[near]))
    assert none.verdict == "not comparable"


def test_what_cannot_be_compared_says_why(various, publishing):
    share = {"metric": "test_accuracy", "value": 0.9}
    folds = {"metric": "cross_validation_accuracy", "value": 0.985}
    told = {**share, "not_comparable": "another cut of the data"}
    found = reproductions(publishing(various, kNN=[told, folds], kNN_folds=[share, folds], Curve=[share]))
    by_verdict = {(each.case, each.metric): (each.verdict, each.reason) for each in found}
    assert by_verdict["k-NN", "test_accuracy"] == ("not comparable", "another cut of the data")
    assert "not folds" in by_verdict["k-NN", "cross_validation_accuracy"][1]
    assert "not the test part" in by_verdict["k-NN, folds", "test_accuracy"][1]
    assert by_verdict["k-NN, folds", "cross_validation_accuracy"][0] == "reproduced"
    assert "a learning curve" in by_verdict["Curve", "test_accuracy"][1]


def test_times_and_rejection_have_no_verdict(various, publishing):
    given = [{"metric": metric, "value": 0.5} for metric in ("fit_seconds", "predict_seconds", "test_rejection")]
    epoch = [{"metric": "epoch_seconds", "value": 3.0}]
    found = reproductions(publishing(various, kNN=given, MLP=epoch))
    assert {each.verdict for each in found} == {"no verdict"}
    fit = RunContents(various).summary.set_index("case").loc["MLP", "fit_seconds"]
    assert found[0].measured[0] == pytest.approx(fit / 4)


def test_the_table_and_the_count(various, publishing, accuracy):
    given = [{"metric": "test_accuracy", "value": accuracy["k-NN"], "where": "Table 3"},
             {"metric": "fit_seconds", "value": 44.0}]  # fmt: skip
    found = reproductions(publishing(various, kNN=given))
    assert counted_verdicts(found) == "Of 2 published figures: 1 reproduced, 1 no verdict."
    table = published_table(found)
    written = f"{100 * accuracy['k-NN']:.1f}"
    assert table.rows[0][:4] == ("k-NN", "Test accuracy (%)", written, written)
    assert table.rows[0][4] == "reproduced"
    assert table.rows[0][8:] == ("–", "Table 3")
    assert table.rows[1][1:3] == ("Fit (s)", "44")
    assert "Newcombe" in table.note
    exact = pd.read_csv(io.StringIO(to_csv(table)))
    assert exact["measured"].astype(str).iloc[0] == str(found[0].measured[0])
    assert "Table 3" in to_markdown(table)
    assert published_table(()) is None
    assert counted_verdicts(()) == ""


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ({"metric": "test_accuracy", "value": 97.6}, "a share between 0 and 1, not 97.6"),
        ({"metric": "test_accuracy", "values": [0.9, 0.95]}, "has one value"),
        ({"metric": "train_accuracy", "values": []}, "at least 1 item"),
        ({"metric": "test_error", "value": 0.1, "tolerance": 0.1}, "tolerance is for figures of training"),
        ({"metric": "test_error", "value": 0.1, "n_images": 0}, "greater than or equal to 1"),
    ],
)
def test_figures_that_cannot_be_are_refused(published, message):
    content = {"title": "T", "dataset": "digits-8x8",
               "case": [{"name": "k", "estimator": "knn", "published": [published]}]}  # fmt: skip
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
    assert (found.verdict, found.reason) == ("reproduced", "the source says no more than that it is at least so good")
    contents = publishing(various, kNN=[{**low, "value": 0.9999, "n_images": 10**6}])
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
    assert "1 not built" in counted_verdicts((found,))


def test_counts_of_what_keeps_training_images_depend_on_the_size(various, publishing):
    contents = publishing(various, kNN=[{"metric": "stored_variables", "value": 3}])
    (key,) = contents.results.loc[contents.results["case"] == "k-NN", "key"]
    record = contents.records[key]
    contents.records[key] = record.model_copy(update={"trial": record.trial.model_copy(update={"is_reduced": True})})
    found = _one(reproductions(contents))
    assert (found.verdict, found.reason) == ("not comparable", "run at a reduced size")


def test_times_of_trials_that_shared_the_machine_say_so(various, publishing):
    contents = publishing(various, kNN=[{"metric": "fit_seconds", "value": 1.0}])
    assert _one(reproductions(contents)).reason == ""
    (key,) = contents.results.loc[contents.results["case"] == "k-NN", "key"]
    contents.records[key] = contents.records[key].model_copy(update={"n_concurrent": 2})
    assert _one(reproductions(contents)).reason == "other trials shared the machine meanwhile"
