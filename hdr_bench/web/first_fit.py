"""Process that fits first models: ``python -m hdr_bench.web.first_fit FOLDER METHOD ...``; it exits with its server.

It writes one line of JSON to its standard output after each method.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import HdrBenchError
from hdr_bench.models.model_file import ENDING
from hdr_bench.process_tree import end_with_parent

_DATASET = "mnist-5k"
_NICENESS = 10


def main(arguments: list[str]) -> None:
    """Fit methods with their default parameters, and save each as ``METHOD.hdrm``.

    Parameters
    ----------
    arguments : list of str
        The folder, then the methods.
    """
    # Ctrl+C reaches all processes of a terminal; the server stops this one itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    threading.Thread(target=_end_with_server, daemon=True).start()
    # People may be drawing in the meantime.
    os.nice(_NICENESS)
    # Output of libraries must not mix with the messages.
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    folder, *methods = arguments
    for method in methods:
        failure = _fit(method, Path(folder) / f"{method}{ENDING}")
        messages.write(json.dumps({"method": method, "failure": failure}) + "\n")


def _fit(method: str, path: Path) -> str:
    """Fit and save a method; return why it failed, empty on success."""
    from hdr_bench.experiments.fitting import FitRequest, fit_model
    from hdr_bench.models.model_file import save_model

    try:
        fitted = fit_model(FitRequest(method, _DATASET))
        save_model(fitted.model, path, card=fitted.card)
    # Estimators, data and disks may raise anything; continue with the next method.
    except Exception as error:  # noqa: BLE001
        return str(error) if isinstance(error, HdrBenchError) else describe_error(error)
    return ""


def _end_with_server() -> None:
    """Exit once the server has closed its end of the pipe or has died, even if the kernel does not ensure that."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
