"""The picture of a reading, and the stages that led to it."""

from collections import OrderedDict
from io import BytesIO

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.readings import missing_reading
from hdr_bench.web.api.schemas import Step, StepList
from hdr_bench.web.database.pictures import load_content
from hdr_bench.web.recognition.records import StepPicture
from hdr_bench.web.state import AppState, state_of

# What browsers show; anything else that can be read is converted.
_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
# The page asks for the list of stages, then for each picture: they are drawn once for all of these.
_MOST_KEPT = 4
# No browser takes a picture for a page, whatever its bytes look like.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Cache-Control": "private, max-age=600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class DrawnSteps:
    """Stages that were drawn last.

    Attributes
    ----------
    kept : OrderedDict
        By reading.
    """

    def __init__(self) -> None:
        self.kept: OrderedDict[int, tuple[StepPicture, ...]] = OrderedDict()

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
        found = await _load(state, reading_id)
        if found is None:
            self.kept.pop(reading_id, None)
            raise missing_reading(reading_id)
        if reading_id not in self.kept:
            self.kept[reading_id] = await state.pool.draw_steps(found[0], found[1])
        self.kept.move_to_end(reading_id)
        while len(self.kept) > _MOST_KEPT:
            self.kept.popitem(last=False)
        return self.kept[reading_id]


async def _load(state: AppState, reading_id: int) -> tuple[bytes, str, str] | None:
    """Return the content, kind and media type of the picture of a reading."""

    def find(session: Session) -> tuple[bytes, str, str] | None:
        picture = load_content(session, reading_id)
        return None if picture is None else (picture.content, picture.kind, picture.media_type)

    return await state.read(find)


async def show_picture(request: Request) -> Response:
    """Return the picture of a reading, as a browser shows it.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    reading_id: int = request.path_params["id"]
    found = await _load(state_of(request), reading_id)
    if found is None:
        raise missing_reading(reading_id)
    content, _, media_type = found
    if media_type in _SHOWN:
        return Response(content, media_type=media_type, headers=_SAFE)
    return Response(await run_in_threadpool(_to_png, content), media_type="image/png", headers=_SAFE)


def _to_png(content: bytes) -> bytes:
    from PIL import Image

    from hdr_bench.pictures.load import MOST_PIXELS
    from hdr_bench.pictures.load import load_content as load_picture

    file = BytesIO()
    Image.fromarray(load_picture(content, "the picture", MOST_PIXELS).color).save(file, "PNG")
    return file.getvalue()


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
        raise HTTPException(404, f"There is no stage {name[:40]!r}. The list of stages names all.")
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
        "Return the picture of a reading; of a kind that browsers do not show, as a PNG.",
        _PICTURES,
        faults=(404,),
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
