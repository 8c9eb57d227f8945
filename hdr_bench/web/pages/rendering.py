"""Pages rendered from templates, which escape every value."""

from functools import cache
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hdr_bench.web.pages.forms import csrf_token


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hdr_bench.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, template: str, *, here: str = "", status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request : Request
    template : str
        File name.
    here : str
        Address of the page in the navigation; empty if it is not listed there.
    status : int
    **values
        Values for the template.

    Returns
    -------
    response : HTMLResponse
    """
    settings = request.app.state.hdr_bench.settings
    shared = {"here": here, "token": settings.token, "csrf": csrf_token(request)}
    page = _environment().get_template(template).render(has_audit=settings.audit is not None, **shared, **values)
    # A page contains tokens and personal data, so no intermediate cache may store it.
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def render_sentence(request: Request, heading: str, sentence: str, status: int) -> HTMLResponse:
    """Return a page with a single sentence, such as an error.

    Parameters
    ----------
    request : Request
    heading : str
    sentence : str
    status : int

    Returns
    -------
    response : HTMLResponse
    """
    return render(request, "sentence.html", status=status, heading=heading, sentence=sentence)
