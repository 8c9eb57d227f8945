"""Page of a label audit: images whose labels may be wrong, one at a time, with the decision on each."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hdr_bench.records.decisions import NEITHER, UNSURE
from hdr_bench.web.pages.class_keys import class_keys
from hdr_bench.web.pages.forms import read_form
from hdr_bench.web.pages.images import draw_image
from hdr_bench.web.pages.rendering import render, render_sentence
from hdr_bench.web.services.audit import AuditView
from hdr_bench.web.services.provide import services_of

# Redirect after a form is submitted, so that reloading the page does not submit it again.
_SEE_OTHER = 303
# More classes than this fill a phone's screen with buttons, so a text field takes their place.
_MOST_BUTTONS = 20
_MOST_DIGITS = 12
_WORDS = {NEITHER: "none of the classes", UNSURE: "unsure"}


async def _first(request: Request) -> Response:
    place = await services_of(request).audit.find_first()
    if not place:
        return render_sentence(request, "Label audit", "This audit found no images whose labels may be wrong.", 200)
    return RedirectResponse(f"/audit/{place}", _SEE_OTHER)


async def _candidate(request: Request) -> Response:
    view = await services_of(request).audit.find(request.path_params["place"])
    has_buttons = len(view.class_names) <= _MOST_BUTTONS
    return render(
        request,
        "audit.html",
        here="/audit",
        view=view,
        decided=_say_decision(view),
        buttons=_other_classes(view) if has_buttons else (),
        typed=() if has_buttons else view.class_names,
        class_keys=class_keys(view.class_names) if has_buttons else {},
        neither=NEITHER,
        unsure=UNSURE,
    )


def _other_classes(view: AuditView) -> tuple[str, ...]:
    """Return the classes that do not have their own button yet."""
    return tuple(name for name in view.class_names if name not in {view.candidate.given, view.candidate.suggested})


def _say_decision(view: AuditView) -> str:
    row = view.decision
    if not row.decision:
        return ""
    words = "the label is kept" if row.decision == row.given else f"it is {_WORDS.get(row.decision, row.decision)}"
    return f"Decided: {words}{f', by {row.who}' if row.who else ''}{f', {row.when}' if row.when else ''}."


async def _decide(request: Request) -> Response:
    form = await read_form(request)
    index = form.get("index", "")
    if not (index.isascii() and index.isdigit() and len(index) <= _MOST_DIGITS):
        raise HTTPException(422, "The form does not say which image it is for. Reload the page.")
    # The pressed button carries the decision, except the one next to the text field.
    decision = form.get("decision", form.get("class", "").strip() or None)
    if decision is None:
        raise HTTPException(422, "No class was entered. Go back and enter the name of a class.")
    services = services_of(request)
    place = await services.audit.decide(form.get("part", ""), int(index), decision, form.get("who", ""))
    view = await services.audit.find(place)
    following = place if not decision else min(place + 1, view.n_candidates)
    return RedirectResponse(f"/audit/{following}", _SEE_OTHER)


async def _image(request: Request) -> Response:
    image = await services_of(request).audit.image(request.path_params["place"])
    return Response(draw_image(image), media_type="image/png")


async def _neighbour(request: Request) -> Response:
    image = await services_of(request).audit.image(request.path_params["place"], request.path_params["neighbour"])
    return Response(draw_image(image), media_type="image/png")


routes = [
    Route("/audit", _first),
    Route("/audit/{place:int}", _candidate),
    Route("/audit/{place:int}", _decide, methods=["POST"]),
    Route("/audit/{place:int}/image", _image),
    Route("/audit/{place:int}/neighbours/{neighbour:int}", _neighbour),
]
