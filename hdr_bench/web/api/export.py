"""The collection as a data set that `hdr-bench run --dataset` reads: a ZIP with one folder per digit, or CSV."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.endpoints import Endpoint, Parameter
from hdr_bench.web.api.filters import EXPORT_FILTERS
from hdr_bench.web.database.collection import ExportedDigit
from hdr_bench.web.services.filters import corrections_of
from hdr_bench.web.services.provide import services_of

_SIDE = 28
# A fixed time for all files in the ZIP, so that equal collections give equal files.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_folders(digits: Iterable[ExportedDigit]) -> bytes:
    """Write digits as a ZIP with one folder per digit and one PNG per image.

    Parameters
    ----------
    digits : iterable of ExportedDigit

    Returns
    -------
    content : bytes
    """
    from PIL import Image

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for digit in digits:
            png = io.BytesIO()
            Image.frombytes("L", (_SIDE, _SIDE), digit.image).save(png, "PNG")
            archive.writestr(zipfile.ZipInfo(f"{digit.label}/{digit.id:07d}.png", _TIME), png.getvalue())
    return file.getvalue()


def write_csv(digits: Iterable[ExportedDigit]) -> bytes:
    """Write digits as CSV, like MNIST's CSV files: the label, then 784 pixels.

    Parameters
    ----------
    digits : iterable of ExportedDigit

    Returns
    -------
    content : bytes
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["label", *(f"pixel{number}" for number in range(_SIDE * _SIDE))])
    writer.writerows([digit.label, *digit.image] for digit in digits)
    return text.getvalue().encode("ascii")


_FORMATS: dict[str, tuple[Callable[[Iterable[ExportedDigit]], bytes], str, str]] = {
    "folder": (write_folders, "application/zip", "digits.zip"),
    "csv": (write_csv, "text/csv", "digits.csv"),
}


async def export(request: Request) -> Response:
    """Return the corrected digits as a data set.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    name = request.query_params.get("format", "folder")
    if name not in _FORMATS:
        raise HTTPException(422, f"format must be {' or '.join(_FORMATS)}, got {name[:40]!r}.")
    write, media_type, file_name = _FORMATS[name]
    content = await services_of(request).corrections.export(
        # A label that every model finds unlikely may be a slip of the hand.
        corrections_of(request.query_params, review="settled"),
        write,
    )
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, media_type=media_type, headers=headers)


_BINARY: dict[str, object] = {"type": "string", "format": "binary"}
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/export",
        export,
        "Return the corrected digits as a data set, without marks that are not digits and without corrections "
        "that are waiting for review.",
        {media_type: _BINARY for _, media_type, _ in _FORMATS.values()},
        query=(
            Parameter(
                "format", "Format of the data set.", {"type": "string", "enum": list(_FORMATS), "default": "folder"}
            ),
            *EXPORT_FILTERS,
        ),
        faults=(422,),
    ),
)
