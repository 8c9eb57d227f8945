"""The picture of a reading, and the stages that led to it."""

import asyncio
from collections import OrderedDict

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import Step, StepList
from hdr_bench.web.database.contents import load_content, load_digest
from hdr_bench.web.recognition.records import ServedVersion, StepPicture
from hdr_bench.web.services.readings import missing_reading
from hdr_bench.web.state import AppState, state_of

# Types that browsers can show; all other readable types are converted.
_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
# The page requests the list of stages, then each picture; all stages are drawn once for these requests.
_MOST_KEPT, _SECONDS_KEPT = 4, 60.0
# Keeps browsers from interpreting a picture as a page, whatever its content.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
_Key = tuple[int, str, tuple[ServedVersion, ...]]


class DrawnSteps:
    """Cache of recently drawn stages, for one minute; each request checks that their picture still exists.

    Attributes
    ----------
    kept : OrderedDict
        Stages by reading, SHA-256 of its picture, and version that segmented it.
    """

    def __init__(self) -> None:
        self.kept: OrderedDict[_Key, tuple[StepPicture, ...]] = OrderedDict()

    async def draw(self, state: AppState, reading_id: int) -> tuple[StepPicture, ...]:
        """Return the stages of a reading.

        Parameters
        ----------
        state : AppState
        reading_id : int

        Returns
        -------
        steps : tuple of StepPicture
        """
        digest = await state.read(lambda session: load_digest(session, reading_id))
        if digest is None:
            self._forget(reading_id)
            raise missing_reading(reading_id)
        key = reading_id, digest, state.pool.versions[:1]
        if key in self.kept:
            return self.kept[key]
        content, kind, _ = await _load(state, reading_id)
        steps = await state.pool.draw_steps(content, kind)
        self._keep(key, steps)
        return steps

    def _keep(self, key: _Key, steps: tuple[StepPicture, ...]) -> None:
        self.kept[key] = steps
        if len(self.kept) > _MOST_KEPT:
            self.kept.popitem(last=False)
        # A deleted picture must be gone, even if nobody requests its stages again.
        asyncio.get_running_loop().call_later(_SECONDS_KEPT, self.kept.pop, key, None)

    def _forget(self, reading_id: int) -> None:
        for key in [key for key in self.kept if key[0] == reading_id]:
            del self.kept[key]


async def _load(state: AppState, reading_id: int) -> tuple[bytes, str, str]:
    """Return the content, kind and media type of a reading's picture."""

    def find(session: Session) -> tuple[bytes, str, str] | None:
        picture = load_content(session, reading_id)
        return None if picture is None else (picture.content, picture.kind, picture.media_type)

    found = await state.read(find)
    if found is None:
        raise missing_reading(reading_id)
    return found


async def show_picture(request: Request) -> Response:
    """Return the picture of a reading, in a format that browsers can show.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    state = state_of(request)
    content, _, media_type = await _load(state, request.path_params["id"])
    if media_type not in _SHOWN:
        content, media_type = await state.pool.convert_picture(content), "image/png"
    return Response(content, media_type=media_type, headers=_SAFE)


async def list_steps(request: Request) -> Response:
    """List the stages of a reading.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    reading_id: int = request.path_params["id"]
    steps = await _steps_of(request).draw(state_of(request), reading_id)
    listed = [
        Step(name=step.name, title=step.title, url=f"/api/readings/{reading_id}/steps/{step.name}") for step in steps
    ]
    return write_reply(StepList(steps=listed))


async def show_step(request: Request) -> Response:
    """Return the picture of a stage.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    reading_id, name = request.path_params["id"], request.path_params["name"]
    steps = await _steps_of(request).draw(state_of(request), reading_id)
    step = next((each for each in steps if each.name == name), None)
    if step is None:
        raise HTTPException(404, f"There is no stage {name[:40]!r}. Choose one from the list of stages.")
    return Response(step.png, media_type="image/png", headers=_SAFE)


def _steps_of(request: Request) -> DrawnSteps:
    steps: DrawnSteps = request.app.state.drawn_steps
    return steps


_PNG: dict[str, object] = {"image/png": {"type": "string", "format": "binary"}}
_PICTURES: dict[str, object] = {name: {"type": "string", "format": "binary"} for name in sorted(_SHOWN)}
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/readings/{id:int}/picture",
        show_picture,
        "Return the picture of a reading; formats that browsers cannot show become a PNG of at most 1600x1600 pixels.",
        _PICTURES,
        faults=(404, 503),
    ),
    Endpoint(
        "GET",
        "/api/readings/{id:int}/steps",
        list_steps,
        "List the stages of a reading.",
        StepList,
        faults=(404, 503),
    ),
    Endpoint(
        "GET",
        "/api/readings/{id:int}/steps/{name}",
        show_step,
        "Return the picture of a stage.",
        _PNG,
        faults=(404, 503),
    ),
)
