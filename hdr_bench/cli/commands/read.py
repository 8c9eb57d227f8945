"""The command `read`, which reads the digits in pictures."""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.streams import say
from hdr_bench.exceptions import HdrBenchError

if TYPE_CHECKING:
    from hdr_bench.pictures.reading import PictureReadings

# First bytes of the formats. A text begins with the name of a picture, and is never replaced.
_BEGINNINGS = {"json": b'{\n  "format": ', "csv": b"file,model,digit,", "html": b"<!doctype html>"}
_MOST_PIXELS, _LARGEST_LIMIT = 50_000_000, 178_956_970


class Format(StrEnum):
    """Output formats of readings."""

    text = "text"
    json = "json"
    csv = "csv"
    html = "html"


def read(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE...", help="Photos, scans or drawings: PNG, JPEG, WebP, TIFF, ...")
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="Model file to read with, or MODULE:FUNCTION with --trust: a function without arguments that returns "
            "a model; may be given several times, to compare models (default: the embedded model).",
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="Format of the output.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="File to write to (default: standard output).")
    ] = None,
    steps_out: Annotated[
        Path | None,
        typer.Option("--steps-out", metavar="DIR", help="Folder for the result of each stage, as PNG files."),
    ] = None,
    most_pixels: Annotated[
        int, typer.Option(min=1, max=_LARGEST_LIMIT, help="Reject pictures with more pixels.")
    ] = _MOST_PIXELS,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run code contained in a model; only if you trust its author.")
    ] = False,
) -> None:
    """Read the handwritten digits in pictures.

    Finds the digits in a photo, a scan or a drawing, and prints them line by line, with the confidence of each.
    Letters and other marks are rejected, but some are read as digits. If a picture cannot be read, the others still
    are, and the exit code is 2.
    """
    from hdr_bench.files import write_whole
    from hdr_bench.pictures.formats import FORMATS

    if out is not None:
        _check_out(out, format_)
    if steps_out is not None:
        _check_steps_out(steps_out)
    recognizers = _load_models(model or [], trust)
    results = _read_all(pictures, recognizers, most_pixels)
    if steps_out is not None:
        _write_steps(results, steps_out)
    # JSON, CSV and HTML files are complete even if no picture could be read.
    if format_ is not Format.text or any(result.readings for result in results):
        text = FORMATS[format_](results)
        if out is None:
            say(text)
        else:
            write_whole(out, f"{text}\n".encode("utf-8", "backslashreplace"))
    if any(result.error for result in results):
        raise typer.Exit(ExitCode.ERROR)


def _check_out(out: Path, format_: Format) -> None:
    """Check that readings may be written to a path: an existing file is replaced only if it holds readings."""
    if out.is_dir():
        suffix = "txt" if format_ is Format.text else format_.value
        raise typer.BadParameter(f"--out {out} is a folder; name a file, e.g. {out / f'digits.{suffix}'}")
    _check_folder(out.parent, f"--out {out}")
    if not out.exists():
        return
    if not out.is_file():
        raise typer.BadParameter(f"--out {out} is not a file; choose another name")
    with out.open("rb") as file:
        beginning = file.read(64)
    held = next((name for name, first in _BEGINNINGS.items() if beginning.startswith(first)), None)
    if not beginning or held == format_.value:
        return
    instead = f"give --format {held}, " if held else ""
    reason = (
        "readings as text replace no file"
        if format_ is Format.text
        else f"it does not hold readings as {format_.value}"
    )
    raise typer.BadParameter(f"--out {out} exists and {reason}; {instead}choose another name, or remove it")


def _check_steps_out(folder: Path) -> None:
    """Check that stages may be written to a path: a folder that exists or can be created."""
    if folder.is_file():
        raise typer.BadParameter(
            f"--steps-out {folder} is a file; name a folder, which is created if it does not exist"
        )
    _check_folder(folder, f"--steps-out {folder}")


def _check_folder(folder: Path, option: str) -> None:
    """Check that the existing part of a folder's path is a folder."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not there.is_dir():
        raise typer.BadParameter(f"{option}: {there} is not a folder; choose another location")


def _load_models(models: Sequence[str], trust: bool) -> list[Any]:
    from hdr_bench.pictures.recognize import load_recognizer

    if not models:
        return [load_recognizer(None)]
    return [_load_recognizer(spec, trust) for spec in models]


def _load_recognizer(spec: str, trust: bool) -> Any:
    """Return the recognizer of a file, configured by its card; any other model keeps the name it was given."""
    from hdr_bench.models.reader_model import load_reader_model
    from hdr_bench.pictures.recognize import load_recognizer

    if Path(spec).exists():
        return load_recognizer(Path(spec), trust=trust)
    return replace(load_recognizer(load_reader_model(spec, trust=trust)), name=spec)


def _read_all(pictures: Sequence[Path], recognizers: Sequence[Any], most_pixels: int) -> list["PictureReadings"]:
    """Read pictures; a picture that cannot be read is reported in its result and on standard error."""
    from hdr_bench.pictures.load import load_color
    from hdr_bench.pictures.page import find_ink
    from hdr_bench.pictures.reader import read_page
    from hdr_bench.pictures.reading import PictureReadings

    results = []
    for path in pictures:
        try:
            page = find_ink(load_color(path, most_pixels))
        except HdrBenchError as error:
            say(f"hdr-bench: {error}", is_error=True)
            results.append(PictureReadings(str(path), (), str(error)))
            continue
        results.append(PictureReadings(str(path), tuple(read_page(page, each) for each in recognizers)))
    return results


def _write_steps(results: Sequence["PictureReadings"], folder: Path) -> None:
    """Write the stages of each picture; repeated names get a number, and several models their names."""
    from hdr_bench.pictures.steps import write_steps

    names: dict[str, int] = {}
    for result in results:
        stem = Path(result.file).stem
        names[stem] = names.get(stem, 0) + 1
        name = stem if names[stem] == 1 else f"{stem}-{names[stem]}"
        for reading in result.readings:
            model = re.sub(r"[^\w.-]+", "-", reading.model)
            write_steps(reading, folder, f"{name}-{model}" if len(result.readings) > 1 else name)
