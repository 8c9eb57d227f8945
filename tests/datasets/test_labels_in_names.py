import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.datasets.labels_in_names import choose_reading, is_label_like, split_fields
from hdr_bench.exceptions import DatasetError

digits = st.lists(st.sampled_from("0123456789"), min_size=12, max_size=60).filter(lambda labels: len(set(labels)) > 1)
writers = st.lists(st.from_regex(r"[a-z]{3,6}", fullmatch=True), min_size=1, max_size=4, unique=True)
prefixes = st.sampled_from(["img", "scan", "IMG", "my-digits", "hsf_4", "a_b"])


def _labels(names):
    reading = choose_reading(names, "DIR")
    return reading.form, [reading.label_of(name) for name in names]


@given(digits)
def test_label_and_number(labels):
    names = [f"{label}_{index:03}.png" for index, label in enumerate(labels)]
    assert _labels(names) == ("LABEL_NUMBER", labels)


@given(digits, writers)
def test_label_writer_and_number_whatever_the_writers_are_called(labels, names_of_writers):
    names = [f"{label}_{names_of_writers[i % len(names_of_writers)]}_{i:04}.jpg" for i, label in enumerate(labels)]
    assert _labels(names) == ("LABEL_WRITER_NUMBER", labels)


@given(digits, prefixes)
def test_prefix_label_and_number_also_with_a_prefix_of_several_fields(labels, prefix):
    names = [f"{prefix}_{label}_{index}.png" for index, label in enumerate(labels)]
    assert _labels(names) == ("PREFIX_LABEL_NUMBER", labels)


@given(digits, writers)
def test_a_writer_before_the_label_is_a_prefix(labels, names_of_writers):
    names = [f"{names_of_writers[i % len(names_of_writers)]}_{label}_{i:04}.jpg" for i, label in enumerate(labels)]
    assert _labels(names) == ("PREFIX_LABEL_NUMBER", labels)


@given(st.lists(st.tuples(st.sampled_from("0123456789"), st.sampled_from("0123456789")), min_size=30, max_size=60))
def test_two_fields_that_may_be_labels_are_never_guessed(pairs):
    firsts, seconds = ({pair[place] for pair in pairs} for place in (0, 1))
    names = [f"{first}_{second}_{index:03}.png" for index, (first, second) in enumerate(pairs)]
    if len(firsts) == len(seconds) == 1:
        with pytest.raises(DatasetError, match="no label in the file names"):
            choose_reading(names, "DIR")
    elif len(firsts) > 1 and len(seconds) > 1:
        with pytest.raises(DatasetError, match="unclear which field.*LABEL_WRITER_NUMBER.*PREFIX_LABEL_NUMBER"):
            choose_reading(names, "DIR")
    else:
        assert _labels(names)[1] == [pair[len(firsts) == 1] for pair in pairs]


@given(st.lists(st.from_regex(r"[A-Za-z0-9]{1,3}(_[A-Za-z0-9]{1,3}){0,3}", fullmatch=True), min_size=1, max_size=20))
def test_any_names_give_labels_that_come_again_or_an_error_of_ours(stems):
    names = [f"{stem}.png" for stem in stems]
    try:
        _, labels = _labels(names)
    except DatasetError as error:
        assert "DIR" in str(error)
        return
    assert 2 <= len(set(labels)) < len(labels)
    assert all(label in split_fields(name)[:-1] for label, name in zip(labels, names, strict=True))


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("img_{n:03}", "no label in the file names: .*names start with 'img'"),
        ("img{n}", r"DIR/img0\.png: no label in the file name, nor in those of 79 others"),
        ("hsf_{d}_{n:05}", "hsf_0 is a group of writers of NIST Special Database 19, not a class"),
        ("{w}_{d}", "may be 'anna' .LABEL_NUMBER., or '0', since the last field is a single digit"),
        ("IMG_2024010{d}_{n}", "no label in the file names"),
        ("{w}_{x}_{n}", "'anna' .LABEL_WRITER_NUMBER. or 'left' .PREFIX_LABEL_NUMBER."),
        ("a_{d}_b_{n}", "the label seems to be '0' in a_0_b_0.png, but the name does not"),
    ],
)
def test_names_without_a_clear_label(pattern, fault):
    pairs = [(n, ("anna", "ben")[n % 2], ("left", "right")[n % 4 // 2]) for n in range(80)]
    names = [f"{pattern.format(n=n, d=n // 2 % 10, w=w, x=x)}.png" for n, w, x in pairs]
    with pytest.raises(DatasetError, match=fault):
        choose_reading(names, "DIR")


def test_names_of_different_forms():
    with pytest.raises(DatasetError, match=r"different forms, e\.g\. 3_2\.png and 3_anna_1\.png"):
        choose_reading(["3_anna_1.png", "3_2.png"], "DIR")


def test_words_are_labels_but_not_taken_for_granted():
    names = [f"{word}_{n:03}.png" for word in ("cat", "dog") for n in range(9)]
    assert choose_reading(names, "DIR").is_label_like is False
    assert is_label_like({"zero", "Seven", "A", "42"})
    assert not is_label_like({"3", "anna"})
