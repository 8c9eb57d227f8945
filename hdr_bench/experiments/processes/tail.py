"""The end of what a process prints."""

import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait

_KEPT_BYTES = 65536
# More than a pipe holds, as output written after the end of the trial is not waited for.
_MOST_LEFT_BYTES = 2**21


class Tail:
    """The last text from a pipe; earlier output is read and dropped, so that the writer need not wait.

    Parameters
    ----------
    source : Connection
        Reading end of the pipe, closed when the text is taken.
    """

    def __init__(self, source: Connection) -> None:
        self._source, self._kept = source, bytearray()
        self._stopped, self._stop = Pipe(duplex=False)
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def text(self) -> str:
        """Return the last output and stop reading, even if a process still holds the other end.

        Returns
        -------
        text : str
        """
        with self._lock:
            if not self._stop.closed:
                self._end()
            return self._kept.decode(errors="replace")

    def _end(self) -> None:
        self._stop.close()
        self._reader.join()
        os.set_blocking(self._source.fileno(), False)
        with suppress(BlockingIOError):
            for _ in range(_MOST_LEFT_BYTES // _KEPT_BYTES):
                if not self._take():
                    break
        self._source.close()
        self._stopped.close()

    def _read(self) -> None:
        while self._stopped not in wait([self._source, self._stopped]):
            if not self._take():
                return

    def _take(self) -> bool:
        """Read what is available; return whether more may come."""
        chunk = os.read(self._source.fileno(), _KEPT_BYTES)
        self._kept += chunk
        del self._kept[:-_KEPT_BYTES]
        return bool(chunk)
