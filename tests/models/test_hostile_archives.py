"""Files that are no model files, damaged archives, and such as would fill the memory or leave their folder."""

import io
import json
import os
import pickle
import tracemalloc
import warnings
import zipfile

import joblib
import numpy as np
import pytest
import torch

from hdr_bench import load_card, load_model
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError
from hdr_bench.models.file_format import FORMAT_VERSION, pack_pickle
from tests.helpers.fitted_models import digits, fitted
from tests.helpers.model_files import RAN, Harm, members_of, refuse, write_members, zip_of

pytestmark = pytest.mark.usefixtures("_nothing_runs")


def test_what_is_not_there(tmp_path):
    with pytest.raises(ModelNotFoundError, match="no such file; hdr-bench fit"):
        load_model(tmp_path / "none.hdrm")
    with pytest.raises(FileNotFoundError):
        load_card(tmp_path / "none.hdrm")


def test_what_is_no_file(tmp_path):
    refuse(tmp_path, "Is a directory")
    os.mkfifo(tmp_path / "pipe")
    refuse(tmp_path / "pipe", "Not a regular file")


def _torch_file():
    buffer = io.BytesIO()
    torch.save({"weight": torch.zeros(3)}, buffer)
    return buffer.getvalue()


def _joblib_file():
    buffer = io.BytesIO()
    joblib.dump(Harm(), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a model file"),
        (b"label,pixel0\n1,2\n", "not a model file"),
        (pickle.dumps(Harm()), "not a model file"),
        (_joblib_file(), "not a model file"),
        (_torch_file(), "no format.json"),
        (zip_of({"card.json": b"{}"}), "no format.json"),
        (zip_of({"format.json": b"{}"}), "checksum"),
    ],
    ids=["empty", "text", "pickle", "joblib", "torch", "zip", "unsealed"],
)
def test_foreign_files(content, words, tmp_path):
    path = tmp_path / "model.hdrm"
    path.write_bytes(content)
    refuse(path, words)
    refuse(path, words, trust=True)
    with pytest.raises(ModelFileError):
        load_card(path)


def test_cut_off_anywhere(saved, tmp_path):
    content, path = saved["tree"].read_bytes(), tmp_path / "cut.hdrm"
    for length in range(0, len(content), max(len(content) // 60, 1)):
        path.write_bytes(content[:length])
        refuse(path, "not a model file" if length < len(content) - 100 else "")


def test_a_newer_format(saved, tmp_path):
    newer = {"format": "hdr-bench model", "version": FORMAT_VERSION + 1}
    path = write_members(tmp_path / "new.hdrm", members_of(saved["tree"]) | {"format.json": json.dumps(newer).encode()})
    assert "upgrade hdr-bench" in refuse(path, f"has format {FORMAT_VERSION + 1}")
    for version in (None, 0, "1", True, [1]):
        changed = json.dumps({"format": "hdr-bench model", "version": version}).encode()
        refuse(write_members(path, members_of(saved["tree"]) | {"format.json": changed}), "damaged")
    other = json.dumps({"format": "another", "version": 1}).encode()
    refuse(write_members(path, members_of(saved["tree"]) | {"format.json": other}), "another format")


def test_a_pickle_inside_runs_only_if_it_is_trusted(tmp_path):
    path = tmp_path / "model.hdrm"
    path.write_bytes(pack_pickle(b"{}", pickle.dumps(Harm())))
    refuse(path, "trust=True (--trust)")
    assert RAN == []
    load_model(path, trust=True)
    assert RAN == ["code of the file"]
    RAN.clear()


def test_archives_that_would_fill_the_memory(saved, tmp_path):
    members, n_bytes = members_of(saved["linear"]), 120 << 20
    header = np.zeros(1)
    buffer = io.BytesIO()
    np.save(buffer, header)
    claims = buffer.getvalue().replace(b"(1,)", b"(99999999999,)", 1)[: len(buffer.getvalue())]
    tracemalloc.start()
    try:
        refuse(write_members(tmp_path / "m.hdrm", members | {"arrays/0.npy": claims}), "damaged")
        for name in ("arrays/0.npy", "model.json", "card.json", "format.json"):
            path = write_members(tmp_path / "m.hdrm", members | {name: bytes(n_bytes)})
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            refuse(path, "damaged")
            assert tracemalloc.get_traced_memory()[1] - before < n_bytes // 8, name
    finally:
        tracemalloc.stop()


def test_names_of_members_are_no_paths(saved, tmp_path):
    members = members_of(saved["linear"]) | {"../../outside.txt": b"text", "/tmp/hdr-bench-outside.txt": b"text"}
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    model = load_model(write_members(folder / "m.hdrm", members))
    np.testing.assert_array_equal(model.predict(digits().test.X), fitted("linear").predict(digits().test.X))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "m.hdrm"]


def test_two_members_of_one_name(saved, tmp_path):
    path = tmp_path / "m.hdrm"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members_of(saved["tree"]).items():
            archive.writestr(name, content)
        archive.writestr("model.json", b"{}")
    refuse(path, "two members with the same name")


def test_names_that_would_steer_a_terminal(tmp_path):
    path = tmp_path / "a\x1b[31m.hdrm"
    path.write_bytes(b"no model")
    with pytest.raises(ModelFileError) as refused:
        load_model(path)
    assert "\x1b" not in str(refused.value)
