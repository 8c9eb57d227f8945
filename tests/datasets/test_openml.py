import json

import numpy as np
import pytest
from sklearn.datasets import load_digits

from hdr_bench.datasets import load_dataset, openml
from hdr_bench.datasets.home import prepared_home
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning


@pytest.fixture
def answer(monkeypatch, data_home):
    """A function that sets what OpenML answers."""

    def answer_with(bunch):
        def fetch(**which):
            if isinstance(bunch, Exception):
                raise bunch
            return bunch

        monkeypatch.setattr(openml, "fetch_bunch", fetch)

    return answer_with


def test_images_come_as_bytes_where_they_are_whole(answer):
    digits = load_digits()
    digits.target = digits.target.astype(str).astype(object)
    answer(digits)
    data = load_dataset("openml:optdigits")
    assert (data.image_shape, data.train.images.dtype, len(data.test)) == ((8, 8), np.uint8, 360)
    answer(ConnectionError("gone"))
    assert load_dataset("openml:optdigits").fingerprint == data.fingerprint


def test_what_an_earlier_version_stored_is_opened_with_a_warning_if_openml_does_not_answer(answer):
    answer(load_digits())
    data = load_dataset("openml:optdigits")
    (path,) = prepared_home().glob("*/manifest.json")
    manifest = json.loads(path.read_text()) | {"format_version": 1}
    del manifest["checksum"], manifest["warnings"]
    path.write_text(json.dumps(manifest))
    answer(ConnectionError("gone"))
    with pytest.warns(DatasetWarning, match="its class names .* cannot be verified"):
        assert load_dataset("openml:optdigits").fingerprint == data.fingerprint
    answer(load_digits())
    assert load_dataset("openml:optdigits").warnings == ()


def test_errors_say_what_is_wrong(answer):
    answer(ConnectionError("no route"))
    with pytest.raises(DatasetNotFoundError, match="OpenML does not respond: no route"):
        load_dataset("openml:anything")
    answer(ValueError("No known dataset named"))
    with pytest.raises(DatasetError, match="openml:anything: No known dataset"):
        load_dataset("openml:anything")
    halves = load_digits()
    halves.target = halves.target + 0.5
    answer(halves)
    with pytest.raises(DatasetError, match="labels are not integers: float64, e.g. 0.5"):
        load_dataset("openml:anything")
    digits = load_digits()
    digits.target = np.array(["zero"] * len(digits.target), dtype=object)
    answer(digits)
    with pytest.raises(DatasetError, match="labels are not integers, e.g. 'zero'"):
        load_dataset("openml:anything")
