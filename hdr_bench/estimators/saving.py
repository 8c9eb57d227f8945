"""Library versions recorded in a saved estimator."""

import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from hdr_bench.class_cache import cache_by_class
from hdr_bench.exceptions import SavedVersionsWarning

_KEY = "_saved_with"


class VersionChecked:
    """Mixin: pickles, including joblib's, record the versions of relevant libraries, which loading compares.

    Warns
    -----
    SavedVersionsWarning
        On loading, if a version differs from the one that saved the estimator.
    """

    @property
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn")

    @classmethod
    def _get_param_names(cls) -> list[str]:
        # scikit-learn reads the constructor's signature on every access to parameters, which would take half the time
        # of planning thousands of cases.
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
                    f"{type(self).__name__} was saved with {library} {before} (here: {now}), so its predictions "
                    "may differ. Load it with the versions that saved it, or fit it again",
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
    """Return the version of each installed library, without the local part that identifies a build.

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
