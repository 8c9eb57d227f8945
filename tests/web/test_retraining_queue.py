"""Retraining as a queue of jobs, with real processes."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager

import psutil
import pytest

from hdr_bench import load_dataset
from hdr_bench.exceptions import ServerError
from hdr_bench.experiments.fitting import FitRequest, fit_model
from hdr_bench.models.model_file import load_card, load_model, save_model
from hdr_bench.web.database.retrainings import load_retraining
from hdr_bench.web.database.tables import Correction, LearnedMark
from hdr_bench.web.database.versions import served_versions
from hdr_bench.web.retraining import queue as queue_module
from hdr_bench.web.retraining.collected import collect, write_collected
from hdr_bench.web.retraining.following import Limits
from hdr_bench.web.retraining.job import CORRECTIONS, Job, write_job
from hdr_bench.web.retraining.ownership import claim_job
from hdr_bench.web.retraining.queue import RetrainingQueue
from tests.helpers.processes import runs
from tests.helpers.retraining import (
    add_corrections,
    fit_small,
    make_server,
    read_jobs,
    read_versions,
    turned_sevens,
)


@pytest.fixture
def make_place(tmp_path, once):
    """A function that makes the settings and the database of a server with corrections."""
    opened = []

    def make(model="linear", n_corrections=20, **settings):
        made = make_server(tmp_path / "server", once("small-models", fit_small) / f"{model}.hdrm", **settings)
        opened.append(made[1])
        add_corrections(made[1], turned_sevens(n_corrections), 7)
        return made

    yield make
    for database in opened:
        database.engine.dispose()


@asynccontextmanager
async def _started(settings, database, swaps=(), **options):
    async def on_swap():
        swaps.append(1)

    retraining = RetrainingQueue(settings, database, on_swap, **options)
    await retraining.start()
    try:
        yield retraining
    finally:
        await retraining.stop()


async def _wait(event):
    while not (found := await asyncio.to_thread(event)):
        await asyncio.sleep(0.02)
    return found


def _run_one(settings, database, model="linear", **options):
    async def run():
        async with _started(settings, database, **options) as retraining:
            job_id = await retraining.request(model)
            await _wait(lambda: read_jobs(database)[-1].finished_at)
            return job_id

    job_id = asyncio.run(run())
    with database.read() as session:
        return load_retraining(session, job_id)


@pytest.mark.usefixtures("data_home")
def test_a_network_learns_what_it_got_wrong(make_place):
    settings, database = make_place("mlp", 80)
    # Of the same images people said two things: these are given to the version, and it learns neither.
    contradictory = turned_sevens(84)[80:]
    for label in (7, 1):
        add_corrections(database, contradictory, label)
    swaps = []
    job = _run_one(settings, database, "mlp", swaps=swaps)
    assert (job.state, job.n_epochs) == ("done", 3), job.reason
    assert "only the held-back corrections can decide" in job.reason
    old, new = read_versions(database)
    assert (new.number, new.parent_id, new.origin, new.state) == (2, old.id, "retrained", "offered")
    assert new.n_images == 1_000
    assert not swaps
    models = [load_model(settings.folder / "models" / version.file) for version in (old, new)]
    sevens = turned_sevens(200)[84:].reshape(-1, 784)
    right = [(model.predict(sevens) == 7).mean() for model in models]
    assert right[1] > right[0]
    assert (
        new.scores["held-back corrections"]["n_errors"] <= new.decision["before"]["held-back corrections"]["n_errors"]
    )
    assert "corrections" in load_card(settings.folder / "models" / new.file).notes[-1]
    with database.read() as session:
        corrections = session.query(Correction).all()
        contents = {image.tobytes() for image in contradictory}
        learned = {each.digit_id for each in corrections if not each.held_back and each.mark.image not in contents}
        assert new.n_corrections == len(learned) < sum(not each.held_back for each in corrections)
        assert {(each.digit_id, each.version_id) for each in session.query(LearnedMark)} == {
            (digit_id, new.id) for digit_id in learned
        }
        assert {each.used_in_id for each in corrections if not each.held_back} == {new.id}
        assert {each.used_in_id for each in corrections if each.held_back} == {None}
        ((_, served),) = served_versions(session)
    assert served.id == old.id


@pytest.mark.full_mnist
@pytest.mark.usefixtures("real_data_home")
def test_a_version_that_is_better_is_taken_and_answers(tmp_path):
    fitted = fit_model(FitRequest("linear", "mnist-5k", samples=100))
    save_model(fitted.model, tmp_path / "linear.hdrm", card=fitted.card)
    settings, database = make_server(tmp_path / "server", tmp_path / "linear.hdrm")
    digits = load_dataset("mnist-5k").train
    for label in range(10):
        add_corrections(database, digits.images[digits.labels == label][:80], label)
    swaps = []
    job = _run_one(settings, database, swaps=swaps)
    old, new = read_versions(database)
    assert (job.state, new.state, new.decision["verdict"]) == ("done", "usable", "taken"), job.reason
    kept, held_back = new.decision["kept"], new.decision["held_back"]
    assert (kept["n_images"], kept["low"] > 0.02, held_back["n_images"] >= 30) == (5_000, True, True)
    assert held_back["new_errors"] < held_back["old_errors"]
    assert new.parent_id == old.id
    assert swaps == [1]
    with database.read() as session:
        assert [version.id for _, version in served_versions(session)] == [new.id]
    test = load_dataset("mnist-5k").test
    scores = [load_model(settings.models_folder / version.file).score(test.X, test.y) for version in (old, new)]
    assert scores[1] > scores[0] + 0.02
    database.engine.dispose()


def test_without_corrections_there_is_nothing_to_learn(make_place):
    settings, database = make_place(n_corrections=0)
    job = _run_one(settings, database)
    assert (job.state, job.reason[:24]) == ("failed", "There are no corrections")


def test_a_folder_that_cannot_be_written_fails_with_the_reason(make_place):
    settings, database = make_place()
    (settings.folder / "retrainings").write_text("")
    job = _run_one(settings, database)
    assert job.state == "failed"
    assert "could not be run or stored" in job.reason


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(seconds=0), "by the time limit of 0 s"), (Limits(n_bytes=1), "by the memory limit of 0 MB")],
)
def test_limits(make_place, limits, reason):
    settings, database = make_place()
    job = _run_one(settings, database, limits=limits)
    assert job.state == "failed"
    assert reason in job.reason


def test_a_killed_process_fails_with_the_reason(make_place):
    settings, database = make_place()

    async def run():
        async with _started(settings, database) as retraining:
            await retraining.request("linear")
            (child,) = await _wait(_children)
            assert os.getsid(child.pid) == os.getsid(0)
            child.kill()
            await _wait(lambda: read_jobs(database)[0].finished_at)

    asyncio.run(run())
    assert "SIGKILL" in read_jobs(database)[0].reason


def test_a_fault_in_the_queue_is_logged_and_the_next_job_runs(make_place, monkeypatch, caplog):
    settings, database = make_place(n_corrections=0)
    monkeypatch.setattr(queue_module, "_LOOK_EVERY_SECONDS", 0.01)
    faults = {"claim_job": claim_job, "report_progress": queue_module.report_progress}
    raised = set()

    def make_faulty(name):
        def act(*arguments, **options):
            if name not in raised:
                raised.add(name)
                raise RuntimeError(f"fault of {name}")
            return faults[name](*arguments, **options)

        return act

    async def run_child(*_):
        await _wait(lambda: raised == set(faults))
        return "It was not trained."

    for name in faults:
        monkeypatch.setattr(queue_module, name, make_faulty(name))
    monkeypatch.setattr(queue_module, "run_child", run_child)
    job = _run_one(settings, database)
    assert job.reason == "It was not trained."
    assert raised == set(faults)
    assert [str(record.exc_info[1]) for record in caplog.records] == [f"fault of {name}" for name in faults]


def test_stopping_puts_the_job_back(make_place):
    settings, database = make_place()

    async def run():
        async with _started(settings, database) as retraining:
            await retraining.request("linear")
            return await _wait(_children)

    children = asyncio.run(run())
    assert not any(child.is_running() for child in children)
    (job,) = read_jobs(database)
    assert (job.state, job.owner, job.reason) == ("queued", "", "")


def _children():
    return [child for child in psutil.Process().children() if runs(child, "hdr_bench.web.retraining.child")]


def test_a_full_disk_leaves_no_result(make_place, tmp_path):
    settings, database = make_place()
    folder = tmp_path / "job"
    with database.read() as session:
        write_collected(collect(session), folder / CORRECTIONS)
    parent = read_versions(database)[0]
    file = str(settings.folder / "models" / parent.file)
    write_job(Job("linear", file, parent.sha256, file, parent.sha256), folder)
    ended = _run_on_small_disk(folder)
    assert ended.returncode == 1
    assert "File too large" in json.loads(ended.stdout.splitlines()[-1])["error"]
    assert {path.name for path in folder.iterdir()} == {CORRECTIONS, "job.json"}


def _run_on_small_disk(folder):
    # No file becomes larger than a block.
    command = [
        "sh",
        "-c",
        'ulimit -f 1; exec "$@"',
        "sh",
        sys.executable,
        "-m",
        "hdr_bench.web.retraining.child",
        folder,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        # Its input stays open, as a server's does while it runs.
        output = process.stdout.read()
    return subprocess.CompletedProcess(command, process.returncode, output)


def test_enough_corrections_start_a_retraining(make_place):
    settings, database = make_place(n_corrections=30, retrain_after=10)

    async def run():
        async with _started(settings, database) as retraining:
            await asyncio.gather(*(retraining.consider() for _ in range(5)))
            await _wait(lambda: read_jobs(database)[0].finished_at)
            await retraining.consider()
            with pytest.raises(ServerError, match="no model 'cnn'"):
                await retraining.request("cnn")

    asyncio.run(run())
    (job,) = read_jobs(database)
    assert job.state in {"done", "refused"}, job.reason


def test_failed_corrections_do_not_start_it_again_and_again(make_place):
    settings, database = make_place(retrain_after=10)
    (settings.folder / "models" / "linear.hdrm").write_bytes(b"damaged")

    async def run():
        async with _started(settings, database) as retraining:
            for _ in range(3):
                await retraining.consider()
                await _wait(lambda: read_jobs(database)[0].finished_at)
            await asyncio.to_thread(add_corrections, database, turned_sevens(60)[20:], 7)
            await retraining.consider()
            await _wait(lambda: read_jobs(database)[-1].finished_at)

    asyncio.run(run())
    assert [(job.state, job.reason) for job in read_jobs(database)] == 2 * [
        ("failed", "linear.hdrm is damaged: its SHA-256 does not match the stored one.")
    ]
