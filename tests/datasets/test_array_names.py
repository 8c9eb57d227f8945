import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.datasets.array_names import counterpart, parse_array_name

PARTS = {"train": "train", "Training": "train", "tr": "train", "test": "test", "T10k": "test", "val": "valid"}
ROLES = {"x": "images", "X": "images", "images": "images", "imgs": "images", "data": "images", "y": "labels"}
ROLES |= {"labels": "labels", "Y": "labels", "target": "labels"}


@given(
    st.sampled_from(sorted(PARTS)),
    st.sampled_from(sorted(ROLES)),
    st.sampled_from(["_", "-", ".", " ", "/", ""]),
    st.booleans(),
)
def test_part_and_role_in_either_order_with_any_mark_between(part, role, mark, is_part_first):
    name = mark.join((part, role) if is_part_first else (role, part))
    parsed = parse_array_name(name)
    assert (parsed.prefix, parsed.part, parsed.role) == ("", PARTS[part], ROLES[role])


@given(st.text(max_size=20))
def test_any_name_says_something(name):
    parsed = parse_array_name(name)
    assert parsed.part in {"", "train", "test", "valid"}
    assert parsed.role in {None, "images", "labels"}


@pytest.mark.parametrize("name", ["arr_0", "digits", "yx", "xylophone", "trained", "latest", "dataset", "k49"])
def test_names_that_say_neither(name):
    parsed = parse_array_name(name)
    assert (parsed.part, parsed.role) == ("", None)


@pytest.mark.parametrize("name", ["x", "X_train", "trainX", "train-images", "kmnist-test-imgs", "features", "digits"])
def test_the_counterpart_of_images_is_the_name_of_their_labels(name):
    images, labels = parse_array_name(name), parse_array_name(counterpart(name))
    assert labels.role == "labels"
    assert (labels.prefix, labels.part) == (images.prefix, images.part)
