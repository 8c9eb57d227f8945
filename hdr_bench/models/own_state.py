"""Saved state of this library's own objects, and their reconstruction."""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from hdr_bench.class_cache import is_instance
from hdr_bench.models.scikit_learn_checks import check_made
from hdr_bench.models.state_bounds import check_bounds
from hdr_bench.records.later_parameters import without_later

# Attributes whose values are not saved directly: what is saved instead, and how it is restored.
_NETWORK, _MACHINE, _INDEX = "net_", "svc_", "_index"


def state_to_save(value: Any) -> dict[str, Any]:
    """Return what is saved of an object of this library.

    Parameters
    ----------
    value : object
        Object of a class that `own_name` knows.

    Returns
    -------
    state : dict of str to object
    """
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    state = without_later(type(value), vars(value))
    # The index is rebuilt from the images.
    state.pop(_INDEX, None)
    if _MACHINE in state:
        state[_MACHINE] = _machine_to_save(state[_MACHINE])
    if _NETWORK in state:
        from hdr_bench.models.networks import describe_net

        state[_NETWORK] = describe_net(state[_NETWORK])
    return state


def make_own(cls: Any, state: dict[str, Any]) -> Any:
    """Rebuild the object of this library that a file describes.

    Parameters
    ----------
    cls : type
        Class in the table `OWN`.
    state : dict of str to object
        As returned by `state_to_save`; read from a file, so not trusted.

    Returns
    -------
    value : object

    Raises
    ------
    Exception
        If a parameter or an attribute is not valid; any exception of the class.
    """
    if dataclasses.is_dataclass(cls):
        make: Any = cls
        return make(**state)
    check_bounds(state)
    made = cls.__new__(cls)
    # Parameters that the library gained later have their defaults.
    vars(made).update({**_defaults(cls), **state})
    _check_parameters(made)
    check_made(made)
    for attribute, finish in _FINISH.items():
        if attribute in state:
            finish(made)
    return made


def _defaults(cls: Any) -> dict[str, Any]:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def _check_parameters(made: Any) -> None:
    """Check each parameter against its declaration, but not combinations that depend on a library missing here."""
    from hdr_bench.estimators.parameter_checks import parameter_fault

    for name in made.get_params(deep=False):
        fault = parameter_fault(made, name)
        if fault is not None:
            raise fault


def _machine_to_save(machine: Any) -> Any:
    """Return the machine as scikit-learn's own class, which files may contain."""
    from hdr_bench.estimators.svm_machine import MatrixSVC

    return machine.plain() if isinstance(machine, MatrixSVC) else machine


def _finish_index(model: Any) -> None:
    from hdr_bench.estimators.engines import choose_engine, is_installed
    from hdr_bench.estimators.neighbor_search import ENGINES, make_index

    if model.engine_ not in ENGINES or not is_installed(ENGINES[model.engine_]):
        model.engine_ = choose_engine("auto", ENGINES)
    if model._codes.shape != (len(model._images),) or model._codes.max() >= len(model.classes_):
        raise ValueError("the number of its labels differs from that of its images")
    model._index = make_index(model._images, model.engine_)


def _finish_machine(model: Any) -> None:
    from sklearn.svm import SVC

    from hdr_bench.estimators.svm_machine import MatrixSVC

    if not is_instance(model.svc_, SVC):
        raise ValueError("it does not contain a support vector machine")
    if model.engine_ == "onedal":
        model.svc_ = MatrixSVC.of(model.svc_)


def _finish_network(model: Any) -> None:
    from hdr_bench.models.networks import restore_net

    model.net_ = restore_net(model, model.net_)


_FINISH: dict[str, Callable[[Any], None]] = {
    "_images": _finish_index,
    _MACHINE: _finish_machine,
    _NETWORK: _finish_network,
}
