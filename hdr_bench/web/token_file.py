"""The access token in a file: other users of the machine see a command line, but not what is in a file."""

from pathlib import Path

from hdr_bench.exceptions import ServerError
from hdr_bench.files import describe_file_error


def read_token(path: Path) -> str:
    """Return the token that a file holds, without white space around it.

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
        # As Python reads a command line: the token may have any bytes.
        token = path.read_text("utf-8", "surrogateescape").strip()
    except OSError as error:
        raise ServerError(f"{path}: the token cannot be read: {describe_file_error(error)}") from error
    if not token:
        raise ServerError(f"{path}: the file of the token is empty; write the token into it")
    return token
