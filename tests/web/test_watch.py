"""What runs beside the requests goes on, whatever happens."""

import asyncio
import logging
from contextlib import suppress
from types import SimpleNamespace

import pytest

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web import app


def test_the_watch_goes_on_after_any_fault(monkeypatch, caplog):
    monkeypatch.setattr(app, "_LOOK_EVERY_SECONDS", 0)
    gone = DatabaseError("the database is gone")
    outcomes = iter([gone, gone, RuntimeError("unexpected"), None, gone])

    async def look_again(seen):
        while True:
            outcome = next(outcomes, seen)
            if outcome is seen:
                seen.set()
                await asyncio.sleep(3600)
            if outcome is not None:
                raise outcome
            return

    async def run():
        seen = asyncio.Event()
        task = asyncio.create_task(app._watch(SimpleNamespace(refresh=lambda: look_again(seen))))
        await seen.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    said = [(record.levelname, bool(record.exc_info)) for record in caplog.records]
    assert said == [("WARNING", False), ("ERROR", True), ("WARNING", False)]
    with pytest.raises(StopIteration):
        next(outcomes)
