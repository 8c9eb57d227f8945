"""A stand-in for the web application's API and database, in memory: what the pages need, and states that are rare."""

from io import BytesIO

import numpy as np
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hdr_bench.web.recognition.showing import draw_thumbnail
from tests.helpers.new_versions import make_new_version
from tests.helpers.stand_in_answers import read_answers, read_drawing_answers

_WHEN = "2026-11-27T10:00:00+00:00"


class StandIn:
    """Readings, corrections and versions; also the services of the pages."""

    def __init__(self):
        self.stored, self.contents, self.predictions, self.n_exported = {}, {}, [], 2
        self.wrong_ids, self.jobs, self.served, self.n_asked = set(), [], 1, 0
        self.versions = [make_version(1, "embedded")]

    # What scripts ask.

    async def predict(self, request):
        content = await request.body()
        self.predictions.append(content)
        return JSONResponse(read_drawing_answers(_open(content)))

    async def add(self, request):
        async with request.form() as form:
            content, name = await form["file"].read(), form["file"].filename
            kind, writer = form["kind"], form["writer"]
        try:
            picture = _open(content)
        except OSError:
            return JSONResponse({"error": "The file is not a picture. Send a PNG, JPEG, WebP, TIFF or HEIC file."}, 415)
        return JSONResponse(self.store(picture, name=name, kind=kind, writer=writer, content=content), 201)

    def store(self, picture, *, name="page.png", kind="upload", writer="", content=None):
        number = len(self.contents) + 1
        answers = read_answers(picture)
        for position, digit in enumerate(answers["digits"]):
            digit |= {"id": 1000 * number + position, "correction": None}
        self.contents[number] = content or _png(picture)
        self.stored[number] = answers | {
            "id": number,
            "file": name,
            "kind": kind,
            "writer": writer,
            "created": _WHEN,
            "picture": f"/api/readings/{number}/picture",
            "reader": {"model": "cnn", "version": self.served},
        }
        return self.stored[number]

    async def show(self, request):
        reading = self.stored.get(request.path_params["id"])
        if reading is None:
            return JSONResponse({"error": f"There is no reading {request.path_params['id']}."}, 404)
        return JSONResponse(reading)

    async def show_picture(self, request):
        return Response(self.contents[request.path_params["id"]], media_type="image/png")

    async def steps(self, request):
        url = self.stored[request.path_params["id"]]["picture"]
        return JSONResponse(
            {"steps": [{"name": name, "title": f"Stage {name}", "url": url} for name in ("grey", "ink")]}
        )

    def _digit(self, number):
        return next(digit for reading in self.stored.values() for digit in reading["digits"] if digit["id"] == number)

    async def correct(self, request):
        said = await request.json()
        digit = self._digit(said["digit_id"])
        doubtful = all(answer["probabilities"][said["label"] or 0] < 0.05 for answer in digit["answers"])
        digit["correction"] = {"id": digit["id"], "label": said["label"], "review": "waiting" if doubtful else "clear"}
        return JSONResponse(digit["correction"], 201)

    async def take_back(self, request):
        await self.remove(request.path_params["id"])
        return Response(status_code=204)

    async def retraining(self, request):
        self.n_asked += 1
        job = self.jobs[0]
        if self.n_asked > 2:
            job |= {"state": "done", "reason": "Version 2 was taken.", "version": 2}
            self.versions.append(make_version(2, "retrained", parent=1))
            self.served = 2
        return JSONResponse(job | {"epoch": self.n_asked})

    # What the pages show and change, as the services name it.

    @property
    def readings(self):
        return self

    corrections = models = learning = readings

    async def list_page(self, chosen, page):
        return self._waiting() if getattr(chosen, "review", "") == "waiting" else self._readings(chosen, page)

    def _readings(self, chosen, page):
        rows = [
            reading | {"n_digits": len(reading["digits"]), "n_corrections": sum(map(_is_corrected, reading["digits"]))}
            for reading in self.stored.values()
            if chosen.writer in (None, reading["writer"])
        ]
        return {"readings": rows[::-1], "page": page, "pages": 1, "total": len(rows)}

    def _waiting(self):
        found = [
            {"id": digit["id"], "digit_id": digit["id"], "reading_id": reading["id"], "read": digit["digit"]}
            | {"label": digit["correction"]["label"]}
            for reading in self.stored.values()
            for digit in filter(_is_corrected, reading["digits"])
            if digit["correction"]["review"] == "waiting"
        ]
        return {"corrections": found, "total": len(found)}

    async def count_exported(self, chosen):
        return self.n_exported, 1

    async def count(self):
        return {"unused": 3, "retrain_after": 50, "model": "cnn", "waiting_for_review": self._waiting()["total"]}

    async def list_last(self):
        return self.jobs

    async def list_all(self):
        versions = [version | {"served": version["number"] == self.served} for version in self.versions]
        return [{"name": "cnn", "position": 0, "version": self.served, "versions": versions}]

    async def compare(self):
        mnist = {"images": "MNIST's test images", "accuracy": 0.991, "n_images": 10_000, "low": 0.989, "high": 0.993}
        row = {"model": "cnn", "version": 1, "n": 12, "n_right": 9, "accuracy": 0.75, "low": 0.47, "high": 0.91}
        pair = {"n": 12, "first_right": 9, "second_right": 6, "difference": 0.25, "low": -0.1, "high": 0.51}
        names = {"first": {"model": "cnn", "version": 1}, "second": {"model": "knn", "version": 1}}
        return {
            "reader": "cnn",
            "models": [
                row | {"mnist": mnist},
                row | {"model": "knn", "n_right": 6, "accuracy": 0.5, "low": 0.25, "mnist": None},
            ],
            "pairs": [pair | names],
        }

    async def delete(self, number):
        if self.stored.pop(number, None) is None:
            raise HTTPException(404, f"There is no reading {number}.")

    async def delete_writer(self, writer):
        self.stored = {number: each for number, each in self.stored.items() if each["writer"] != writer}

    async def confirm(self, number):
        self._digit(number)["correction"]["review"] = "confirmed"

    async def remove(self, number):
        self._digit(number)["correction"] = None

    async def request(self, model):
        self.n_asked = 0
        self.jobs = [{"id": 1, "model": model, "state": "running", "stage": "learning", "epoch": 0, "n_epochs": 3}]

    async def serve(self, model, number):
        self.served = number

    async def check(self, number):
        if number not in self.contents:
            raise HTTPException(404, f"There is no reading {number}: it may have been deleted.")

    async def thumbnail(self, number):
        return draw_thumbnail(_open(self.contents[number]))

    async def mark(self, number):
        return bytes(784)

    def routes(self):
        return [
            Route("/api/predict", self.predict, methods=["POST"]),
            Route("/api/readings", self.add, methods=["POST"]),
            Route("/api/readings/{id:int}", self.show),
            Route("/api/readings/{id:int}/picture", self.show_picture),
            Route("/api/readings/{id:int}/steps", self.steps),
            Route("/api/corrections", self.correct, methods=["POST"]),
            Route("/api/corrections/{id:int}", self.take_back, methods=["DELETE"]),
            Route("/api/retrainings/{id:int}", self.retraining),
        ]


def _is_corrected(digit):
    return digit["correction"] is not None


def make_version(number, origin, parent=None):
    new = make_new_version()
    return {
        "number": number,
        "origin": origin,
        "state": "usable",
        "parent": parent,
        "created": _WHEN,
        "n_images": 60_000,
        "n_corrections": 3 if parent else 0,
        "scores": new.scores if parent else {"mnist": new.scores["mnist, deciding half"]},
        "decision": new.decision if parent else {},
    }


def _open(content):
    with Image.open(BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


def _png(picture):
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()
