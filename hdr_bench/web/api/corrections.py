"""Corrections: labels that people give to marks."""

from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import page_number, read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.filters import CORRECTION_FILTERS, PAGE
from hdr_bench.web.api.schemas import CorrectionBody, CorrectionList, CorrectionReply
from hdr_bench.web.services.filters import corrections_of
from hdr_bench.web.services.provide import services_of


async def add(request: Request) -> Response:
    """Correct a mark; the response is sent once the correction is stored.

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
    """Delete a correction; the models' answers are kept.

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
    """Confirm a correction that is waiting for review.

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
        "Correct a mark; status 200 if this replaces an earlier correction.",
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
        "Delete a correction; the models' answers are kept.",
        status=204,
        faults=(404,),
    ),
    Endpoint(
        "POST",
        "/api/corrections/{id:int}/confirm",
        confirm_label,
        "Confirm a correction that is waiting for review.",
        CorrectionReply,
        faults=(404,),
    ),
)
