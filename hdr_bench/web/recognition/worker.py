"""The reading process: loads the models, and answers requests over a pipe until its server exits."""

import os
import resource
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection

from hdr_bench.estimators.allocation import give_back_freed_memory
from hdr_bench.exceptions import HdrBenchError, PictureError
from hdr_bench.garbage_collection import pause_collection
from hdr_bench.web.recognition.loaded import LoadedVersions
from hdr_bench.web.recognition.reading import picture_steps, read_drawings, read_upload
from hdr_bench.web.recognition.requests import (
    ConvertPicture,
    DrawSteps,
    KeepVersions,
    LoadVersions,
    Outcome,
    ReadDrawings,
    ReadUpload,
    RecognizeImages,
    Request,
)
from hdr_bench.web.recognition.showing import convert_picture

# Reading a picture of 50 million pixels takes up to 2 GB, in addition to the models and what is already mapped.
_MEMORY = 4 * 2**30


def run_worker(connection: Connection, most_pixels: int) -> None:
    """Answer requests until the server closes the pipe or exits.

    Parameters
    ----------
    connection : Connection
    most_pixels : int
        Largest accepted picture.
    """
    threading.Thread(target=_end_with_server, daemon=True).start()
    _import_libraries()
    _limit_memory()
    loaded = LoadedVersions()
    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(_answer(request, loaded, most_pixels))
        if not isinstance(request, ReadDrawings):
            # A picture takes up to gigabytes, parts of which small surviving objects would keep allocated.
            give_back_freed_memory()


def _answer(request: Request, loaded: LoadedVersions, most_pixels: int) -> list[Outcome]:
    try:
        if isinstance(request, ReadDrawings):
            return read_drawings(request.drawings, request.versions, loaded, most_pixels)
        return [Outcome(_answer_one(request, loaded, most_pixels))]
    except MemoryError:
        error: Exception = PictureError("the picture needs more memory than a reading may take; send a smaller one")
    except (HdrBenchError, ValueError) as raised:
        error = raised
    return [Outcome(error=error)] * (len(request.drawings) if isinstance(request, ReadDrawings) else 1)


def _answer_one(request: Request, loaded: LoadedVersions, most_pixels: int) -> object:
    match request:
        case LoadVersions(versions):
            for version in versions:
                loaded.get(version)
        case KeepVersions(versions):
            loaded.keep(versions)
        case ReadUpload(content, versions):
            return read_upload(content, versions, loaded, most_pixels)
        case RecognizeImages(images=images, versions=versions):
            return loaded.answer(images, versions)
        case DrawSteps(content, kind, versions):
            return picture_steps(content, kind, loaded.get(versions[0]), most_pixels)
        case ConvertPicture(content):
            return convert_picture(content, most_pixels)
    return None


def _end_with_server() -> None:
    """Exit even in the middle of a picture, since nobody is left to receive the answer."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _import_libraries() -> None:
    """Import the modules that models need, before the first one is loaded."""
    with pause_collection():
        import torch

        from hdr_bench.estimators.neural import base  # noqa: F401

    torch.set_num_threads(1)


def _limit_memory() -> None:
    with open("/proc/self/statm") as file:  # noqa: PTH123  # one short line of the kernel
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (mapped + _MEMORY, hard))
