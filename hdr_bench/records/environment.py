"""Environment of a result: the machine and the versions of its software."""

import os
import platform
import sys
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel, ConfigDict, model_validator
from threadpoolctl import threadpool_info

from hdr_bench.records.code_version import read_code_version
from hdr_bench.records.text import writable_content

LIBRARIES = ("hdr-bench", "numpy", "scipy", "scikit-learn", "torch", "skorch", "scikit-learn-intelex", "faiss-cpu")
"""Libraries that affect results."""


class _Seen(BaseModel):
    """Description that the system provides, with texts that files can hold."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _with_writable_texts(cls, content: Any) -> Any:
        return writable_content(content)


class ThreadPool(_Seen):
    """Thread pool of a native library, as reported by threadpoolctl.

    Attributes
    ----------
    library, version : str
    threads : int
    """

    library: str
    version: str
    threads: int


class Environment(_Seen):
    """A machine, its software, and the thread pools in use.

    Attributes
    ----------
    machine : str
        Architecture.
    cpu : str
        Model of the processor.
    cores : int
        Logical cores available to the process.
    memory_bytes : int
    system : str
        Operating system.
    python : str
    libraries : dict of str to str
        Versions of the installed `LIBRARIES`.
    thread_pools : tuple of ThreadPool
    commit : str
        Commit of the code, if it is a checkout; followed by ``+`` if it has uncommitted changes.
    code : str
        Hash of what decides results in that commit, see `hdr_bench.records.code_version.CodeVersion`; empty in results
        of earlier versions.
    """

    machine: str
    cpu: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    libraries: dict[str, str]
    thread_pools: tuple[ThreadPool, ...]
    commit: str
    code: str = ""


def read_environment() -> Environment:
    """Return the environment of this process: machine, libraries, and loaded thread pools.

    Returns
    -------
    environment : Environment
    """
    version = read_code_version()
    return Environment(
        machine=platform.machine(),
        cpu=_cpu(),
        cores=available_cores(),
        memory_bytes=psutil.virtual_memory().total,
        system=_system(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries=library_versions(),
        thread_pools=thread_pools(),
        commit=version.commit,
        code=version.code,
    )


def available_cores() -> int:
    """Return the number of logical cores available to this process.

    Returns
    -------
    count : int
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def library_versions() -> dict[str, str]:
    """Return the versions of the installed `LIBRARIES`.

    Returns
    -------
    versions : dict of str to str
    """
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = _own_version() if name == "hdr-bench" else metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _own_version() -> str:
    """Return the version of the running code: the metadata of an editable install may be of an earlier one."""
    # Type checkers would take an import for a circle: the package's stub imports every module.
    return str(sys.modules["hdr_bench"].__version__)


@cache
def installed_packages() -> dict[str, str]:
    """Return everything that is installed, as ``pip freeze`` lists it.

    Returns
    -------
    versions : dict of str to str
        By the packages' names, in alphabetical order without regard to case.
    """
    found = {each.name: each.version for each in metadata.distributions() if each.name}
    return dict(sorted(found.items(), key=lambda pair: pair[0].lower()))


def thread_pools() -> tuple[ThreadPool, ...]:
    """Return the thread pools that this process has loaded, including oneDAL's, which threadpoolctl does not report.

    Returns
    -------
    pools : tuple of ThreadPool
    """
    pools = {
        ThreadPool(library=pool["internal_api"], version=pool.get("version") or "", threads=pool["num_threads"])
        for pool in threadpool_info()
    }
    if torch := sys.modules.get("torch"):
        pools.add(ThreadPool(library="torch", version=torch.__version__, threads=torch.get_num_threads()))
    if onedal := sys.modules.get("daal4py"):
        version = metadata.version("scikit-learn-intelex")
        pools.add(ThreadPool(library="onedal", version=version, threads=onedal.num_threads()))
    return tuple(sorted(pools, key=lambda pool: (pool.library, pool.version, pool.threads)))


@cache
def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


@cache
def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    # A file that is not UTF-8 must not prevent runs.
    except (OSError, ValueError):
        name = ""
    return f"{name} ({platform.system()} {platform.release()})" if name else platform.platform()


def utc_now() -> str:
    """Return the current UTC time to the second, as ISO 8601.

    Returns
    -------
    time : str
    """
    return datetime.now(UTC).isoformat(timespec="seconds")
