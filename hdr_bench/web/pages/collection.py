"""Page of the collection: a list with filters, review of corrections, deletion, export."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hdr_bench.web.database.collection import CorrectionFilter
from hdr_bench.web.pages.collection_filters import PageFilter, list_answers, read_filter
from hdr_bench.web.pages.collection_rows import make_rows
from hdr_bench.web.pages.forms import read_form
from hdr_bench.web.pages.rendering import render
from hdr_bench.web.services.corrections import CorrectionService
from hdr_bench.web.services.filters import corrections_of, readings_of
from hdr_bench.web.services.provide import services_of

# Redirect after a form is submitted, so that reloading the page does not submit it again.
_SEE_OTHER = 303


async def _collection(request: Request) -> Response:
    chosen, services = read_filter(request.query_params), services_of(request)
    found = await services.readings.list_page(readings_of(chosen.query), _page(request))
    waiting = await services.corrections.list_page(CorrectionFilter(review="waiting"), 1)
    n_exported, n_left_out = await _count_exported(services.corrections, chosen)
    return render(
        request,
        "collection.html",
        here="/collection",
        chosen=chosen,
        answers=list_answers(await services.models.list_all()),
        rows=make_rows(found["readings"]),
        page=found["page"],
        pages=found["pages"],
        total=found["total"],
        waiting=waiting["corrections"],
        more_waiting=waiting["total"] - len(waiting["corrections"]),
        n_exported=n_exported,
        n_left_out=n_left_out,
    )


async def _count_exported(corrections: CorrectionService, chosen: PageFilter) -> tuple[int, int]:
    if chosen.fields["corrected"] == "false":
        return 0, 0
    return await corrections.count_exported(corrections_of(chosen.export_query))


def _page(request: Request) -> int:
    number = request.query_params.get("page", "1")
    # Longer numbers exceed any list, and the range of the database's integers.
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1


async def _delete_reading(request: Request) -> Response:
    await read_form(request)
    await services_of(request).readings.delete(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


async def _delete_writer(request: Request) -> Response:
    form = await read_form(request)
    await services_of(request).readings.delete_writer(form.get("writer", ""))
    return RedirectResponse("/collection", _SEE_OTHER)


async def _confirm(request: Request) -> Response:
    await read_form(request)
    await services_of(request).corrections.confirm(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


async def _remove_correction(request: Request) -> Response:
    await read_form(request)
    await services_of(request).corrections.remove(request.path_params["id"])
    return RedirectResponse("/collection", _SEE_OTHER)


routes = [
    Route("/collection", _collection),
    Route("/readings/{id:int}/delete", _delete_reading, methods=["POST"]),
    Route("/writers/delete", _delete_writer, methods=["POST"]),
    Route("/corrections/{id:int}/confirm", _confirm, methods=["POST"]),
    Route("/corrections/{id:int}/delete", _remove_correction, methods=["POST"]),
]
