"""Models: their versions, which of them are in use, and their accuracy."""

from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import ComparisonReply, ModelList, VersionBody
from hdr_bench.web.services.provide import services_of


async def list_all(request: Request) -> Response:
    """List the models in use, with all their versions.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    return await _reply_with_models(request)


async def _reply_with_models(request: Request) -> Response:
    return write_reply(ModelList.model_validate({"models": await services_of(request).models.list_all()}))


async def serve(request: Request) -> Response:
    """Use a version of a model from now on: to roll back, or to accept an offered version.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    name: str = request.path_params["name"]
    body = await read_body(request, VersionBody)
    await services_of(request).models.serve(name, body.version)
    return await _reply_with_models(request)


async def compare(request: Request) -> Response:
    """Return the accuracy of each version on what people drew, beside its accuracy on MNIST.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    return write_reply(ComparisonReply.model_validate(await services_of(request).models.compare()))


ENDPOINTS = (
    Endpoint("GET", "/api/models", list_all, "List the models in use, with all their versions.", ModelList),
    Endpoint(
        "PUT",
        "/api/models/{name}",
        serve,
        "Use a version of a model from now on: to roll back, or to accept an offered version.",
        ModelList,
        VersionBody,
        faults=(404, 409, 415, 422),
    ),
    Endpoint(
        "GET",
        "/api/comparison",
        compare,
        "Return the accuracy of each version on what people drew, beside its accuracy on MNIST.",
        ComparisonReply,
    ),
)
