"""Stored readings: created from pictures, listed, shown and deleted."""

from typing import Literal, cast

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import media_type, page_number, write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.filters import PAGE, READING_FILTERS
from hdr_bench.web.api.replies import reply_of_reading
from hdr_bench.web.api.schemas import Deleted, ReadingList, ReadingReply
from hdr_bench.web.database.pictures import add_reading, load_reading
from hdr_bench.web.recognition.requests import Drawing
from hdr_bench.web.services.filters import KINDS, readings_of
from hdr_bench.web.services.provide import services_of
from hdr_bench.web.services.readings import missing_reading
from hdr_bench.web.state import state_of

Kind = Literal["drawing", "upload"]
_MOST_FIELDS = 10
_MULTIPART = "multipart/form-data"


async def add(request: Request) -> Response:
    """Read a picture and store it with its reading; the response is sent once it is stored.

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
            raise HTTPException(422, "The field file contains no picture.")
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
    if kind not in KINDS:
        raise HTTPException(422, f"kind must be {' or '.join(KINDS)}, got {kind[:40]!r}.")
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
    found = await services_of(request).readings.list_page(readings_of(request.query_params), page_number(request))
    return write_reply(ReadingList.model_validate(found))


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
    await services_of(request).readings.delete(request.path_params["id"])
    return Response(status_code=204)


async def delete_all_of_writer(request: Request) -> Response:
    """Delete all pictures of a writer, with their readings, answers and corrections.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    deleted = await services_of(request).readings.delete_writer(request.path_params["name"])
    return write_reply(Deleted(deleted=deleted))


_FORM: dict[str, object] = {
    _MULTIPART: {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "kind": {"type": "string", "enum": list(KINDS), "default": "upload"},
            "writer": {"type": "string"},
        },
        "required": ["file"],
    }
}
ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/readings",
        add,
        "Read a picture and store it.",
        ReadingReply,
        _FORM,
        201,
        faults=(415, 422),
    ),
    Endpoint(
        "GET",
        "/api/readings",
        list_all,
        "List readings, newest first; filters on marks must match one of their corrections.",
        ReadingList,
        query=(PAGE, *READING_FILTERS),
        faults=(422,),
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
        "Delete all pictures of a writer, with their readings, answers and corrections.",
        Deleted,
        faults=(404, 422),
    ),
)
