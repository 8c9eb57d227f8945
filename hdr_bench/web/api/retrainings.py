"""Retrainings: asked for, and followed."""

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import LearningReply, RetrainingBody, RetrainingList, RetrainingReply
from hdr_bench.web.database.corrections import count_unused, count_waiting
from hdr_bench.web.database.retrainings import list_retrainings, load_retraining
from hdr_bench.web.database.versions import served_versions
from hdr_bench.web.listing import describe_retraining
from hdr_bench.web.state import AppState, state_of


async def add(request: Request) -> Response:
    """Queue a retraining of a model.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    body = await read_body(request, RetrainingBody)
    state = state_of(request)
    names = await state.read(lambda session: [served.name for served, _ in served_versions(session)])
    if body.model not in names:
        raise HTTPException(404, f"There is no model {body.model!r}. Choose from: {', '.join(names)}.")
    job_id = await state.retraining.request(body.model)
    reply = await _find(state, job_id)
    return write_reply(reply, 202, {"Location": f"/api/retrainings/{job_id}"})


async def show(request: Request) -> Response:
    """Return a retraining.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    return write_reply(await _find(state_of(request), request.path_params["id"]))


async def _find(state: AppState, job_id: int) -> RetrainingReply:
    def find(session: Session) -> RetrainingReply | None:
        job = load_retraining(session, job_id)
        return None if job is None else RetrainingReply(**describe_retraining(job))

    reply = await state.read(find)
    if reply is None:
        raise HTTPException(404, f"There is no retraining {job_id}.")
    return reply


async def list_last(request: Request) -> Response:
    """List the last retrainings, newest first.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """

    def find(session: Session) -> RetrainingList:
        rows = [RetrainingReply(**describe_retraining(job)) for job in list_retrainings(session).rows]
        return RetrainingList(retrainings=rows)

    return write_reply(await state_of(request).read(find))


async def show_learning(request: Request) -> Response:
    """Return how many corrections are there to learn from.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    state = state_of(request)
    unused, waiting = await state.read(lambda session: (count_unused(session), count_waiting(session)))
    after = state.settings.retrain_after
    return write_reply(LearningReply(unused=unused, retrain_after=after, waiting_for_review=waiting))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/retrainings",
        add,
        "Queue a retraining of a model.",
        RetrainingReply,
        RetrainingBody,
        202,
        faults=(400, 404, 415, 422, 503),
    ),
    Endpoint("GET", "/api/retrainings", list_last, "List the last retrainings, newest first.", RetrainingList),
    Endpoint("GET", "/api/retrainings/{id:int}", show, "Return a retraining.", RetrainingReply, faults=(404,)),
    Endpoint(
        "GET",
        "/api/learning",
        show_learning,
        "Return how many corrections are there to learn from.",
        LearningReply,
    ),
)
