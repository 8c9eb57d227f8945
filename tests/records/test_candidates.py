import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.candidates import ARRAYS, TABLE, Candidate, Candidates, read_candidates, write_candidates
from hdr_bench.records.decisions import Decision


@pytest.fixture
def candidates():
    digits = load_dataset("mnist-5k")
    rows = (
        Candidate("test", 3, "4", "9", 0.0125, "methods agree on 9", {"CNN": "9 (0.98)", "k-NN": "9"}),
        Candidate("train", 7, "1", "7", 0.25, says={"CNN": "7 (0.60)"}),
    )
    neighbours = np.stack([digits.train.images[:3], digits.train.images[3:6]])
    labels = np.array([["0", "0", "1"], ["2", "3", "4"]])
    return Candidates(
        digits.fingerprint, digits.class_names, rows, np.array(digits.test.images[:2]), neighbours, labels
    )


def test_what_is_written_is_read_as_it_was(candidates, tmp_path):
    write_candidates(tmp_path, candidates)
    read = read_candidates(tmp_path)
    assert (read.fingerprint, read.class_names, read.rows) == (
        candidates.fingerprint,
        candidates.class_names,
        candidates.rows,
    )
    for name in ("images", "neighbours", "neighbour_labels"):
        np.testing.assert_array_equal(getattr(read, name), getattr(candidates, name))
    assert read.undecided.rows == (Decision("test", 3, "4"), Decision("train", 7, "1"))


def test_neighbours_need_not_be_there(candidates, tmp_path):
    none = np.zeros((2, 0, 28, 28), np.uint8)
    bare = Candidates(
        candidates.fingerprint, candidates.class_names, candidates.rows, candidates.images, none, np.zeros((2, 0), "U1")
    )
    write_candidates(tmp_path, bare)
    assert read_candidates(tmp_path).neighbours.shape == (2, 0, 28, 28)


def test_files_that_are_missing_damaged_or_do_not_fit_are_named(candidates, tmp_path):
    with pytest.raises(DatasetNotFoundError, match=TABLE):
        read_candidates(tmp_path)
    write_candidates(tmp_path, candidates)
    table, arrays = tmp_path / TABLE, tmp_path / ARRAYS
    whole = table.read_text()
    table.write_text("\n".join(whole.splitlines()[:2]))
    with pytest.raises(DatasetError, match=r"has 1 candidates and candidates\.npz 2 images; create the folder again"):
        read_candidates(tmp_path)
    table.write_text(whole.replace("train", "other"))
    with pytest.raises(DatasetError, match="line 3: part must be train or test, got 'other'"):
        read_candidates(tmp_path)
    table.write_text("index,label\n")
    with pytest.raises(DatasetError, match="the columns must begin with rank,index"):
        read_candidates(tmp_path)
    table.write_text(whole)
    arrays.write_bytes(b"PK damaged")
    with pytest.raises(DatasetError, match=f"{ARRAYS}: cannot be read"):
        read_candidates(tmp_path)
