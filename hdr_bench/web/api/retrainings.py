"""Retrainings: requested and followed."""

from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import LearningReply, RetrainingBody, RetrainingList, RetrainingReply
from hdr_bench.web.services.provide import services_of


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
    learning = services_of(request).learning
    job_id = await learning.request(body.model)
    reply = RetrainingReply.model_validate(await learning.find(job_id))
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
    found = await services_of(request).learning.find(request.path_params["id"])
    return write_reply(RetrainingReply.model_validate(found))


async def list_last(request: Request) -> Response:
    """List recent retrainings, newest first.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    found = await services_of(request).learning.list_last()
    return write_reply(RetrainingList.model_validate({"retrainings": found}))


async def show_learning(request: Request) -> Response:
    """Return how many corrections are available to learn from.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    return write_reply(LearningReply.model_validate(await services_of(request).learning.count()))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/retrainings",
        add,
        "Queue a retraining of a model.",
        RetrainingReply,
        RetrainingBody,
        202,
        faults=(404, 415, 422),
    ),
    Endpoint("GET", "/api/retrainings", list_last, "List recent retrainings, newest first.", RetrainingList),
    Endpoint("GET", "/api/retrainings/{id:int}", show, "Return a retraining.", RetrainingReply, faults=(404,)),
    Endpoint(
        "GET",
        "/api/learning",
        show_learning,
        "Return how many corrections are available to learn from, and which model is retrained automatically.",
        LearningReply,
    ),
)
