"""The page of what was collected: a list with filters, a second look at corrections, deletion, export."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hdr_bench.web.pages.collection_rows import make_rows
from hdr_bench.web.pages.forms import read_form
from hdr_bench.web.pages.rendering import render
from hdr_bench.web.pages.source import source_of

_FILTERS = ("writer", "kind", "corrected")
# After a form was sent, the browser asks for the page: loading it again sends nothing twice.
_SEE_OTHER = 303


async def _collection(request: Request) -> Response:
    filters = {name: request.query_params.get(name, "") for name in _FILTERS}
    chosen = {name: value for name, value in filters.items() if value}
    source = source_of(request)
    found, waiting = await source.readings(chosen, _page(request)), await source.waiting()
    return render(
        request,
        "collection.html",
        here="/collection",
        filters=filters,
        filtered=bool(chosen),
        rows=make_rows(found["readings"]),
        page=found["page"],
        pages=found["pages"],
        total=found["total"],
        waiting=waiting["corrections"],
        more_waiting=waiting["total"] - len(waiting["corrections"]),
        page_address=lambda number: _address(chosen, number),
    )


def _page(request: Request) -> int:
    number = request.query_params.get("page", "1")
    # Numbers of so many digits are beyond every list, and beyond what a database compares.
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1


def _address(filters: Mapping[str, Any], page: int) -> str:
    return "/collection?" + urlencode({**filters, "page": page})


async def _delete_reading(request: Request) -> Response:
    await read_form(request)
    await source_of(request).delete_reading(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


async def _delete_writer(request: Request) -> Response:
    form = await read_form(request)
    writer = form.get("writer", "").strip()
    if not writer:
        raise HTTPException(400, "No writer was named. Go back and type the writer's name.")
    await source_of(request).delete_writer(writer)
    return RedirectResponse("/collection", _SEE_OTHER)


async def _confirm(request: Request) -> Response:
    await read_form(request)
    await source_of(request).confirm(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


async def _remove_correction(request: Request) -> Response:
    await read_form(request)
    await source_of(request).remove_correction(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


routes = [
    Route("/collection", _collection),
    Route("/readings/{id:int}/delete", _delete_reading, methods=["POST"]),
    Route("/writers/delete", _delete_writer, methods=["POST"]),
    Route("/corrections/{id:int}/confirm", _confirm, methods=["POST"]),
    Route("/corrections/{id:int}/delete", _remove_correction, methods=["POST"]),
]
