"""Connections that nobody uses: they would take the places, and the memory, of those who ask something."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# The head of a request is small; browsers open connections in advance, and open others when these are closed.
_SECONDS = 30.0
# A telephone in a bad network takes something of an answer in `_SECONDS`, and the largest picture in this time.
_SECONDS_TO_TAKE = 300.0
# A class of 30 with six connections per browser needs 180; a process may open 1,024 files.
_MOST = 500


class PromptConnection(H11Protocol):
    """Connection that is closed if no request begins in time, or if its client does not take an answer.

    uvicorn's own limit starts after the first answer, and ends with the first byte of what follows.

    Attributes
    ----------
    seconds : float
        How long after the connection was opened, or an answer given, the head of a request may take; and how long a
        client may take nothing of an answer.
    seconds_to_take : float
        How long an answer may take in all.
    silent_since : float
        When the last answer was given, or the connection was opened, by the loop's clock.
    most : int
        Connections at once; for one more, that which has been silent for the longest is closed.
    """

    seconds = _SECONDS
    seconds_to_take = _SECONDS_TO_TAKE
    most = _MOST
    _timer: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    silent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time for the first request.

        Parameters
        ----------
        transport : asyncio.Transport
        """
        super().connection_made(transport)
        self._wait(None)
        if len(self.connections) > self.most:
            _close_most_silent([each for each in self.connections if isinstance(each, PromptConnection)])

    def pause_writing(self) -> None:
        """Start the time in which the client must take what was written."""
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        """Stop the time: the client took nearly all."""
        self._stop_watching()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Start the time for the next request, and the time in which the client must take the answer."""
        self._wait(self.cycle)
        self._watch_taking()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting.

        Parameters
        ----------
        exc : Exception or None
            Why the connection ended, if it was not closed.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._stop_watching()
        super().connection_lost(exc)

    @property
    def is_silent(self) -> bool:
        """Whether no request is being answered, and every answer was taken."""
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
            # Closed in an orderly way, it would wait until everything was taken.
            self.transport.abort()
            return
        self._taking = self.loop.call_later(self.seconds, self._abort_if_not_taken, size, start)


def _close_most_silent(connections: list[PromptConnection]) -> None:
    silent = [each for each in connections if each.is_silent]
    min(silent, key=lambda each: each.silent_since).transport.close()
