"""The command ``hdr-bench``, also by ``python -m hdr_bench``."""

import os
import sys

# Imported with care: a module in the working folder may be named like one of Python's until `main` has run.


def main() -> None:
    """Run the command, with the working folder, if it is on the import path, at its end."""
    _put_working_folder_last()
    import atexit
    import gc
    import signal

    # Else Python, before it ends, looks for garbage in all that torch made, which takes half as long as its import.
    atexit.register(gc.freeze)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until the command can say that it was interrupted, Ctrl-C ends it without a word.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from hdr_bench.cli import main as run_command
    from hdr_bench.cli.errors import ExitCode
    from hdr_bench.cli.interruption import interrupt_once, keep_exit_code
    from hdr_bench.experiments.processes.thread_wait_policy import thread_wait_variables

    # Before a command loads a library that computes: `fit`, `read` and `predict` do so in this process.
    os.environ.update(thread_wait_variables(os.environ))
    try:
        run_command(interrupt_once)
    except SystemExit as ended:
        if ended.code == ExitCode.INTERRUPTED:
            keep_exit_code()
        raise


def _put_working_folder_last() -> None:
    """Let no module in the working folder take the place of one of Python's or of an installed library's.

    ``python -m`` begins the import path with it, and PYTHONPATH may name it.
    """
    here = os.path.realpath(os.curdir)
    if os.path.realpath(__file__) == os.path.join(here, "hdr_bench", "__main__.py"):  # noqa: PTH118  # imports much
        # This very library is imported from there.
        return
    others = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != here]
    if len(others) < len(sys.path):
        sys.path[:] = [*others, here]


if __name__ == "__main__":
    main()
