"""Stored readings: pictures come in, are listed, shown and deleted."""

from typing import Literal, cast

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import media_type, page_number, write_reply
from hdr_bench.web.api.endpoints import Endpoint, Parameter
from hdr_bench.web.api.replies import reply_of_reading
from hdr_bench.web.api.schemas import Deleted, ListedReading, ReadingList, ReadingReply
from hdr_bench.web.database.pictures import (
    ReadingFilter,
    add_reading,
    delete_picture,
    delete_writer,
    list_readings,
    load_reading,
)
from hdr_bench.web.listing import describe_reading
from hdr_bench.web.recognition.requests import Drawing
from hdr_bench.web.state import state_of

Kind = Literal["drawing", "upload"]
_KINDS = ("upload", "drawing")
_CORRECTED = {"": None, "true": True, "false": False}
_MOST_FIELDS = 10
_MULTIPART = "multipart/form-data"


async def add(request: Request) -> Response:
    """Read a picture and store it with its reading; it is acknowledged once it is stored.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    if media_type(request) != _MULTIPART:
        raise HTTPException(415, f"Send the picture as {_MULTIPART}, in the field file.")
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(422, "There is no picture in the field file.")
        content, name = await file.read(), file.filename or ""
        kind, writer = _kind_of(form), _text_of(form, "writer")
    state = state_of(request)
    pool = state.pool
    answers = await (pool.read_drawing(Drawing(content)) if kind == "drawing" else pool.read_picture(content))

    def store(session: Session) -> ReadingReply:
        reading = add_reading(session, content=content, kind=kind, name=name, writer=writer, answers=answers)
        return reply_of_reading(reading)

    reply = await state.write(store)
    return write_reply(reply, 201, {"Location": f"/api/readings/{reply.id}"})


def _kind_of(form: FormData) -> Kind:
    kind = _text_of(form, "kind") or "upload"
    if kind not in _KINDS:
        raise HTTPException(422, f"kind must be {' or '.join(_KINDS)}, got {kind[:40]!r}.")
    return cast("Kind", kind)


def _text_of(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str):
        raise HTTPException(422, f"The field {name} must be text, not a file.")
    return value


async def list_all(request: Request) -> Response:
    """List stored readings, newest first.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    chosen, number = _filter_of(request), page_number(request)

    def find(session: Session) -> ReadingList:
        page = list_readings(session, chosen, number)
        rows = [ListedReading(**describe_reading(row)) for row in page.rows]
        return ReadingList(readings=rows, page=page.number, pages=page.n_pages, total=page.total)

    return write_reply(await state_of(request).read(find))


def _filter_of(request: Request) -> ReadingFilter:
    query = request.query_params
    kind, corrected = query.get("kind", ""), query.get("corrected", "")
    if kind and kind not in _KINDS:
        raise HTTPException(422, f"kind must be {' or '.join(_KINDS)}, got {kind[:40]!r}.")
    if corrected not in _CORRECTED:
        raise HTTPException(422, f"corrected must be true or false, got {corrected[:40]!r}.")
    return ReadingFilter(writer=query.get("writer"), kind=cast("Kind", kind), corrected=_CORRECTED[corrected])


async def show(request: Request) -> Response:
    """Return a stored reading.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    reading_id: int = request.path_params["id"]

    def find(session: Session) -> ReadingReply | None:
        reading = load_reading(session, reading_id)
        return None if reading is None else reply_of_reading(reading)

    reply = await state_of(request).read(find)
    if reply is None:
        raise missing_reading(reading_id)
    return write_reply(reply)


async def delete(request: Request) -> Response:
    """Delete a picture with its readings, answers and corrections.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    reading_id: int = request.path_params["id"]

    def remove(session: Session) -> bool:
        reading = load_reading(session, reading_id)
        return reading is not None and delete_picture(session, reading.picture_id)

    if not await state_of(request).write(remove):
        raise missing_reading(reading_id)
    return Response(status_code=204)


async def delete_all_of_writer(request: Request) -> Response:
    """Delete all pictures of a writer, with what hangs on them.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    writer: str = request.path_params["name"]
    deleted = await state_of(request).write(lambda session: delete_writer(session, writer))
    if not deleted:
        raise HTTPException(404, "There is no picture of this writer. Check how the name is written.")
    return write_reply(Deleted(deleted=deleted))


def missing_reading(reading_id: int) -> HTTPException:
    """Return the error for a reading that is not there.

    Parameters
    ----------
    reading_id : int

    Returns
    -------
    error : HTTPException
    """
    return HTTPException(404, f"There is no reading {reading_id}: it may have been deleted.")


_FORM: dict[str, object] = {
    _MULTIPART: {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "kind": {"type": "string", "enum": list(_KINDS), "default": "upload"},
            "writer": {"type": "string"},
        },
        "required": ["file"],
    }
}
PAGE = Parameter("page", "Page of the list, from 1.", {"type": "integer", "minimum": 1, "default": 1})
WRITER = Parameter("writer", "Who wrote the digits; empty for nobody named.", {"type": "string"})
_FILTERS = (
    PAGE,
    WRITER,
    Parameter("kind", "How the pictures came.", {"type": "string", "enum": list(_KINDS)}),
    Parameter("corrected", "With or without corrections.", {"type": "boolean"}),
)
ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/readings",
        add,
        "Read a picture and store it.",
        ReadingReply,
        _FORM,
        201,
        faults=(400, 413, 415, 422, 503),
    ),
    Endpoint(
        "GET", "/api/readings", list_all, "List readings, newest first.", ReadingList, query=_FILTERS, faults=(422,)
    ),
    Endpoint("GET", "/api/readings/{id:int}", show, "Return a reading.", ReadingReply, faults=(404,)),
    Endpoint(
        "DELETE",
        "/api/readings/{id:int}",
        delete,
        "Delete a picture with its readings, answers and corrections.",
        status=204,
        faults=(404,),
    ),
    Endpoint(
        "DELETE",
        "/api/writers/{name:path}",
        delete_all_of_writer,
        "Delete all pictures of a writer, with what hangs on them.",
        Deleted,
        faults=(404,),
    ),
)
