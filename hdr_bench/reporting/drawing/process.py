"""A process that draws figures, one after the other, for a process that writes a report.

Run as ``python -P -m hdr_bench.reporting.drawing.process PID``, by `pool` beside it: the process that uses it. Figures
come on standard input and go out on standard output, as pickles. It ends when its input does, or its user has gone.
"""

import os
import pickle
import sys

from hdr_bench.process_tree import end_with_parent
from hdr_bench.reporting.drawing.pool import READY
from hdr_bench.reporting.drawing.rendering import render
from hdr_bench.reporting.style import load_matplotlib_alone


def _serve(user: int) -> None:
    end_with_parent()
    if os.getppid() != user:
        # It ended before the kernel was asked.
        return
    load_matplotlib_alone()
    # Whatever a library prints must not come between the answers.
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        pickle.dump(READY, answers)
        answers.flush()
        while True:
            try:
                planned = pickle.load(requests)  # noqa: S301  # our own user wrote it
            except EOFError:
                return
            pickle.dump(render(planned), answers)
            answers.flush()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
