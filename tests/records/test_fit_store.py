from pathlib import Path

import pytest

from hdr_bench.exceptions import MissingTrialError, StoreError
from hdr_bench.files import incoming_path
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.run_folder import check_run_folder
from hdr_bench.records.trial import SearchFit
from tests.helpers.search_fits import measured_fit


@pytest.fixture
def fit(searching):
    """A fit inside a search."""
    search = searching({"n_neighbors": [1, 3]})
    inside = {"search": None, "fold": 0, "folds": 2, "search_fit": SearchFit(search=search.key, params={"a": 1})}
    return search.model_copy(update=inside)


def test_fits_are_stored_without_predictions_and_removed_with_their_folder(tmp_path, fit):
    store, other = FitStore(tmp_path, fit.search_fit.search), FitStore(tmp_path, "another")
    result = measured_fit(fit, 0.5)
    store.write(result)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")] == [
        f"search/{fit.search_fit.search}/{fit.key}.zip"
    ]
    assert FitStore(tmp_path, fit.search_fit.search).read(fit.key) == result
    other.write(measured_fit(fit.model_copy(update={"search_fit": SearchFit(search="another", params={})}), 0.5))
    store.clear()
    assert not store.trials_folder.exists()
    assert len(other.keys()) == 1
    other.remove(other.keys()[0])
    assert other.keys() == []
    other.clear()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MissingTrialError):
        store.read(fit.key)


def test_the_last_outcome_of_a_fit_is_the_one_that_stays(tmp_path, fit):
    store, limited = FitStore(tmp_path, "search"), fit.model_copy(update={"time_limit": 1.0})
    store.write(measured_fit(limited, status="timeout", key=limited.limited_key))
    assert store.keys() == [limited.limited_key]
    store.write(measured_fit(limited, 0.5))
    assert store.keys() == [limited.key]


def test_a_folder_where_a_fits_file_belongs_is_named(tmp_path):
    (tmp_path / "search" / "key" / "fit.zip").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"search/key/fit\.zip is a folder, but must be a file; move it away"):
        check_run_folder(tmp_path)


def test_a_folder_that_another_run_removes_meanwhile_is_made_again(tmp_path, fit, monkeypatch):
    store, result = FitStore(tmp_path, "search"), measured_fit(fit, 0.5)
    make, removed = Path.mkdir, []

    def remove_at_once(folder, *arguments, **options):
        make(folder, *arguments, **options)
        if folder == store.trials_folder and len(removed) < 2:
            removed.append(folder)
            FitStore(tmp_path, "search").clear()

    monkeypatch.setattr(Path, "mkdir", remove_at_once)
    store.write(result)
    assert len(removed) == 2
    assert store.read(fit.key) == result


def test_what_another_run_is_writing_is_not_cleared(tmp_path, fit):
    store = FitStore(tmp_path, "search")
    store.write(measured_fit(fit, 0.5))
    (being_written := incoming_path(store.trials_folder)).touch()
    store.clear()
    assert [*store.trials_folder.iterdir()] == [being_written]
