"""What tests ask about the first models."""

import asyncio
from dataclasses import replace

from hdr_bench.web.database.versions import list_versions, served_versions
from hdr_bench.web.first_models import fit_first_models


def give(settings, *paths):
    """Return settings with these model files."""
    return replace(settings, models=tuple(paths))


def answering(database):
    """Return each model that answers, with its version's number, in order."""
    with database.read() as session:
        return [(model.name, version.number) for model, version in served_versions(session)]


def versions_of(database, model):
    """Return all versions of a model, oldest first."""
    with database.read() as session:
        return list_versions(session, model)


def fit(settings, database, on_fitted=None):
    """Fit the methods that are missing."""

    async def nothing():
        pass

    asyncio.run(fit_first_models(settings, database, on_fitted or nothing))
