import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.exceptions import SuiteError
from hdr_bench.records.claims import claim_figures, figures_on_test_sets, placeholders_of
from tests.helpers.suites import parse_suite

names = st.text(st.characters(exclude_characters="{}|", exclude_categories=("Cs",)), min_size=1).filter(
    lambda name: name.strip() == name
)


@given(
    names,
    st.sampled_from(claim_figures()),
    st.none() | st.integers(1, 99),
    st.text(st.characters(exclude_characters="{}")),
)
def test_a_place_is_found_whatever_stands_around_it(case, figure, epoch, around):
    text = f"{{{case}|{figure}{'' if epoch is None else f'@{epoch}'}}}"
    (place,) = placeholders_of(around + text + around)
    assert (place.text, place.case, place.figure, place.epoch) == (text, case, figure, epoch)


@given(names, st.sampled_from(figures_on_test_sets()), names)
def test_a_place_for_a_figure_on_a_test_set_is_found(case, figure, test_set):
    (place,) = placeholders_of(f"It is {{{case}|{figure} on {test_set}}}.")
    assert (place.case, place.figure, place.epoch, place.test_set) == (case, figure, None, test_set)


@given(st.text())
def test_any_text_can_be_looked_through(text):
    assert all(place.text in text for place in placeholders_of(text))


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("It is {knn|accuracy}.", "unknown case in {knn|accuracy} 'knn'"),
        ("It is {k-NN|acuracy}.", "unknown figure in {k-NN|acuracy} 'acuracy'. Did you mean 'accuracy'"),
        ("It is {k-NN|Accuracy}.", "{k-NN|Accuracy} cannot be read; write {case|figure}, {case|figure@epoch}"),
        ("It is {k-NN|train_loss@0}.", "{k-NN|train_loss@0}: epochs are counted from 1"),
        ("It is {k-NN|drop}.", "unknown figure in {k-NN|drop} 'drop'"),
        ("It is {k-NN|drop on fog}.", "unknown test set in {k-NN|drop on fog} 'fog'"),
        ("It is {k-NN|fit_seconds on fog}.", "unknown figure in {k-NN|fit_seconds on fog} 'fit_seconds'"),
        (
            "It is {k-NN|accuracy of 5}.",
            "unknown figure in {k-NN|accuracy of 5} 'accuracy'. Choose from: class_",
        ),
        ("It is {k-NN|class_recall}.", "unknown figure in {k-NN|class_recall} 'class_recall'"),
        ("It is {k-NN|class_recall of 5 on fog}.", "a figure of one class is known on the own test part only"),
        ("It is {k-NN|accuracy@2}.", "accuracy has no epochs; remove @2"),
        (
            f"It is {{k-NN|train_loss@{'9' * 5000}}}.",
            "cannot be read; write {case|figure}, {case|figure@epoch}, an epoch",
        ),
    ],
)
def test_a_claim_that_asks_for_what_is_not_there_is_refused(claim, told):
    suite = {"title": "Own", "dataset": "digits-8x8", "claims": [claim], "case": [{"name": "k-NN", "estimator": "knn"}]}
    with pytest.raises(SuiteError) as caught:
        parse_suite(suite, "own", "own.toml")
    assert "claim 1: " in str(caught.value)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 1000
