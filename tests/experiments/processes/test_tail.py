import os
import subprocess
import sys
from multiprocessing import Pipe

from hdr_bench.experiments.processes.tail import Tail


def test_the_last_of_what_was_printed_is_kept():
    printed, output = Pipe(duplex=False)
    tail = Tail(printed)
    for number in range(200_000):
        os.write(output.fileno(), f"line {number}\n".encode())
    output.close()
    text = tail.text()
    assert text.endswith("line 199998\nline 199999\n")
    assert len(text) == 65536


def test_wrong_bytes_are_replaced():
    printed, output = Pipe(duplex=False)
    tail = Tail(printed)
    os.write(output.fileno(), b"before \xff after")
    output.close()
    assert tail.text() == "before \ufffd after"


def test_a_process_that_still_holds_the_pipe_is_not_waited_for():
    printed, output = Pipe(duplex=False)
    tail = Tail(printed)
    script = "while True: print('y' * 999)"
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=output.fileno(), stderr=subprocess.DEVNULL)
    try:
        output.close()
        # It may have said nothing yet, or may write without end.
        assert set(tail.text()) <= {"y", "\n"}
    finally:
        holder.kill()
        holder.wait()
