"""Messages without the folders of the machine: what a committed report can hold."""

import pytest

from hdr_bench.datasets.path_names import shorten_paths


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A working folder, a suite's, a data home, a cache and a home; their paths by name."""
    folders = {name: tmp_path / name for name in ("work", "suites", "data", "cache", "home")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.chdir(folders["work"])
    monkeypatch.setenv("HDR_BENCH_DATA", str(folders["data"]))
    monkeypatch.setenv("HDR_BENCH_CACHE", str(folders["cache"]))
    monkeypatch.setenv("HOME", str(folders["home"]))
    return folders


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("{work}/usps.h5: there is no such file", "usps.h5: there is no such file"),
        ("{work}/a/b.npz: there is no such file", "a/b.npz: there is no such file"),
        ("{work}/../b.npz: there is no such file", "../b.npz: there is no such file"),
        ("h5:{suites}/usps.h5: damaged", "h5:usps.h5: damaged"),
        ("not found in {suites} or {work}", "not found in the suite's folder or the working folder"),
        ("{work}: no pictures", "the working folder: no pictures"),
        ("nist15 is not in {data}/nist15. Get it", "nist15 is not in $HDR_BENCH_DATA/nist15. Get it"),
        ("HDR_BENCH_DATA names {data}, which", "HDR_BENCH_DATA names $HDR_BENCH_DATA, which"),
        ("{cache}/x: damaged", "$HDR_BENCH_CACHE/x: damaged"),
        ("{home}/digits/a.npz: damaged", "~/digits/a.npz: damaged"),
        ("[Errno 2] no such file: '/opt/lib/python3/hdf5.so'", "[Errno 2] no such file: 'hdf5.so'"),
        ("/opt/a.mat, /opt/b/: both", "a.mat, b: both"),
    ],
)
def test_paths_are_as_a_suite_would_write_them(places, text, short):
    assert shorten_paths(text.format(**places), folder=places["suites"]) == short


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.org/data/usps and 3/4 of 28x28 pixels/image",
        "usps.h5: there is no such file; expected an HDF5 file",
        "./usps.h5, ../usps.h5, ~/usps.h5 and $HDR_BENCH_DATA/usps.h5",
    ],
)
def test_what_is_no_path_of_the_machine_stays(places, text):
    assert shorten_paths(text) == text


def test_a_folder_is_not_taken_for_another_that_begins_alike(places):
    assert shorten_paths(f"{places['work']}2/x.h5: damaged") == "x.h5: damaged"


def test_a_path_with_spaces_that_the_suite_wrote(places):
    assert shorten_paths("/no such/a b.npz: damaged", "npz:/no such/a b.npz") == "a b.npz: damaged"


def test_without_a_working_folder_the_others_have_their_names(places):
    places["work"].rmdir()
    assert shorten_paths(f"{places['data']}/mnist: damaged") == "$HDR_BENCH_DATA/mnist: damaged"


def test_in_the_root_folder_names_are_left(places, monkeypatch):
    monkeypatch.chdir("/")
    assert shorten_paths("/usps.h5: there is no such file") == "usps.h5: there is no such file"
