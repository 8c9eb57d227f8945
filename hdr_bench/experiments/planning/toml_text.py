"""Users' TOML files, read within limits; errors name the line in plain words."""

import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hdr_bench.exceptions import SuiteError, shown
from hdr_bench.names import abbreviate, visible_prose

LARGEST_FILE = 16 * 2**20
"""Largest suite file that is read, in bytes: 100,000 cases have about 10 MB."""

DEEPEST = 20
"""Maximum depth of nested tables and lists; the suites here need six."""

_INTEGER_BITS = 63
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PLACE = re.compile(r"(?P<fault>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_TWICE = re.compile(r"Cannot (?:declare|mutate immutable namespace) \((?P<keys>.*?),?\)(?: twice)?")
# Possessive quantifiers, so that each line is scanned only once, whatever it contains.
_SYMBOLS = re.compile(r"""(?P<braces>\{++|\}++)|"(?:[^"\\]|\\.)*+"|'[^']*+'|(?P<endless>["'].*+)|\#.*+""")
_PART = r"""(?:[\w-]++|"[^"]*+"|'[^']*+')"""
_KEYS = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")
_PARTS = re.compile(_PART)
_DIGITS = re.compile(r"[0-9_]++")
_FEWEST_DIGITS = 4000
_PLAIN = {
    "Cannot overwrite a value": "this key is given twice; give it once",
    "Illegal character '\\n'": "this string is not closed on its line; close it with a quotation mark",
}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, skipping a byte order mark at the beginning.

    Parameters
    ----------
    path : Path
        A regular file; pipes and devices, which may be endless, are not opened.

    Returns
    -------
    content : dict

    Raises
    ------
    SuiteError
        If the file is not valid TOML; the message names the file, and the line if it is known.
    """
    name = visible_prose(str(path))
    text = _decode(_read_bytes(path, name), name)
    _check_keys(text, name)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"{name}{_describe_syntax_error(str(error), text)}") from error
    except RecursionError as error:
        raise SuiteError(f"{name}: nested too deeply; use at most {DEEPEST} levels") from error
    # Python refuses to convert integers of thousands of digits.
    except ValueError as error:
        raise SuiteError(f"{name}{_describe_digits(text)}: integers must fit 64 bits") from error
    for fault in _content_faults(content):
        raise SuiteError(f"{name}: {fault}")
    return content


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        seen = path.stat()
        if stat.S_ISDIR(seen.st_mode):
            raise SuiteError(f"{name} is a folder; give the path of a suite file, e.g. {name}/suite.toml")
        if not stat.S_ISREG(seen.st_mode):
            raise SuiteError(
                f"{name} is not a regular file; copy its content to a file, and give the path of that file"
            )
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SuiteError(f"{name}: cannot be read: {error.strerror}; choose another file or change its mode") from error
    if len(content) > LARGEST_FILE:
        raise SuiteError(f"{name}: a suite file must have at most {LARGEST_FILE // 2**20} MiB; split it into several")
    return content


def _decode(content: bytes, name: str) -> str:
    if content.startswith(_UTF_16):
        raise SuiteError(f"{name}: this is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SuiteError(
            f"{name}, line {line}: the byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def _check_keys(text: str, name: str) -> None:
    """Check that no dotted key exceeds the maximum depth: the time of Python's parser grows with its square.

    Raises
    ------
    SuiteError
        If a dotted key does.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") <= DEEPEST:
            continue
        if any(len(_PARTS.findall(found[0])) > DEEPEST + 1 for found in _KEYS.finditer(line)):
            raise SuiteError(f"{name}, line {number}: nested too deeply; use at most {DEEPEST} levels")


def _describe_digits(text: str) -> str:
    """Return the line of the first number that Python refuses to convert."""
    for found in _DIGITS.finditer(text):
        if found.end() - found.start() >= _FEWEST_DIGITS:
            line = text.count("\n", 0, found.start()) + 1
            return f", line {line}"
    return ""


def _describe_syntax_error(message: str, text: str) -> str:
    """Describe the line and the fault there."""
    place = _PLACE.fullmatch(message)
    fault, number = (place["fault"], place["line"]) if place else (message, None)
    lines = text.split("\n")
    line = int(number) if number else len(lines)
    written = lines[line - 1].strip() if line <= len(lines) else ""
    where = f", line {line}: " + (f"{shown(written)}: " if written else "")
    if _is_in_inline_table(lines, line):
        return (
            f"{where}an inline table {{ ... }} must end on the line where it begins; "
            "write it on one line, or as a table with its own [head]"
        )
    if twice := _TWICE.fullmatch(fault):
        keys = abbreviate(".".join(re.findall(r"'([^']*)'", twice["keys"])))
        return f"{where}{keys} is given twice; give it once, or write [[{keys}]] for each of several"
    if fault in _PLAIN:
        return f"{where}{_PLAIN[fault]}"
    return f"{where}not valid TOML: {abbreviate(f'{fault[:1].lower()}{fault[1:]}')}"


def _is_in_inline_table(lines: list[str], line: int) -> bool:
    """Return whether the line, or the one before it, leaves an inline table open."""
    return any(_leaves_table_open(written) for written in lines[max(line - 2, 0) : line])


def _leaves_table_open(line: str) -> bool:
    depth = 0
    for symbol in _SYMBOLS.finditer(line):
        if symbol["endless"]:
            return False
        if braces := symbol["braces"]:
            depth = depth + len(braces) if braces[0] == "{" else max(depth - len(braces), 0)
    return depth > 0


def _content_faults(content: dict[str, Any]) -> Iterator[str]:
    """Yield what TOML's own rules do not allow or suites do not need, without recursion, as there may be many levels.

    Parameters
    ----------
    content : dict
    """
    waiting: list[tuple[Any, int, str]] = [(content, 0, "")]
    while waiting:
        value, depth, key = waiting.pop()
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                yield f"nested too deeply; use at most {DEEPEST} levels"
                return
            pairs = value.items() if isinstance(value, dict) else ((key, item) for item in value)
            waiting += [(item, depth + 1, name) for name, item in pairs]
        elif isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
            yield f"{key}: integers must fit 64 bits, got {shown(value)}"
