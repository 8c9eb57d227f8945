"""What a saved estimator knows of the versions that made it."""

import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from hdr_bench.class_cache import cache_by_class
from hdr_bench.exceptions import SavedVersionsWarning

_KEY = "_saved_with"


class VersionChecked:
    """Mixin: pickles (joblib's too) hold the versions of the libraries that matter, and loading compares them.

    Warns
    -----
    SavedVersionsWarning
        On loading, where a version differs from that which saved the estimator.
    """

    @property
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn")

    @classmethod
    def _get_param_names(cls) -> list[str]:
        # scikit-learn reads the constructor's signature whenever parameters are asked for: half the time of planning
        # thousands of cases.
        kind: Any = cls
        return list(_names_of(kind))

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), _KEY: installed_versions(self._libraries)}  # type: ignore[dict-item]

    def __setstate__(self, state: dict[str, Any]) -> None:
        saved = dict(state)
        for library, before in saved.pop(_KEY, {}).items():
            now = installed_versions((library,)).get(library, "not installed")
            if now != before:
                warnings.warn(
                    f"{type(self).__name__} was saved with {library} {before}, and here it is {now}: its answers may "
                    "differ. Load it with the versions that saved it, or fit it again",
                    SavedVersionsWarning,
                    stacklevel=2,
                )
        parent: Any = super()
        parent.__setstate__(saved)


@cache_by_class
def _names_of(cls: Any) -> tuple[str, ...]:
    return tuple(super(VersionChecked, cls)._get_param_names())


def libraries_of(model: Any) -> tuple[str, ...]:
    """Return the libraries whose versions are saved with an estimator.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    libraries : tuple of str
        Names of distributions; empty if it is not `VersionChecked`.
    """
    return model._libraries if isinstance(model, VersionChecked) else ()


def installed_versions(libraries: tuple[str, ...]) -> dict[str, str]:
    """Return the version of each library that is installed, without the local part that names a build.

    Parameters
    ----------
    libraries : tuple of str

    Returns
    -------
    versions : dict of str to str
    """
    versions = {}
    for library in ("hdr-bench", *libraries):
        try:
            versions[library] = version(library).partition("+")[0]
        except PackageNotFoundError:
            continue
    return versions
