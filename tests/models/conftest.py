import pytest

from hdr_bench import save_model
from tests.helpers.fitted_models import fitted
from tests.helpers.model_files import RAN


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """Model files of five methods, to be read only."""
    folder = tmp_path_factory.mktemp("saved")
    return {name: save_model(fitted(name), folder / f"{name}.hdrm") for name in ("tree", "svm", "knn", "cnn", "linear")}


@pytest.fixture
def _nothing_runs():
    """No code of a model file runs meanwhile."""
    RAN.clear()
    yield
    assert RAN == []
