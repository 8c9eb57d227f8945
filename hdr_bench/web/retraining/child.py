"""Process of a retraining: ``python -m hdr_bench.web.retraining.child FOLDER``.

It does not use the database: it reads and writes files, and reports progress as lines of JSON on its standard output.
It exits when the server that started it does, which closes its standard input.
"""

import hashlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, TextIO

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import HdrBenchError, ModelFileError
from hdr_bench.web.retraining.job import CORRECTIONS, MODEL, Job, NewVersion, read_job, write_result

if TYPE_CHECKING:
    from hdr_bench.web.retraining.collected import Collected
    from hdr_bench.web.retraining.training import Trained

_LOOK_EVERY_SECONDS = 1.0
_NICENESS = 19


def main(arguments: list[str]) -> int:
    """Run the retraining that a folder describes.

    Parameters
    ----------
    arguments : list of str
        The folder.

    Returns
    -------
    code : int
        0 if a result was written.
    """
    # Ctrl+C reaches all processes of a terminal; the server stops this one itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = os.getppid()
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    os.nice(_NICENESS)
    # Output of libraries must not mix with the messages.
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        _run(Path(arguments[0]), messages)
    # Estimators, data and disks may raise anything; the server reports the error.
    except Exception as error:  # noqa: BLE001
        sentence = str(error) if isinstance(error, HdrBenchError) else describe_error(error)
        _send(messages, {"error": sentence})
        return 1
    return 0


def _run(folder: Path, messages: TextIO) -> None:
    job = read_job(folder)
    parent = Path(job.parent)
    # Checked before imports that take seconds.
    if _sha256(parent) != job.sha256:
        raise ModelFileError(f"{parent.name} is damaged: its SHA-256 does not match the stored one.")
    _make_version(job, folder, messages)


def _make_version(job: Job, folder: Path, messages: TextIO) -> None:
    from hdr_bench.experiments.measuring.process_state import limit_threads, seed_generators
    from hdr_bench.models.model_file import load_card, load_model, save_model
    from hdr_bench.web.retraining.collected import read_collected
    from hdr_bench.web.retraining.training import retrain

    def report(stage: str, epoch: int, n_epochs: int) -> None:
        _send(messages, {"stage": stage, "epoch": epoch, "n_epochs": n_epochs})

    report("loading the model", 0, 0)
    parent = Path(job.parent)
    limit_threads(1)
    seed_generators(0)
    collected = read_collected(folder / CORRECTIONS)
    first = Path(job.first)
    # Without the first version, people decide.
    first_model = load_model(first) if first.is_file() and _sha256(first) == job.first_sha256 else None
    trained = retrain(load_model(parent), load_card(parent), first_model, collected, report)
    path = save_model(trained.model, folder / MODEL, card=trained.card)
    material = trained.material
    write_result(
        NewVersion(
            sha256=_sha256(path),
            method=trained.card.method.name,
            n_images=len(material.original),
            n_corrections=len(material.corrections),
            used=dict(zip(map(str, collected.digit_ids.tolist()), collected.labels.tolist(), strict=True)),
            learned=_learned(collected, trained),
            scores=trained.scores,
            decision={**trained.decision.to_json(), "before": trained.before, "n_excluded": trained.n_excluded},
        ),
        folder,
    )


def _learned(collected: "Collected", trained: "Trained") -> list[int]:
    """Return the ids of the marks that a version learned from; of equal images, either all or none are learned."""
    from hdr_bench.estimators.neural.base import NeuralClassifier
    from hdr_bench.web.retraining.material import image_set

    groups = [(collected.images, collected.digit_ids, trained.material.corrections.images)]
    # Other methods have no output for marks that are not digits.
    if isinstance(trained.model, NeuralClassifier):
        groups.append((collected.marks, collected.mark_ids, trained.material.marks))
    return [
        int(number)
        for images, numbers, learned in groups
        for contents in [image_set(learned)]
        for image, number in zip(images, numbers, strict=True)
        if image.tobytes() in contents
    ]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _send(messages: TextIO, message: dict[str, object]) -> None:
    messages.write(json.dumps(message) + "\n")


def _end_with(server: int) -> None:
    """Exit immediately when the server has exited for any reason."""
    # The pipe usually closes at once; check the parent's id too, as another process may hold the other end open.
    while os.getppid() == server:
        readable, _, _ = select([sys.stdin], [], [], _LOOK_EVERY_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            break
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
