"""Access token read from a file, since other users of the machine can see the command line."""

from pathlib import Path

from hdr_bench.exceptions import ServerError
from hdr_bench.files import describe_file_error


def read_token(path: Path) -> str:
    """Return the token in a file, without surrounding whitespace.

    Parameters
    ----------
    path : Path

    Returns
    -------
    token : str

    Raises
    ------
    ServerError
        If the file cannot be read, or is empty.
    """
    try:
        # Decoded like Python's command line, so the token may contain any bytes.
        token = path.read_text("utf-8", "surrogateescape").strip()
    except OSError as error:
        raise ServerError(f"{path}: cannot read the token: {describe_file_error(error)}") from error
    if not token:
        raise ServerError(f"{path}: the token file is empty; write the token into it")
    return token
