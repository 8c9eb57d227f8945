"""Corrections: what people say that marks are."""

from typing import Literal

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import page_number, read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint, Parameter
from hdr_bench.web.api.readings import PAGE, WRITER
from hdr_bench.web.api.schemas import CorrectionBody, CorrectionList, CorrectionReply
from hdr_bench.web.database.collection import CorrectionFilter, list_corrections
from hdr_bench.web.database.corrections import confirm, correct, find_correction, remove_correction
from hdr_bench.web.listing import describe_correction
from hdr_bench.web.state import state_of

_REVIEWS = ("clear", "waiting", "confirmed")
_NOT_A_DIGIT = "none"


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
    state = state_of(request)

    def store(session: Session) -> tuple[CorrectionReply, bool] | None:
        was_there = find_correction(session, body.digit_id) is not None
        correction = correct(session, body.digit_id, body.label)
        return None if correction is None else (CorrectionReply(**describe_correction(correction)), was_there)

    stored = await state.write(store)
    if stored is None:
        raise HTTPException(404, f"There is no mark {body.digit_id}: its picture may have been deleted.")
    await state.retraining.consider()
    reply, was_there = stored
    return write_reply(reply, 200 if was_there else 201)


async def list_all(request: Request) -> Response:
    """List corrections, newest first.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    chosen, number = filter_of(request), page_number(request)

    def find(session: Session) -> CorrectionList:
        page = list_corrections(session, chosen, number)
        rows = [CorrectionReply(**describe_correction(row)) for row in page.rows]
        return CorrectionList(corrections=rows, page=page.number, pages=page.n_pages, total=page.total)

    return write_reply(await state_of(request).read(find))


async def delete(request: Request) -> Response:
    """Take a correction back; the models' answers stay.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    correction_id: int = request.path_params["id"]
    if not await state_of(request).write(lambda session: remove_correction(session, correction_id)):
        raise _missing(correction_id)
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
    correction_id: int = request.path_params["id"]

    def store(session: Session) -> CorrectionReply | None:
        correction = confirm(session, correction_id)
        return None if correction is None else CorrectionReply(**describe_correction(correction))

    state = state_of(request)
    reply = await state.write(store)
    if reply is None:
        raise _missing(correction_id)
    await state.retraining.consider()
    return write_reply(reply)


def _missing(correction_id: int) -> HTTPException:
    return HTTPException(404, f"There is no correction {correction_id}: it may have been taken back.")


def filter_of(request: Request) -> CorrectionFilter:
    """Return which corrections an address asks for.

    Parameters
    ----------
    request : Request

    Returns
    -------
    chosen : CorrectionFilter

    Raises
    ------
    HTTPException
        If a value is not one of those that can be.
    """
    query = request.query_params
    review = query.get("review", "")
    if review and review not in _REVIEWS:
        raise HTTPException(422, f"review must be one of {', '.join(_REVIEWS)}, got {review[:40]!r}.")
    return CorrectionFilter(
        label=_label(query.get("label")),
        model_digit=_digit("model_digit", query.get("model_digit")),
        review=review,
        writer=query.get("writer"),
        wrong_for=query.get("wrong_for", ""),
    )


def _label(text: str | None) -> int | Literal["none"] | None:
    return "none" if text == _NOT_A_DIGIT else _digit("label", text)


def _digit(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if len(text) == 1 and text.isascii() and text.isdigit():
        return int(text)
    raise HTTPException(422, f"{name} must be a digit from 0 to 9, got {text[:40]!r}.")


_ONE_DIGIT: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": 9}
FILTERS = (
    Parameter(
        "label", "What the marks are; none for other than digits.", {"type": "string", "pattern": "^([0-9]|none)$"}
    ),
    Parameter("model_digit", "What the pictures were read as there.", _ONE_DIGIT),
    Parameter("review", "Whether a second look is needed.", {"type": "string", "enum": list(_REVIEWS)}),
    WRITER,
    Parameter("wrong_for", "Model that answered otherwise.", {"type": "string"}),
)
ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/corrections",
        add,
        "Say what a mark is; 200 if that replaces what was said before.",
        CorrectionReply,
        CorrectionBody,
        201,
        faults=(400, 404, 415, 422, 503),
    ),
    Endpoint(
        "GET",
        "/api/corrections",
        list_all,
        "List corrections, newest first.",
        CorrectionList,
        query=(PAGE, *FILTERS),
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
