"""Corrections: what people say that marks are."""

from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import page_number, read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.filters import CORRECTION_FILTERS, PAGE
from hdr_bench.web.api.schemas import CorrectionBody, CorrectionList, CorrectionReply
from hdr_bench.web.services.filters import corrections_of
from hdr_bench.web.services.provide import services_of


async def add(request: Request) -> Response:
    """Say what a mark is; it is acknowledged once it is stored.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    body = await read_body(request, CorrectionBody)
    stored, was_there = await services_of(request).corrections.store(body.digit_id, body.label)
    return write_reply(CorrectionReply.model_validate(stored), 200 if was_there else 201)


async def list_all(request: Request) -> Response:
    """List corrections, newest first.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    found = await services_of(request).corrections.list_page(corrections_of(request.query_params), page_number(request))
    return write_reply(CorrectionList.model_validate(found))


async def delete(request: Request) -> Response:
    """Take a correction back; the models' answers stay.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    await services_of(request).corrections.remove(request.path_params["id"])
    return Response(status_code=204)


async def confirm_label(request: Request) -> Response:
    """Confirm a correction that waits for a second look.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    stored = await services_of(request).corrections.confirm(request.path_params["id"])
    return write_reply(CorrectionReply.model_validate(stored))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/corrections",
        add,
        "Say what a mark is; 200 if that replaces what was said before.",
        CorrectionReply,
        CorrectionBody,
        201,
        also=(200,),
        faults=(404, 415, 422),
    ),
    Endpoint(
        "GET",
        "/api/corrections",
        list_all,
        "List corrections, newest first.",
        CorrectionList,
        query=(PAGE, *CORRECTION_FILTERS),
        faults=(422,),
    ),
    Endpoint(
        "DELETE",
        "/api/corrections/{id:int}",
        delete,
        "Take a correction back; the models' answers stay.",
        status=204,
        faults=(404,),
    ),
    Endpoint(
        "POST",
        "/api/corrections/{id:int}/confirm",
        confirm_label,
        "Confirm a correction that waits for a second look.",
        CorrectionReply,
        faults=(404,),
    ),
)
