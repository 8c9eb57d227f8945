import json

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from hdr_bench import load_predictions
from hdr_bench.reporting.numbers import write_cost
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.classes import class_frame
from hdr_bench.reporting.tables.source_claims import NOT_MEASURED, fill_claims


@pytest.fixture
def claiming(various):
    """A function that gives the run's suite claims, and returns them as a report words them."""

    def claim(*claims):
        record = json.loads((various / "run.json").read_bytes())
        record["suite"]["claims"] = list(claims)
        (various / "run.json").write_text(json.dumps(record))
        return fill_claims(RunContents(various))

    return claim


def test_measured_figures_are_put_into_their_places(various, claiming):
    contents = RunContents(various)
    summary = contents.summary.set_index("case")
    mlp = [record.history for record in contents.good_records("MLP")]
    first = sum(history[0]["train_accuracy"] for history in mlp) / 2
    last = sum(history[-1]["validation_loss"] for history in mlp) / 2
    (claim,) = claiming(
        "{k-NN|accuracy}, not {k-NN|error}; {MLP|train_accuracy@1} then {MLP|validation_loss}; {MLP|parameters}; "
        "{Search|chosen}; {braces} stay"
    )
    assert claim == (
        f"{100 * summary.loc['k-NN', 'accuracy']:.1f} %, not {100 * summary.loc['k-NN', 'error_rate']:.1f} %; "
        f"{100 * first:.2f} % then {last:.4f}; 2,410; "
        f"n_neighbors = {json.loads(summary.loc['Search', 'chosen'])['n_neighbors']}; {{braces}} stay"
    )


def test_times_are_medians_with_their_range(various, claiming):
    records = RunContents(various).good_records("MLP")
    fits = [record.measurements.fit_seconds for record in records]
    epochs = [seconds / len(record.history) for seconds, record in zip(fits, records, strict=True)]
    (claim,) = claiming("{MLP|fit_seconds}; {MLP|epoch_seconds}; {k-NN|predict_seconds}; {k-NN|epoch_seconds}")
    written = [
        f"{write_cost(sum(values) / 2)} s ({write_cost(min(values))} to {write_cost(max(values))} s)"
        for values in (fits, epochs)
    ]
    single = RunContents(various).good_records("k-NN")[0].measurements.predict_seconds
    assert claim == "; ".join([*written, f"{write_cost(single)} s", NOT_MEASURED])


def test_classes_and_areas_can_be_asked_for(various, claiming):
    contents = RunContents(various)
    frame = class_frame(contents)
    rows = frame[frame["case"] == "MLP, wider"]
    best, worst, f1, area = claiming(
        "{MLP, wider|best_class}", "{MLP, wider|worst_class}", "{MLP, wider|least_f1}", "{MLP, wider|least_auc}"
    )
    recalls = rows.set_index("class")["recall"]
    assert (recalls[best], recalls[worst]) == (recalls.max(), recalls.min())
    assert f1 == f"{rows['f1'].min():.4f}"
    ((result, _),) = contents.predictions_of("MLP, wider")
    predictions = load_predictions(various, result.key)
    areas = [roc_auc_score(predictions.y_true == label, predictions.probabilities[:, label]) for label in range(10)]
    assert float(area) == pytest.approx(min(areas), abs=1e-3)


def test_figures_of_one_class_and_the_diagonal_of_the_confusion_matrix_can_be_asked_for(various, claiming):
    contents = RunContents(various)
    diagonal, shares = np.zeros(10), []
    for _, predictions in contents.predictions_of("MLP"):
        matrix = confusion_matrix(predictions.y_true, predictions.y_pred)
        diagonal += matrix.diagonal() / 2
        shares.append([matrix[3, 3] / matrix[:, 3].sum(), matrix[3, 3] / matrix[3].sum()])
    (claim,) = claiming(
        "{MLP|most_correct_class} {MLP|fewest_correct_class} {MLP|class_correct of 3} {MLP|class_precision of 3} "
        "{MLP|class_recall of 3} {MLP|class_f1 of x}"
    )
    most, fewest, correct, *percent = claim.replace(" %", "").split(" ", 5)
    assert (diagonal[int(most)], diagonal[int(fewest)]) == (diagonal.max(), diagonal.min())
    assert int(correct) == pytest.approx(diagonal[3], abs=0.51)
    assert list(map(float, percent[:1] + percent[1].split()[:1])) == pytest.approx(100 * np.mean(shares, 0), abs=0.51)
    assert claim.endswith(NOT_MEASURED)


def test_what_was_not_measured_is_said_to_be_so(claiming):
    assert claiming("{k-NN|parameters} {k-NN|train_loss} {MLP|train_loss@9} {MLP|chosen}") == (
        " ".join([NOT_MEASURED] * 4),
    )


def test_a_case_that_failed_is_not_measured(run):
    record = json.loads((run / "run.json").read_bytes())
    record["suite"]["claims"] = ["It is {Bad|accuracy}."]
    (run / "run.json").write_text(json.dumps(record))
    assert fill_claims(RunContents(run)) == (f"It is {NOT_MEASURED}.",)


def test_claims_stand_in_every_format(reported):
    value = f"{100 * RunContents(reported).summary.set_index('case').loc['Tree_50%', 'accuracy']:.1f}"
    assert f"&lt;markup&gt; and 5 % of it, but {value} %." in (reported / "report.html").read_text()
    assert f"- A claim with &lt;markup> and 5 % of it, but {value} %." in (reported / "report.md").read_text()
    assert (
        f'1,"A claim with <markup> and 5 % of it, but {value} %."\n' in (reported / "tables" / "claims.csv").read_text()
    )
    latex = (reported / "tables" / "claims.tex").read_text()
    assert rf"5 \% of it, but {value} \%" in latex
    assert r"p{0.85\linewidth}" in latex


def test_a_case_that_was_left_out_of_the_run_is_not_measured(run):
    record = json.loads((run / "run.json").read_bytes())
    record["suite"]["claims"] = ["It is {Least squares|accuracy}."]
    record["trials"] = [trial for trial in record["trials"] if trial["case"] != "Least squares"]
    (run / "run.json").write_text(json.dumps(record))
    assert fill_claims(RunContents(run)) == (f"It is {NOT_MEASURED}.",)
