"""Closing of idle connections, which would otherwise take slots and memory from active clients."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# The head of a request is small; browsers open connections in advance, and open new ones when these are closed.
_SECONDS = 30.0
# A phone with a poor connection receives some data within `_SECONDS`, and the largest picture within this time.
_SECONDS_TO_TAKE = 300.0
# A class of 30 with six connections per browser needs 180; a process may open 1,024 files.
_MOST = 500


class PromptConnection(H11Protocol):
    """Connection that is closed if no request arrives in time, or if the client does not read the response.

    uvicorn's own limit starts after the first response, and ends with the first byte of the next request.

    Attributes
    ----------
    seconds : float
        Time allowed for the head of a request after the connection was opened or a response was sent, and longest time
        in which a client may read nothing of a response.
    seconds_to_take : float
        Total time allowed for sending a response.
    silent_since : float
        When the last response was sent, or the connection was opened, by the loop's clock.
    most : int
        Largest number of connections; for one more, the one idle for the longest is closed.
    """

    seconds = _SECONDS
    seconds_to_take = _SECONDS_TO_TAKE
    most = _MOST
    _timer: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    silent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request.

        Parameters
        ----------
        transport : asyncio.Transport
        """
        super().connection_made(transport)
        self._wait(None)
        if len(self.connections) > self.most:
            _close_most_silent([each for each in self.connections if isinstance(each, PromptConnection)])

    def pause_writing(self) -> None:
        """Start the timer for the client to read what was written."""
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        """Stop the timer: the client has read nearly everything."""
        self._stop_watching()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Start the timers for the next request and for the client to read the response."""
        self._wait(self.cycle)
        self._watch_taking()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting.

        Parameters
        ----------
        exc : Exception or None
            Why the connection was lost, if it was not closed.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._stop_watching()
        super().connection_lost(exc)

    @property
    def is_silent(self) -> bool:
        """Whether no request is in progress and every response has been read."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and not self.transport.get_write_buffer_size() and not self.transport.is_closing()

    def _wait(self, last: RequestResponseCycle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.silent_since = self.loop.time()
        self._timer = self.loop.call_later(self.seconds, self._close_if_silent, last)

    def _close_if_silent(self, last: RequestResponseCycle | None) -> None:
        if self.cycle is last:
            self.transport.close()

    def _watch_taking(self) -> None:
        self._stop_watching()
        size = self.transport.get_write_buffer_size()
        if size:
            self._taking = self.loop.call_later(self.seconds, self._abort_if_not_taken, size, self.loop.time())

    def _stop_watching(self) -> None:
        if self._taking is not None:
            self._taking.cancel()

    def _abort_if_not_taken(self, size_before: int, start: float) -> None:
        size = self.transport.get_write_buffer_size()
        if not size:
            return
        if size >= size_before or self.loop.time() - start >= self.seconds_to_take:
            # An orderly close would wait until the client has read everything.
            self.transport.abort()
            return
        self._taking = self.loop.call_later(self.seconds, self._abort_if_not_taken, size, start)


def _close_most_silent(connections: list[PromptConnection]) -> None:
    silent = [each for each in connections if each.is_silent]
    min(silent, key=lambda each: each.silent_since).transport.close()
