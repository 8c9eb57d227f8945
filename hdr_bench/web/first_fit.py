"""Process that fits a first model: ``python -m hdr_bench.web.first_fit METHOD FILE``; it ends with its server."""

import os
import signal
import sys
import threading

_DATASET = "mnist-5k"
_NICENESS = 19


def main(arguments: list[str]) -> int:
    """Fit a method with its default parameters, and save the model.

    Parameters
    ----------
    arguments : list of str
        The method, and the file to write.

    Returns
    -------
    code : int
        0 if the model was saved.
    """
    # Ctrl+C reaches all processes of a terminal; the server ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_server, daemon=True).start()
    # People draw meanwhile.
    os.nice(_NICENESS)
    from hdr_bench.experiments.fitting import FitRequest, fit_model
    from hdr_bench.models.model_file import save_model

    method, path = arguments
    fitted = fit_model(FitRequest(method, _DATASET))
    save_model(fitted.model, path, card=fitted.card)
    return 0


def _end_with_server() -> None:
    """End once the server has closed its end of the pipe, or has ended."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
