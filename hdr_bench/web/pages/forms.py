"""Forms of the pages: each carries a token that other sites cannot read."""

import secrets
from typing import cast

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

_FIELD = "csrf"
_MOST_FIELDS = 20


def csrf_token(request: Request) -> str:
    """Return the token that forms carry; the server generates a new one at each start.

    Parameters
    ----------
    request : Request

    Returns
    -------
    token : str
    """
    state = request.app.state
    if not hasattr(state, "csrf_token"):
        state.csrf_token = secrets.token_urlsafe(32)
    return cast("str", state.csrf_token)


def check_csrf(request: Request, form: FormData) -> None:
    """Reject a form that was not submitted from one of the pages.

    Parameters
    ----------
    request : Request
    form : FormData

    Raises
    ------
    HTTPException
        If the token is missing or different.
    """
    came = form.get(_FIELD)
    if isinstance(came, str) and secrets.compare_digest(came.encode(), csrf_token(request).encode()):
        return
    raise HTTPException(403, "The server was restarted after this page was loaded. Reload the page and try again.")


async def read_form(request: Request) -> dict[str, str]:
    """Check a form's token, and return its fields.

    Parameters
    ----------
    request : Request

    Returns
    -------
    fields : dict of str
        Without files.
    """
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        check_csrf(request, form)
        return {name: value for name, value in form.items() if isinstance(value, str)}
