"""Process that fits first models: ``python -m hdr_bench.web.first_fit FOLDER METHOD ...``; it ends with its server.

It writes a line of JSON on its standard output after each method.
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
    # Ctrl+C reaches all processes of a terminal; the server ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    threading.Thread(target=_end_with_server, daemon=True).start()
    # People draw meanwhile.
    os.nice(_NICENESS)
    # What libraries print must not come between the messages.
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    folder, *methods = arguments
    for method in methods:
        failure = _fit(method, Path(folder) / f"{method}{ENDING}")
        messages.write(json.dumps({"method": method, "failure": failure}) + "\n")


def _fit(method: str, path: Path) -> str:
    """Return why the method could not be fitted or saved; nothing if it was."""
    from hdr_bench.experiments.fitting import FitRequest, fit_model
    from hdr_bench.models.model_file import save_model

    try:
        fitted = fit_model(FitRequest(method, _DATASET))
        save_model(fitted.model, path, card=fitted.card)
    # Estimators, data and disks raise anything; the next method goes on.
    except Exception as error:  # noqa: BLE001
        return str(error) if isinstance(error, HdrBenchError) else describe_error(error)
    return ""


def _end_with_server() -> None:
    """End once the server has closed its end of the pipe, or has ended: also where the kernel does not see to that."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
