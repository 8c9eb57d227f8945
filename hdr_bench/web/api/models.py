"""Models: their versions, which of them answer, and how often they were right."""

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import ComparisonReply, ComparisonRow, ModelList, ModelVersions, VersionBody
from hdr_bench.web.database.comparison import count_right
from hdr_bench.web.database.versions import list_versions, serve_version, served_versions
from hdr_bench.web.listing import describe_comparison, describe_model
from hdr_bench.web.state import state_of


async def list_all(request: Request) -> Response:
    """List the models that answer, with all their versions.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    return write_reply(await state_of(request).read(_list_models))


def _list_models(session: Session) -> ModelList:
    models = [
        ModelVersions(**describe_model(served, list_versions(session, served.name)))
        for served, _ in served_versions(session)
    ]
    return ModelList(models=models)


async def serve(request: Request) -> Response:
    """Let a version of a model answer from now on: to roll back, or to take one that is offered.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    name: str = request.path_params["name"]
    body = await read_body(request, VersionBody)
    state = state_of(request)
    if await state.write(lambda session: serve_version(session, name, body.version)) is None:
        raise HTTPException(404, f"There is no version {body.version} of a model {name[:64]!r}.")
    await state.refresh()
    return write_reply(await state.read(_list_models))


async def compare(request: Request) -> Response:
    """Return the accuracy of each version on what people drew, beside its accuracy on MNIST.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    counts = await state_of(request).read(count_right)
    rows = [ComparisonRow.model_validate(describe_comparison(version, count)) for version, count in counts]
    return write_reply(ComparisonReply(models=rows))


ENDPOINTS = (
    Endpoint("GET", "/api/models", list_all, "List the models that answer, with all their versions.", ModelList),
    Endpoint(
        "PUT",
        "/api/models/{name}",
        serve,
        "Let a version of a model answer from now on: to roll back, or to take one that is offered.",
        ModelList,
        VersionBody,
        faults=(400, 404, 409, 415, 422, 503),
    ),
    Endpoint(
        "GET",
        "/api/comparison",
        compare,
        "Return the accuracy of each version on what people drew, beside its accuracy on MNIST.",
        ComparisonReply,
    ),
)
