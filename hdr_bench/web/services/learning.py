"""Corrections to learn from, and retrainings."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from hdr_bench.web.database.corrections import count_unused, count_waiting
from hdr_bench.web.database.retrainings import list_retrainings, load_retraining
from hdr_bench.web.database.versions import served_versions
from hdr_bench.web.listing import describe_retraining
from hdr_bench.web.state import AppState

Listing = dict[str, Any]


class LearningService:
    """Corrections to learn from, and retrainings.

    Parameters
    ----------
    state : AppState
    """

    def __init__(self, state: AppState) -> None:
        self._state = state

    async def count(self) -> Listing:
        """Return how many corrections are available to learn from, and which model is retrained automatically.

        Returns
        -------
        listing : dict
        """
        after = self._state.settings.retrain_after

        def find(session: Session) -> Listing:
            models = _names(session)
            return {
                "unused": count_unused(session),
                "retrain_after": after,
                "model": models[0] if models else None,
                "waiting_for_review": count_waiting(session),
            }

        return await self._state.read(find)

    async def list_last(self) -> list[Listing]:
        """Return recent retrainings, newest first.

        Returns
        -------
        jobs : list of dict
        """
        return await self._state.read(
            lambda session: [describe_retraining(job) for job in list_retrainings(session).rows]
        )

    async def find(self, job_id: int) -> Listing:
        """Return a retraining.

        Parameters
        ----------
        job_id : int

        Returns
        -------
        job : dict

        Raises
        ------
        HTTPException
            404 if there is no such retraining.
        """

        def find(session: Session) -> Listing | None:
            job = load_retraining(session, job_id)
            return None if job is None else describe_retraining(job)

        found = await self._state.read(find)
        if found is None:
            raise HTTPException(404, f"There is no retraining {job_id}.")
        return found

    async def request(self, model: str) -> int:
        """Queue a retraining of a model.

        Parameters
        ----------
        model : str

        Returns
        -------
        id : int

        Raises
        ------
        HTTPException
            404 if no model of this name is in use.
        """
        names = await self._state.read(_names)
        if model not in names:
            raise HTTPException(404, f"There is no model {model[:64]!r}. Choose from: {', '.join(names)}.")
        return await self._state.retraining.request(model)


def _names(session: Session) -> list[str]:
    return [served.name for served, _ in served_versions(session)]
