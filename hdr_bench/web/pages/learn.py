"""Page on which models learn: unused corrections, retrainings, versions."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hdr_bench.web.pages.forms import read_form
from hdr_bench.web.pages.numbers import write_count
from hdr_bench.web.pages.rendering import render
from hdr_bench.web.pages.version_rows import make_models
from hdr_bench.web.services.provide import services_of

_RUNNING = frozenset({"queued", "running"})
# Redirect after a form is submitted, so that reloading the page does not submit it again.
_SEE_OTHER = 303


async def _learn(request: Request) -> Response:
    services = services_of(request)
    learning, jobs = await services.learning.count(), await services.learning.list_last()
    models = await services.models.list_all()
    running = [job for job in jobs if job["state"] in _RUNNING]
    return render(
        request,
        "learn.html",
        here="/learn",
        unused=_say_unused(learning),
        waiting=_say_waiting(learning["waiting_for_review"]),
        running=running,
        outcome=None if running or not jobs else _say_outcome(jobs[0]),
        models=make_models(models, frozenset(job["model"] for job in running)),
    )


def _say_unused(learning: Mapping[str, Any]) -> str:
    unused, after, model = learning["unused"], learning["retrain_after"], learning["model"]
    words = f"{write_count(unused, 'correction has', 'corrections have')} not been used for training yet."
    if not after or model is None:
        return f"{words} Press a button below to retrain a model."
    return f"{words} At {after:,}, {model} is retrained automatically; press a button to retrain any model now."


def _say_waiting(waiting: int) -> str:
    return f"{write_count(waiting, 'correction waits', 'corrections wait')} for review." if waiting else ""


def _say_outcome(job: Mapping[str, Any]) -> dict[str, str]:
    if job["state"] == "failed":
        return {"kind": "problem", "words": f"The last retraining of {job['model']} failed. {job['reason']}"}
    return {"kind": "done", "words": f"The last retraining of {job['model']}: {job['reason'] or job['state']}"}


async def _retrain(request: Request) -> Response:
    form = await read_form(request)
    await services_of(request).learning.request(form.get("model", ""))
    return RedirectResponse("/learn", _SEE_OTHER)


async def _serve(request: Request) -> Response:
    form = await read_form(request)
    number = form.get("version", "")
    if not (number.isascii() and number.isdigit()):
        raise HTTPException(400, f"The version must be a whole number, got {number[:40]!r}. Reload the page.")
    await services_of(request).models.serve(form.get("model", ""), int(number))
    return RedirectResponse("/learn", _SEE_OTHER)


routes = [
    Route("/learn", _learn),
    Route("/learn/retrain", _retrain, methods=["POST"]),
    Route("/learn/serve", _serve, methods=["POST"]),
]
