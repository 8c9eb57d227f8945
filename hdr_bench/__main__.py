"""The command ``hdr-bench``, also run by ``python -m hdr_bench``."""

import os
import sys

# Import nothing else here: until `main` has run, a module in the working folder may shadow one of Python's.


def main() -> None:
    """Run the command; the working folder, if it is on the import path, is moved to its end."""
    _put_working_folder_last()
    import atexit
    import gc
    import signal

    # Otherwise Python collects garbage from everything torch created before it exits, which takes half as long as
    # importing torch.
    atexit.register(gc.freeze)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until the command can report that it was interrupted, Ctrl-C ends it silently.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from hdr_bench.cli import main as run_command
    from hdr_bench.cli.errors import ExitCode
    from hdr_bench.cli.interruption import interrupt_once, keep_exit_code
    from hdr_bench.experiments.processes.thread_wait_policy import thread_wait_variables

    # Before a command loads a numerical library: `fit`, `read` and `predict` do so in this process.
    os.environ.update(thread_wait_variables(os.environ))
    try:
        run_command(interrupt_once)
    except SystemExit as ended:
        if ended.code == ExitCode.INTERRUPTED:
            keep_exit_code()
        raise


def _put_working_folder_last() -> None:
    """Keep modules in the working folder from shadowing those of Python or of an installed library.

    ``python -m`` puts it at the front of the import path, and PYTHONPATH may name it.
    """
    here = os.path.realpath(os.curdir)
    if os.path.realpath(__file__) == os.path.join(here, "hdr_bench", "__main__.py"):  # noqa: PTH118  # imports much
        # This library itself is imported from there.
        return
    others = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != here]
    if len(others) < len(sys.path):
        sys.path[:] = [*others, here]


if __name__ == "__main__":
    main()
