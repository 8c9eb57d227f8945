"""Requests that wait: no kind holds up another, and none is too many."""

import asyncio

import pytest

from hdr_bench.exceptions import ServerError
from hdr_bench.web.recognition.requests import Drawing, LoadVersions
from hdr_bench.web.recognition.waiting import MOST_WAITING, Kind, WaitingJobs


async def wait_with(waiting, kind, n_jobs):
    add = (
        (lambda: waiting.add_drawing(Drawing(b"")))
        if kind is Kind.DRAWING
        else (lambda: waiting.add(kind, LoadVersions))
    )
    tasks = [asyncio.ensure_future(add()) for _ in range(n_jobs)]
    while len(waiting._queues[kind]) < n_jobs:
        await asyncio.sleep(0)
    return tasks


def test_kinds_take_turns():
    async def take_all():
        waiting = WaitingJobs()
        for kind, n_jobs in ((Kind.PICTURE, 3), (Kind.VIEW, 2), (Kind.DRAWING, 20)):
            await wait_with(waiting, kind, n_jobs)
        taken = []
        for _ in range(8):
            jobs = await waiting.take(tuple(Kind))
            taken.append((len(jobs), jobs[0].drawing is not None))
        return taken

    drawings, other = (8, True), (1, False)
    assert asyncio.run(take_all()) == [drawings, other, other, drawings, other, other, (4, True), other]


def test_a_process_for_drawings_takes_no_picture():
    async def take():
        waiting = WaitingJobs()
        await wait_with(waiting, Kind.PICTURE, 1)
        task = asyncio.ensure_future(waiting.take((Kind.DRAWING,)))
        await wait_with(waiting, Kind.DRAWING, 1)
        return (await task)[0].drawing is not None, len(waiting._queues[Kind.PICTURE])

    assert asyncio.run(take()) == (True, 1)


@pytest.mark.parametrize("kind", list(Kind))
def test_one_too_many_is_refused_and_other_kinds_are_not(kind):
    async def fill():
        waiting = WaitingJobs()
        tasks = await wait_with(waiting, kind, MOST_WAITING[kind])
        with pytest.raises(ServerError, match=f"{MOST_WAITING[kind]} requests are waiting already; try again"):
            await (waiting.add_drawing(Drawing(b"")) if kind is Kind.DRAWING else waiting.add(kind, LoadVersions))
        tasks += await wait_with(waiting, Kind.VIEW if kind is Kind.DRAWING else Kind.DRAWING, 1)
        waiting.close()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(fill())
    assert {str(each) for each in outcomes} == {"the server is stopping"}
