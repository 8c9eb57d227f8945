"""What the system refuses, as errors that name the file."""

from collections.abc import Iterator
from contextlib import contextmanager

from hdr_bench.exceptions import DatasetError, HdrBenchError


@contextmanager
def system_errors_named() -> Iterator[None]:
    """Turn an error of the system, or a lack of memory, into a `DatasetError`.

    Raises
    ------
    DatasetError
        If the block raises one.
    """
    try:
        yield
    except HdrBenchError:
        raise
    except PermissionError as error:
        raise DatasetError(
            f"{error.filename}: no permission to read this; change its mode or choose another"
        ) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else "the data cannot be read: "
        raise DatasetError(f"{where}{error.strerror or error}; check the path, or choose another") from error
    except MemoryError as error:
        raise DatasetError(
            "the memory does not suffice to read the data; use fewer or smaller images, or a machine with more memory"
        ) from error
