"""Figures of claims on other test sets of a suite."""

from hdr_bench import load_results
from hdr_bench.records.evaluation_images import rows_of_own_test_part
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.source_claims import NOT_MEASURED, fill_claims


def test_accuracy_and_drop_are_those_of_the_same_images(finished_distorted):
    contents = RunContents(finished_distorted)
    (claim,) = fill_claims(contents)
    accuracy = load_results(finished_distorted).set_index(["case", "test_set"])["accuracy"]["Linear"]
    ((result, predictions),) = contents.predictions_of("Linear")
    before = predictions.is_right[rows_of_own_test_part(result.trial, "FGSM", predictions.y_true)].mean()
    assert f"is right on {100 * accuracy['fog']:.1f} %" in claim.replace("\N{NO-BREAK SPACE}", " ")
    assert f"loses {100 * (accuracy[''] - accuracy['fog']):.1f} points;" in claim
    # Of 100 images no tenth of a point is known.
    assert f"attacked it loses {100 * (before - accuracy['FGSM']):.0f} points." in claim
    assert claim.endswith(f"The tree is right on {NOT_MEASURED}.")
