"""Settings, databases and small model files for tests of the first models."""

import pytest

from hdr_bench import load_dataset, make_estimator, save_model
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.settings import ServerSettings, default_database


@pytest.fixture
def settings(tmp_path):
    return ServerSettings(folder=tmp_path / "web", database=default_database(tmp_path / "web"))


@pytest.fixture
def opened(settings):
    database = open_database(settings.database)
    prepare_schema(database)
    yield database
    close_database(database)


@pytest.fixture(scope="session")
def trees(tmp_path_factory):
    """Files of two small trees that differ."""
    digits, folder = load_dataset("mnist-5k").train, tmp_path_factory.mktemp("trees")
    for depth in (2, 3):
        model = make_estimator("tree", max_depth=depth).fit(digits.X[:200], digits.y[:200])
        save_model(model, folder / f"{depth}.hdrm")
    return folder / "2.hdrm", folder / "3.hdrm"
