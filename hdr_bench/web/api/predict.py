"""Predictions without storing anything: for a drawing in progress, or for images in MNIST's format."""

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import flag, media_type, read_body, write_reply
from hdr_bench.web.api.endpoints import Endpoint, Parameter
from hdr_bench.web.api.replies import reply_of_answer, reply_to_drawing
from hdr_bench.web.api.schemas import DrawingReply, ImageReply, ImagesBody, ImagesReply
from hdr_bench.web.recognition.requests import Drawing
from hdr_bench.web.state import state_of

_PICTURES = ("image/png", "image/jpeg", "image/webp")
_BINARY: dict[str, object] = {"type": "string", "format": "binary"}


async def predict(request: Request) -> Response:
    """Read a drawing, or recognize images.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    if media_type(request) == "application/json":
        return await _predict_images(request)
    if media_type(request) not in _PICTURES:
        raise HTTPException(415, f"Send a drawing as {', '.join(_PICTURES)}, or images as application/json.")
    drawing = Drawing(await request.body(), is_finished=not flag(request, "unfinished"))
    answers = await state_of(request).pool.read_drawing(drawing)
    return write_reply(reply_to_drawing(answers))


async def _predict_images(request: Request) -> Response:
    body = await read_body(request, ImagesBody)
    answers = await state_of(request).pool.recognize(np.array(body.images, np.uint8))
    images = [ImageReply(answers=[reply_of_answer(answer) for answer in each]) for each in answers]
    return write_reply(ImagesReply(images=images))


_BODY: dict[str, object] = dict.fromkeys(_PICTURES, _BINARY) | {"application/json": ImagesBody}
_REPLY: dict[str, object] = {"application/json": (DrawingReply, ImagesReply)}
ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/predict",
        predict,
        "Read a drawing on a plain background, or recognize images of 28x28 pixels, without storing anything.",
        _REPLY,
        _BODY,
        query=(
            Parameter(
                "unfinished",
                "Whether the drawing is still in progress: faster, but touching digits are not separated.",
                {"type": "boolean", "default": False},
            ),
        ),
        faults=(400, 413, 415, 422, 503),
    ),
)
