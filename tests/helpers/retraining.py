"""Servers, models and corrections for tests of retraining."""

import hashlib
import shutil

import numpy as np

from hdr_bench import load_dataset
from hdr_bench.experiments.fitting import FitRequest, fit_model
from hdr_bench.models import save_model
from hdr_bench.web.database.corrections import correct
from hdr_bench.web.database.engine import open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.tables import ModelVersion, Retraining
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer
from hdr_bench.web.settings import ServerSettings
from tests.helpers.database_rows import add_picture, add_served


def fit_small(folder):
    """Save two small models of mnist-5k in a folder."""
    folder.mkdir()
    for method, params in (("mlp", {"layers": "32N", "max_epochs": 3}), ("linear", {})):
        fitted = fit_model(FitRequest(method, "mnist-5k", params, samples=1_000))
        save_model(fitted.model, folder / f"{method}.hdrm", card=fitted.card)


def make_server(folder, model_file, *, retrain_after=0):
    """Return settings and a database that serves a model."""
    settings = ServerSettings(folder, f"sqlite:///{folder / 'digits.sqlite'}", retrain_after=retrain_after)
    (folder / "models").mkdir(parents=True)
    shutil.copy(model_file, folder / "models" / model_file.name)
    database = open_database(settings.database)
    prepare_schema(database)
    sha256 = hashlib.sha256(model_file.read_bytes()).hexdigest()
    with database.begin() as session:
        add_served(session, model_file.stem, sha256=sha256, origin="given")
    return settings, database


def turned_sevens(n_images):
    """Return sevens that lie on their side: no model of upright digits knows them."""
    test = load_dataset("mnist-5k").test
    sevens = test.images[test.labels == 7]
    return np.rot90(sevens[:n_images], axes=(1, 2)).copy()


def add_corrections(database, images, label):
    """Store pictures of these marks, and correct each of them."""
    with database.begin() as session:
        row = session.query(ModelVersion).order_by(ModelVersion.id).first()
        answer = ModelAnswer(row, 4, False, (0.1,) * 10, 0.001)
        marks = [MarkAnswers(0, (0, 0, 28, 28), 4, np.ascontiguousarray(image), (answer,)) for image in images]
        reading = add_picture(session, [row], marks)
        session.flush()
        for digit in reading.digits:
            correct(session, digit.id, label)


def read_jobs(database):
    """Return all retrainings, oldest first."""
    with database.read() as session:
        return list(session.query(Retraining).order_by(Retraining.id))


def read_versions(database):
    """Return all versions, oldest first."""
    with database.read() as session:
        return list(session.query(ModelVersion).order_by(ModelVersion.id))
