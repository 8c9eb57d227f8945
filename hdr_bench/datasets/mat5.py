"""Reader for MATLAB files of versions 5 to 7: numbers, text, structures and cells of text.

The format is documented in MathWorks' "MAT-File Format". scipy.io reads it too, but a damaged file can crash the
process there; here each element is read only from the bytes of the element that contains it.
"""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import Limit
from hdr_bench.datasets.memory_room import check_room, check_texts
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError

Order = Literal["little", "big"]
Value = NDArray[Any] | dict[str, "Value"]
"""An array, or the fields of a structure."""

_HEADER_BYTES, _TAG_BYTES = 128, 8
_ORDERS: dict[bytes, Order] = {b"IM": "little", b"MI": "big"}
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CELL, _STRUCTURE, _TEXT, _NUMERIC = 1, 2, 4, range(6, 16)
_COMPLEX = 0x0800
_LETTER_BYTES = np.dtype("U1").itemsize
_MOST_DEPTH = 8
_MOST_AXES = 32
# Images compress to a tenth, blank ones to much less.
_LIMIT = Limit(256 << 20, 100)
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Element:
    """Element of a file: its kind and its bytes.

    Attributes
    ----------
    kind : int
    content : memoryview
    """

    kind: int
    content: memoryview


@dataclass
class _File:
    """The file being read: its byte order, and the memory that its texts take so far."""

    path: Path
    order: Order
    text_bytes: int = 0

    def take_texts(self, n_texts: int, longest: int) -> None:
        """Count texts that are about to be read.

        Raises
        ------
        DatasetError
            If they, together with earlier texts, are too long for labels.
        """
        self.text_bytes += _LETTER_BYTES * n_texts * max(longest, 1)
        check_texts(str(self.path), self.text_bytes)


def read_mat5(path: Path) -> dict[str, Value]:
    """Read the variables of a MATLAB file of version 5 to 7.

    Numbers have the type in which they are stored, which may be smaller than MATLAB's class; variables other than
    numbers, text, structures and cells of text are left out.

    Parameters
    ----------
    path : Path

    Returns
    -------
    variables : dict of str to ndarray or dict
        A structure is a dict of its fields; texts are an array of strings.

    Raises
    ------
    DatasetError
        If the file decompresses to far more than a file of this kind holds, or than fits into memory, or its texts are
        far too long for labels.
    ValueError, zlib.error
        If it is damaged, or of another version.
    """
    size = regular_size(path)
    check_room(str(path), size)
    content = path.read_bytes()
    order = _ORDERS.get(content[126:_HEADER_BYTES])
    if order is None:
        raise ValueError("it has no header of MATLAB 5 to 7")
    file = _File(path, order)
    variables: dict[str, Value] = {}
    n_decompressed = 0
    for element in _elements(memoryview(content)[_HEADER_BYTES:], order):
        matrix = element
        if element.kind == _COMPRESSED:
            whole = _decompress(path, element.content, size, n_decompressed)
            n_decompressed += len(whole)
            matrix = next(_elements(memoryview(whole), order))
        if matrix.kind != _MATRIX:
            continue
        name, value = _read_matrix(matrix.content, file, 0)
        if value is not None:
            variables[name] = value
    return variables


def _decompress(path: Path, content: memoryview, size: int, before: int) -> bytearray:
    decompressor, whole = zlib.decompressobj(), bytearray()
    rest: bytes | memoryview = content
    while rest and not decompressor.eof:
        whole += decompressor.decompress(rest, _CHUNK)
        rest = decompressor.unconsumed_tail
        if not _LIMIT.allows(before + len(whole), size):
            raise DatasetError(
                f"{path}: its {size:,} bytes decompress to more than {before + len(whole):,}, far more than expected "
                "of a file of this size; save it without compression if you trust it"
            )
        check_room(str(path), before + len(whole))
    if not decompressor.eof:
        raise ValueError("a compressed variable ends too early")
    return whole


def _elements(content: memoryview, order: Order) -> Iterator[Element]:
    """Yield the consecutive elements in a content.

    Raises
    ------
    ValueError
        If one is longer than the content.
    """
    while len(content) >= _TAG_BYTES:
        kind, length = (int.from_bytes(content[start : start + 4], order) for start in (0, 4))
        # A short element has its length in the upper half of its kind, and its bytes in place of the length.
        if kind >> 16:
            yield _short_element(kind, content)
            content = content[_TAG_BYTES:]
            continue
        if length > len(content) - _TAG_BYTES:
            raise ValueError(f"an element declares {length:,} bytes, but {len(content) - _TAG_BYTES:,} follow")
        yield Element(kind, content[_TAG_BYTES : _TAG_BYTES + length])
        padding = 0 if kind == _COMPRESSED else -length % _TAG_BYTES
        content = content[_TAG_BYTES + length + padding :]


def _short_element(kind: int, content: memoryview) -> Element:
    length = kind >> 16
    if length > 4:
        raise ValueError(f"a short element declares {length:,} bytes, but can hold at most 4")
    return Element(kind & 0xFFFF, content[4 : 4 + length])


def _read_matrix(content: memoryview, file: _File, depth: int) -> tuple[str, Value | None]:
    """Return the name and the value of a variable; the value is None for an unsupported class.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    if depth > _MOST_DEPTH:
        raise ValueError(f"more than {_MOST_DEPTH} nested structures")
    inner = _elements(content, file.order)
    head = list(islice(inner, 3))
    if len(head) < 3:
        return "", None
    flags, dimensions, name = head
    flag_bits = int.from_bytes(flags.content[:4], file.order)
    shape = tuple(_numbers(dimensions, file.order).tolist())
    if not 2 <= len(shape) <= _MOST_AXES or min(shape) < 0:
        raise ValueError(f"a variable has the invalid shape {shape}")
    text = bytes(name.content).decode("latin-1")
    if flag_bits & _COMPLEX:
        return text, None
    return text, _read_value(flag_bits & 0xFF, inner, file, shape, depth)


def _read_value(kind: int, inner: Iterator[Element], file: _File, shape: tuple[int, ...], depth: int) -> Value | None:
    if kind in _NUMERIC:
        return _reshape(_numbers(_next(inner), file.order), shape)
    if kind == _TEXT:
        return _read_text(_next(inner), file, shape)
    if kind == _CELL:
        return _read_cells(inner, file, depth, shape)
    if kind == _STRUCTURE and math.prod(shape) == 1:
        return _read_structure(inner, file, depth)
    return None


def _next(elements: Iterator[Element]) -> Element:
    element = next(elements, None)
    if element is None:
        raise ValueError("a variable ends before its values")
    return element


def _numbers(element: Element, order: Order) -> NDArray[Any]:
    code = _NUMBERS.get(element.kind)
    if code is None:
        raise ValueError(f"an element is of kind {element.kind}, but numbers were expected")
    stored = np.dtype(code).newbyteorder("<" if order == "little" else ">")
    return np.frombuffer(element.content, stored).astype(np.dtype(code), copy=False)


def _reshape(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if len(values) != math.prod(shape):
        raise ValueError(f"a variable of shape {shape} holds {len(values):,} values")
    return values.reshape(shape, order="F")


def _read_text(element: Element, file: _File, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Return the rows of a matrix of characters as texts."""
    encoding = _TEXTS.get(element.kind)
    if encoding is None or len(shape) != 2:
        return None
    n_rows, n_columns = shape
    file.take_texts(n_rows, n_columns)
    if len(element.content) > _LETTER_BYTES * math.prod(shape):
        raise ValueError(f"a text of shape {shape} holds {len(element.content):,} bytes")
    suffix = "" if encoding in {"utf-8", "latin-1"} else f"-{file.order[0]}e"
    letters = bytes(element.content).decode(f"{encoding}{suffix}").encode("utf-32-le")
    codes = np.ascontiguousarray(_reshape(np.frombuffer(letters, "<u4"), shape))
    return codes.view(f"<U{n_columns}").reshape(n_rows) if n_columns else np.full(n_rows, "")


def _read_cells(elements: Iterator[Element], file: _File, depth: int, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Return cells of one text each as an array of texts; None for other cells."""
    texts = []
    for _ in range(math.prod(shape)):
        _, value = _read_matrix(_next(elements).content, file, depth + 1)
        if not isinstance(value, np.ndarray) or value.dtype.kind != "U" or value.size != 1:
            return None
        texts.append(value.item())
    # NumPy gives each text the space of the longest.
    file.take_texts(len(texts), max(map(len, texts), default=0))
    return np.array(texts)


def _read_structure(elements: Iterator[Element], file: _File, depth: int) -> dict[str, Value]:
    length, names = _numbers(_next(elements), file.order), bytes(_next(elements).content)
    if len(length) != 1 or not 0 < length[0] <= len(names) or len(names) % length[0]:
        raise ValueError("a structure has unreadable field names")
    step = int(length[0])
    fields: dict[str, Value] = {}
    for start in range(0, len(names), step):
        _, value = _read_matrix(_next(elements).content, file, depth + 1)
        if value is not None:
            fields[names[start : start + step].partition(b"\0")[0].decode("latin-1")] = value
    return fields
