"""Judgement of what a command said: its exit code, and whether a person can make something of its words."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.storm.oracle import Found

RIGHT, WORSE, USAGE, FAILED_TRIALS = 0, 1, 2, 3
INTERRUPTED = (130, 143, 129)
"""Exit codes of a run that was told to stop: by Ctrl-C, by `kill`, by the end of its terminal."""

_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|Exception ignored in|Fatal Python error")
# The words of libraries, which say nothing to whoever wrote a suite.
_FOREIGN = re.compile(
    r"validation errors? for|Input should be|Field required|Extra inputs are not|errors\.pydantic\.dev|pydantic|"
    r"\[Errno|input_value=|model_type|should match pattern|should have at (?:least|most)|Value error,|"
    r"should be a valid (?:integer|string|number|list|tuple|dictionary|boolean)"
)
# The name of an exception in place of a sentence.
_EXCEPTION = re.compile(
    r"^(?:hdr-bench: )?"
    r"(?:KeyError|IndexError|AttributeError|RecursionError|AssertionError|UnicodeEncodeError|UnicodeDecodeError|"
    r"ZeroDivisionError|OverflowError|NotADirectoryError|IsADirectoryError|PermissionError|BadZipFile|ValidationError|"
    r"JSONDecodeError|TOMLDecodeError|RuntimeError|TypeError)\b",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"^ ?(?:hdr-bench|Error|Usage|\W*Error\W|interrupted|warning)", re.MULTILINE | re.IGNORECASE)
_UNEXPECTED = re.compile(r"unexpected error|please report|report (?:it|this) at", re.IGNORECASE)
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
_SHOWN = 160


@dataclass(frozen=True)
class Said:
    """What a command said.

    Attributes
    ----------
    arguments : tuple of str
    code : int
        Exit code; negative for a signal.
    output : bytes
        Both streams.
    seconds : float
    is_too_late : bool
        It had to be ended.
    """

    arguments: tuple[str, ...]
    code: int
    output: bytes
    seconds: float
    is_too_late: bool = False

    @property
    def text(self) -> str:
        """The output without its colors, as far as it can be read."""
        # Half of all bytes are zeros where letters take two each.
        is_wide = self.output.count(0) > len(self.output) // 4
        text = self.output.decode("utf-16-le" if is_wide else "utf-8", "replace")
        return _COLORS.sub("", text.replace("\ufeff", ""))

    @property
    def command(self) -> str:
        """The command, shortened, as one would type it."""
        return ascii(shlex.join(["hdr-bench", *self.arguments]))[1:-1][:_SHOWN]


def check_exit(said: Said, codes: tuple[int, ...]) -> Iterator[Found]:
    """Give an exit code that is not of the right kind."""
    if said.code not in codes and said.code >= 0:
        wanted = " or ".join(map(str, codes))
        yield "wrong", f"{said.command}: exit code {said.code} instead of {wanted}: {_last_line(said)}"


def check_words(said: Said, *, is_signalled: bool = False, is_silent: bool = False) -> Iterator[Found]:
    """Give what a person cannot make anything of: tracebacks, foreign words, silence, crashes."""
    if said.code < 0 and not is_signalled:
        yield "unclear", f"{said.command}: ended by signal {-said.code}: {_last_line(said)}"
    if _TRACEBACK.search(said.text):
        yield "unclear", f"{said.command}: a traceback: {_last_line(said)}"
    elif match := _UNEXPECTED.search(said.text):
        yield "unclear", f"{said.command}: not expected: {_line_of(said.text, match)}"
    if said.code not in {USAGE, WORSE} or is_signalled:
        return
    # What a stored exception says is the method's own affair; an error of the command is not.
    if match := _FOREIGN.search(said.text) or _EXCEPTION.search(said.text):
        yield "unclear", f"{said.command}: foreign words: {_line_of(said.text, match)}"
    if said.code == USAGE and not is_silent and not _is_sentence(said.text):
        yield "unclear", f"{said.command}: no sentence: {_last_line(said)!r}"


def _is_sentence(text: str) -> bool:
    match = _SENTENCE.search(text)
    return match is not None and len(text[match.start() :].split()) > 3


def _line_of(text: str, match: re.Match[str]) -> str:
    begin = text.rfind("\n", 0, match.start()) + 1
    return text[begin:].partition("\n")[0][:_SHOWN]


def _last_line(said: Said) -> str:
    lines = [line for line in said.text.splitlines() if line.strip()]
    return lines[-1][:_SHOWN] if lines else "nothing was said"
