"""Pool of reading processes: drawings in batches, uploads beside them."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import HdrBenchError, PictureError, ServerError
from hdr_bench.web.recognition.process import ProcessDiedError, ReadingProcess, TooSlowError
from hdr_bench.web.recognition.records import ModelAnswer, PictureAnswers, ServedVersion, StepPicture
from hdr_bench.web.recognition.requests import (
    ConvertPicture,
    Drawing,
    DrawSteps,
    KeepVersions,
    LoadVersions,
    Outcome,
    ReadDrawings,
    ReadUpload,
    RecognizeImages,
    Request,
)
from hdr_bench.web.recognition.waiting import Job, Kind, WaitingJobs
from hdr_bench.web.settings import ServerSettings

# A photo of 50 megapixels takes some 5 s on one core; a machine that is also training is slower.
_SECONDS_PER_PICTURE = 60.0
# Loading starts the process, which imports torch.
_SECONDS_TO_LOAD = 120.0


class ReadingPool:
    """Processes that read pictures with the served versions.

    Parameters
    ----------
    settings : ServerSettings
        `workers` and `most_pixels` are used.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._processes = [ReadingProcess(settings.most_pixels) for _ in range(max(1, settings.workers))]
        self._locks = [asyncio.Lock() for _ in self._processes]
        self._threads = ThreadPoolExecutor(len(self._processes), thread_name_prefix="reading")
        self._waiting = WaitingJobs()
        self._serving = asyncio.Lock()
        self._versions: tuple[ServedVersion, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []

    def prepare(self) -> None:
        """Start the first process early, so that it can import its modules; otherwise `serve` starts it."""
        self._processes[0].start()

    @property
    def versions(self) -> tuple[ServedVersion, ...]:
        """The served versions; the first one segments pictures."""
        return self._versions

    async def start(self) -> None:
        """Start accepting requests; the processes start with the first versions."""
        self._tasks = [asyncio.create_task(self._work(number)) for number in range(len(self._processes))]

    def end(self) -> None:
        """Stop the processes, outside the event loop."""
        for process in self._processes:
            process.end()

    async def stop(self) -> None:
        """Stop the processes; waiting requests fail."""
        self._waiting.close()
        for task in self._tasks:
            task.cancel()
        for process in self._processes:
            process.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def serve(self, versions: Sequence[ServedVersion]) -> None:
        """Answer all later requests with these versions.

        Parameters
        ----------
        versions : sequence of ServedVersion
            The first one segments pictures.

        Raises
        ------
        ModelFileError
            If a file is missing or damaged; the old versions remain in use.
        ServerError
            If a process died while loading them.
        """
        async with self._serving:
            new, is_first = tuple(versions), not self._versions
            numbers = range(len(self._processes))
            # At the start, drawings are answered as soon as one process is ready; the others follow.
            await self._load(new, numbers[:1] if is_first else numbers)
            self._versions = new
            await self._ask_each(KeepVersions(new), numbers[:1] if is_first else numbers)
            if is_first:
                self._tasks.append(asyncio.create_task(self._load_quietly(new, numbers[1:])))

    async def _load(self, versions: tuple[ServedVersion, ...], numbers: Sequence[int]) -> None:
        for outcome in await self._ask_each(LoadVersions(versions), numbers):
            if outcome.error is not None:
                raise outcome.error

    async def _load_quietly(self, versions: tuple[ServedVersion, ...], numbers: Sequence[int]) -> None:
        # A process loads a missing version when it is asked for it, and reports errors then.
        with suppress(HdrBenchError):
            await self._load(versions, numbers)

    async def read_drawing(self, drawing: Drawing) -> PictureAnswers:
        """Read a drawing on a plain background, with the fast method.

        Parameters
        ----------
        drawing : Drawing

        Returns
        -------
        answers : PictureAnswers

        Raises
        ------
        PictureError
            If it cannot be read.
        ServerError
            If too many requests are waiting, or the process died.
        """
        answers: PictureAnswers = await self._waiting.add_drawing(drawing)
        return answers

    async def read_picture(self, content: bytes) -> PictureAnswers:
        """Read a picture as `hdr-bench read` does.

        Parameters
        ----------
        content : bytes

        Returns
        -------
        answers : PictureAnswers

        Raises
        ------
        PictureError
            If it cannot be read.
        ServerError
            If too many requests are waiting, or the process died.
        """
        answers: PictureAnswers = await self._waiting.add(Kind.PICTURE, lambda versions: ReadUpload(content, versions))
        return answers

    async def recognize(self, images: NDArray[np.uint8]) -> list[tuple[ModelAnswer, ...]]:
        """Recognize single images.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), uint8

        Returns
        -------
        answers : list of tuple of ModelAnswer

        Raises
        ------
        ServerError
            If too many requests are waiting, or the process died.
        """
        answers: list[tuple[ModelAnswer, ...]] = await self._waiting.add(
            Kind.VIEW, lambda versions: RecognizeImages(images, versions)
        )
        return answers

    async def draw_steps(self, content: bytes, kind: str) -> tuple[StepPicture, ...]:
        """Draw the stages of a reading.

        Parameters
        ----------
        content : bytes
        kind : str
            ``"drawing"`` or ``"upload"``.

        Returns
        -------
        steps : tuple of StepPicture

        Raises
        ------
        PictureError
            If it cannot be read.
        ServerError
            If too many requests are waiting, or the process died.
        """
        steps: tuple[StepPicture, ...] = await self._waiting.add(
            Kind.VIEW, lambda versions: DrawSteps(content, kind, versions)
        )
        return steps

    async def convert_picture(self, content: bytes) -> bytes:
        """Convert a picture to a PNG that browsers can show.

        Parameters
        ----------
        content : bytes

        Returns
        -------
        png : bytes

        Raises
        ------
        PictureError
            If it cannot be read.
        ServerError
            If too many requests are waiting, or the process died.
        """
        png: bytes = await self._waiting.add(Kind.VIEW, lambda versions: ConvertPicture(content))  # noqa: ARG005  # no version is asked
        return png

    async def _work(self, number: int) -> None:
        # With more than one process, the first one takes only drawings, so that photos never delay all of them.
        kinds = (Kind.DRAWING,) if number == 0 and len(self._processes) > 1 else tuple(Kind)
        while True:
            jobs = await self._waiting.take(kinds)
            try:
                await self._answer(number, jobs)
            except Exception as error:  # noqa: BLE001  # a fault here must not end the task that all following requests need
                for job in jobs:
                    job.settle(Outcome(error=ServerError(f"the picture could not be read: {error}")))

    async def _answer(self, number: int, jobs: list[Job]) -> None:
        if not self._versions:
            outcomes = [Outcome(error=ServerError("no model is loaded yet; try again in a few seconds"))] * len(jobs)
        else:
            outcomes = await self._ask_for(number, jobs)
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.settle(outcome)

    async def _ask_for(self, number: int, jobs: list[Job]) -> list[Outcome]:
        try:
            return await self._ask(number, lambda: _to_request(jobs, self._versions), _SECONDS_PER_PICTURE)
        except ProcessDiedError as error:
            if len(jobs) == 1:
                # Retrying would take just as long.
                return [Outcome(error=PictureError(str(error)) if isinstance(error, TooSlowError) else error)]
        # One drawing of the batch crashed the process: retry each on its own, so that only that one fails.
        return [outcome for job in jobs for outcome in await self._ask_for(number, [job])]

    async def _ask_each(self, request: Request, numbers: Sequence[int]) -> list[Outcome]:
        answers = await asyncio.gather(*(self._ask(number, lambda: request, _SECONDS_TO_LOAD) for number in numbers))
        return [outcome for outcomes in answers for outcome in outcomes]

    async def _ask(self, number: int, make: Callable[[], Request], seconds: float) -> list[Outcome]:
        async with self._locks[number]:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._processes[number].ask, make(), seconds)


def _to_request(jobs: list[Job], versions: tuple[ServedVersion, ...]) -> Any:
    if jobs[0].make is not None:
        return jobs[0].make(versions)
    return ReadDrawings(tuple(job.drawing for job in jobs if job.drawing is not None), versions)
