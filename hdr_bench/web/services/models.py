"""Models: their versions, which of them are in use, and how they compare."""

import logging
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from hdr_bench.exceptions import DatabaseError, ServerError
from hdr_bench.web.database.comparison import RightCount, count_right
from hdr_bench.web.database.pairs import count_pairs
from hdr_bench.web.database.versions import list_versions, served_versions
from hdr_bench.web.listing import describe_comparison, describe_model, describe_pair
from hdr_bench.web.model_files import find_absent
from hdr_bench.web.serving import choose_version
from hdr_bench.web.state import AppState

Listing = dict[str, Any]
_log = logging.getLogger(__name__)


class ModelService:
    """Models and their versions.

    Parameters
    ----------
    state : AppState
    """

    def __init__(self, state: AppState) -> None:
        self._state = state

    async def list_all(self) -> list[Listing]:
        """Return the models in use, with all their versions.

        Returns
        -------
        models : list of dict
        """
        folder = self._state.settings.models_folder
        return await self._state.read(lambda session: _list_models(session, folder))

    async def serve(self, model: str, number: int) -> None:
        """Use a version of a model from now on.

        Parameters
        ----------
        model : str
        number : int
            Of the version.

        Raises
        ------
        HTTPException
            404 if there is no such version.
        ModelFileError
            If its file is damaged or missing, or it was rejected because it is worse.
        """
        folder = self._state.settings.models_folder
        if await self._state.write(lambda session: choose_version(session, model, number, folder)) is None:
            raise HTTPException(404, f"There is no version {number} of a model {model[:64]!r}.")
        # The choice is already stored, and is looked up every few seconds.
        try:
            await self._state.refresh()
        except (DatabaseError, ServerError) as error:
            _log.warning("Could not load version %d of %s yet: %s", number, model, error)

    async def compare(self) -> Listing:
        """Return the accuracy of each version on what people drew, beside its accuracy on MNIST.

        Returns
        -------
        listing : dict
        """
        return await self._state.read(_compare)


def _list_models(session: Session, folder: Path) -> list[Listing]:
    models = [(served, list_versions(session, served.name)) for served, _ in served_versions(session)]
    return [describe_model(served, versions, find_absent(versions, folder)) for served, versions in models]


def _compare(session: Session) -> Listing:
    counts = {version.id: (version, count) for version, count in count_right(session)}
    served = [version for _, version in served_versions(session)]
    # A model without corrected digits is still shown with its accuracy on MNIST.
    rows = {version.id: (version, RightCount()) for version in served} | counts
    ordered = sorted(rows.values(), key=lambda row: (row[0].model, row[0].number))
    return {
        "reader": served[0].model if served else "",
        "models": [describe_comparison(version, count) for version, count in ordered],
        "pairs": [describe_pair(pair) for pair in count_pairs(session)],
    }
