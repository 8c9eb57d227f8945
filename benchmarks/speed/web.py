"""How long 50 people who draw at once wait for the application's answers, and whether its memory grows.

A real server on this machine answers with one model, the embedded network. A client sends its drawing, which grows,
as the page does: at most one request at a time, at least 150 ms from one to the next, and at least four times as long
as the last answer took. Clients are one process beside the server's, so that both share the machine's cores. In turn,
in one run: one client; all of them; all of them while the network is trained on MNIST and corrections, from its first
epoch on. At last so many requests, as fast as they are answered, with the memory of the server and its processes; of
these, some store a picture, or ask for pages and stages of what is stored. Run it with the environment's own Python on
a quiet machine: ``.venv/bin/python benchmarks/speed/web.py [SECONDS [REQUESTS]]``; it needs the extra `web`, httpx2,
and MNIST (``hdr-bench data fetch mnist``), without which the training would be over in seconds.
"""

import asyncio
import io
import itertools
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import psutil
from PIL import Image, ImageDraw

from hdr_bench import load_dataset
from hdr_bench.datasets.stored import is_here
from hdr_bench.models.embedded import EMBEDDED_MODEL

CLIENTS = 50
SECONDS = 60.0
REQUESTS = 20_000
# As the page: `hdr_bench/web/static/latest.js`.
GAP_SECONDS, REST = 0.15, 4
# As the page's canvas at half its size, and its pen.
WIDTH, HEIGHT, PEN = 320, 240, 13
DIGIT_SIDE = 150
STAGES = 8
Request = tuple[str, bytes]
HEADERS = {"Content-Type": "image/png"}


def draw_growing(image: np.ndarray, place: random.Random) -> list[Request]:
    """Return a digit as it grows on the canvas, each time a little more of it: what the page asks."""
    rows, columns = np.nonzero(image > 127)
    order = np.argsort(rows * 4 + columns, kind="stable")
    left, top = place.randrange(WIDTH - DIGIT_SIDE), place.randrange(HEIGHT - DIGIT_SIDE)
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen, stages = ImageDraw.Draw(page), []
    for part in np.array_split(order, STAGES):
        for row, column in zip(rows[part], columns[part], strict=True):
            x, y = left + column * DIGIT_SIDE / 28, top + row * DIGIT_SIDE / 28
            pen.ellipse((x - PEN / 2, y - PEN / 2, x + PEN / 2, y + PEN / 2), fill="black")
        file = io.BytesIO()
        page.save(file, "PNG")
        stages.append(("/api/predict?unfinished=true", file.getvalue()))
    stages.append(("/api/predict", file.getvalue()))
    return stages


def make_drawings(n: int) -> list[list[Request]]:
    """Return growing drawings of digits of mnist-5k's test part."""
    test, place = load_dataset("mnist-5k").test, random.Random(0)
    return [draw_growing(test.images[17 * number % len(test)], place) for number in range(n)]


@contextmanager
def running_server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Start a server, and give its address and process."""
    command = [sys.executable, "-m", "hdr_bench", "serve", "--port", "0", "--folder", str(folder)]
    command += ["--model", str(EMBEDDED_MODEL)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = re.search(r"http://\S+", process.stdout.readline())[0]
            print(f"from the start of the process to its address: {time.perf_counter() - start:.2f} s")
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()


async def draw_for(client: httpx2.AsyncClient, drawings: list[list[Request]], end: float, waits: list[float]) -> None:
    """Draw as one person does until the time is over."""
    for place, content in itertools.chain.from_iterable(itertools.cycle(drawings)):
        start = time.perf_counter()
        if start >= end:
            return
        answer = await client.post(place, content=content, headers=HEADERS)
        answer.raise_for_status()
        took = time.perf_counter() - start
        waits.append(took)
        await asyncio.sleep(max(GAP_SECONDS, REST * took) - took)


async def draw_at_once(address: str, n_clients: int, seconds: float, drawings: list[list[Request]]) -> list[float]:
    """Return how long the answers took, in seconds."""
    waits: list[float] = []
    limits = httpx2.Limits(max_connections=n_clients)
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        end = time.perf_counter() + seconds
        shares = [drawings[number:] + drawings[:number] for number in range(n_clients)]
        await asyncio.gather(*(draw_for(client, share, end, waits) for share in shares))
    return waits


async def store_and_look(client: httpx2.AsyncClient, content: bytes) -> None:
    """Store a picture, and look at it and at all others, as a page does."""
    stored = (await client.post("/api/readings", files={"file": ("one.png", content)})).raise_for_status()
    reading = stored.headers["Location"]
    steps = (await client.get(f"{reading}/steps")).raise_for_status().json()["steps"]
    for place in (steps[-1]["url"], f"{reading}/picture", "/collection", "/compare"):
        (await client.get(place)).raise_for_status()


async def ask_often(address: str, n: int, drawings: list[list[Request]]) -> None:
    """Send so many drawings, ten at a time, each as soon as one was answered; store and look at one of a hundred."""
    contents = itertools.islice(itertools.cycle(itertools.chain.from_iterable(drawings)), n)
    async with httpx2.AsyncClient(base_url=address, timeout=60) as client:

        async def work() -> None:
            for number, (place, content) in enumerate(contents):
                if number % 100 == 0:
                    await store_and_look(client, content)
                (await client.post(place, content=content, headers=HEADERS)).raise_for_status()

        await asyncio.gather(*(work() for _ in range(10)))


def describe(name: str, waits: list[float], seconds: float) -> str:
    """Return a line about how long people waited."""
    milliseconds = sorted(1000 * wait for wait in waits)
    share = milliseconds[int(0.95 * len(milliseconds))]
    median = statistics.median(milliseconds)
    return (
        f"{name}: {len(waits):,} answers, {len(waits) / seconds:.0f} per second; median {median:.0f} ms, "
        f"95th percentile {share:.0f} ms, longest {milliseconds[-1]:.0f} ms"
    )


def retrain(address: str, drawings: list[list[Request]]) -> str:
    """Confirm what was read, and begin a retraining; return its address once it trains."""
    with httpx2.Client(base_url=address, timeout=60) as client:
        for stages in drawings:
            reading = client.post("/api/readings", files={"file": ("one.png", stages[-1][1])}).raise_for_status()
            for digit in reading.json()["digits"]:
                correction = {"digit_id": digit["id"], "label": digit["digit"]}
                client.post("/api/corrections", json=correction).raise_for_status()
        answer = client.post("/api/retrainings", json={"model": EMBEDDED_MODEL.stem}).raise_for_status()
        job = answer.headers["Location"]
        while (state := client.get(job).json())["stage"] != "training":
            if state["finished"]:
                raise SystemExit(f"The retraining is {state['state']}: {state['reason']}")
            time.sleep(0.2)
    return address.rstrip("/") + job


def describe_training(job: str) -> str:
    """Return how far the training is; one that has ended was not beside all that was measured."""
    state = httpx2.get(job).raise_for_status().json()
    done = f"{state['epoch']} of {state['n_epochs']} epochs done"
    return f"a training ({done})" if state["stage"] == "training" else f"a training that ended meanwhile ({done})"


def resident_bytes(server: psutil.Process) -> int:
    """Return the memory of a server with its processes, without what they share."""
    return sum(process.memory_full_info().uss for process in [server, *server.children(recursive=True)])


def main(seconds: float = SECONDS, n_requests: int = REQUESTS) -> None:
    """Measure, and print what was found."""
    if not is_here("mnist"):
        raise SystemExit("MNIST is not here; store it with: hdr-bench data fetch mnist")
    drawings = make_drawings(CLIENTS)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as (address, server):
        asyncio.run(draw_at_once(address, 2, 3, drawings))
        for name, n_clients in (("one client", 1), (f"{CLIENTS} clients", CLIENTS)):
            waits = asyncio.run(draw_at_once(address, n_clients, seconds, drawings))
            print(describe(name, waits, seconds), flush=True)
        job = retrain(address, drawings)
        waits = asyncio.run(draw_at_once(address, CLIENTS, seconds, drawings))
        print(describe(f"{CLIENTS} clients, and {describe_training(job)}", waits, seconds), flush=True)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as (address, server):
        for done in np.linspace(0, n_requests, 5).astype(int)[1:] - np.linspace(0, n_requests, 5).astype(int)[:-1]:
            asyncio.run(ask_often(address, int(done), drawings))
            print(f"after {done:,} more requests: {resident_bytes(server) / 1e6:,.0f} MB", flush=True)


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False)))
