"""Estimators: the methods that are compared, each a scikit-learn estimator.

`ESTIMATORS` and `TRANSFORMERS` list them by name; to add a method, write its file and add an entry here. Importing this
package loads neither scikit-learn nor torch: classes are imported on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hdr_bench.estimators.entry import Entry as Entry

if TYPE_CHECKING:
    from hdr_bench.estimators.images.blurring import GaussianBlur as GaussianBlur
    from hdr_bench.estimators.images.box_cropping import BoxCropper as BoxCropper
    from hdr_bench.estimators.images.centering import MassCenterer as MassCenterer
    from hdr_bench.estimators.images.cropping import Cropper as Cropper
    from hdr_bench.estimators.images.deskewing import Deskewer as Deskewer
    from hdr_bench.estimators.images.inverting import Inverter as Inverter
    from hdr_bench.estimators.images.resizing import Resizer as Resizer
    from hdr_bench.estimators.images.scaling import PixelScaler as PixelScaler
    from hdr_bench.estimators.linear import LinearClassifier as LinearClassifier
    from hdr_bench.estimators.local_linear import LocalLinearClassifier as LocalLinearClassifier
    from hdr_bench.estimators.neighbors import KNNClassifier as KNNClassifier
    from hdr_bench.estimators.neural.activations import HiddenActivations as HiddenActivations
    from hdr_bench.estimators.neural.adversarial import AdversarialTraining as AdversarialTraining
    from hdr_bench.estimators.neural.augmentation import Distortion as Distortion
    from hdr_bench.estimators.neural.boosting import BoostedNetworks as BoostedNetworks
    from hdr_bench.estimators.neural.cnn import CNNClassifier as CNNClassifier
    from hdr_bench.estimators.neural.mlp import MLPClassifier as MLPClassifier
    from hdr_bench.estimators.polynomial import PolynomialClassifier as PolynomialClassifier
    from hdr_bench.estimators.radial_basis import RadialBasisClassifier as RadialBasisClassifier
    from hdr_bench.estimators.svm import SVMClassifier as SVMClassifier
    from hdr_bench.estimators.tangent_distance import TangentDistanceClassifier as TangentDistanceClassifier
    from hdr_bench.estimators.tree import DecisionTreeClassifier as DecisionTreeClassifier
    from hdr_bench.estimators.virtual_svm import VirtualSVMClassifier as VirtualSVMClassifier

# torch imports the last of these, which takes about a second, with the first optimizer.
_NETWORKS = ("torch", "skorch", "hdr_bench.estimators.neural.training", "torch._dynamo")

ESTIMATORS: dict[str, Entry] = {
    "svm": Entry(
        "hdr_bench.estimators.svm.SVMClassifier",
        "Support vector machine, one against one, on scaled pixels.",
        cites=("cortes1995",),
        preload=("sklearn.svm", "sklearnex.svm"),
    ),
    "knn": Entry(
        "hdr_bench.estimators.neighbors.KNNClassifier",
        "k nearest neighbours by Euclidean distance, exact (no approximate search).",
        cites=("cover1967",),
        preload=("sklearn.neighbors", "sklearnex.neighbors", "faiss"),
    ),
    "tree": Entry(
        "hdr_bench.estimators.tree.DecisionTreeClassifier",
        "Decision tree (CART): scikit-learn's, with the parameters and defaults that matter on images of digits.",
        cites=("breiman1984",),
    ),
    "linear": Entry(
        "hdr_bench.estimators.linear.LinearClassifier",
        "Linear classifier: multinomial logistic regression, or least squares on one-hot targets.",
        cites=("hastie2009",),
        preload=("daal4py", "sklearnex.linear_model"),
    ),
    "polynomial": Entry(
        "hdr_bench.estimators.polynomial.PolynomialClassifier",
        "Linear classifier on the products, up to a given degree, of principal components.",
        cites=("lecun1998",),
    ),
    "mlp": Entry(
        "hdr_bench.estimators.neural.mlp.MLPClassifier",
        "Multilayer perceptron: fully connected layers, trained by a skorch net.",
        cites=("rumelhart1986",),
        preload=_NETWORKS,
    ),
    "cnn": Entry(
        "hdr_bench.estimators.neural.cnn.CNNClassifier",
        "Convolutional network, trained by a skorch net.",
        cites=("lecun1998",),
        preload=_NETWORKS,
    ),
    "radial-basis": Entry(
        "hdr_bench.estimators.radial_basis.RadialBasisClassifier",
        "Gaussian units centred on k-means clusters, followed by a linear least-squares classifier.",
        cites=("broomhead1988", "lecun1998"),
    ),
    "virtual-svm": Entry(
        "hdr_bench.estimators.virtual_svm.VirtualSVMClassifier",
        "Support vector machine refitted on its support vectors and on copies of them shifted by a pixel.",
        cites=("schoelkopf1996",),
    ),
    "tangent-distance": Entry(
        "hdr_bench.estimators.tangent_distance.TangentDistanceClassifier",
        "k nearest neighbours by two-sided tangent distance, among the nearest by Euclidean distance.",
        cites=("simard1993",),
    ),
    "local-linear": Entry(
        "hdr_bench.estimators.local_linear.LocalLinearClassifier",
        "Linear least-squares classifier fitted for each image to its nearest training images.",
        cites=("bottou1992",),
    ),
    "boosted-networks": Entry(
        "hdr_bench.estimators.neural.boosting.BoostedNetworks",
        "Three networks combined by boosting by filtering.",
        cites=("drucker1993",),
        preload=_NETWORKS,
    ),
}
"""Methods by name."""

TRANSFORMERS: dict[str, Entry] = {
    "scale": Entry(
        "hdr_bench.estimators.images.scaling.PixelScaler",
        "Divide pixels by one scalar, the largest absolute value seen during fit, then subtract `offset`.",
    ),
    "deskew": Entry(
        "hdr_bench.estimators.images.deskewing.Deskewer",
        "Shear each image horizontally so that its principal axis is vertical, and centre its mass.",
        cites=("lecun1998",),
    ),
    "center": Entry(
        "hdr_bench.estimators.images.centering.MassCenterer",
        "Shift each image by whole pixels so that its centre of mass is in the middle.",
    ),
    "blur": Entry(
        "hdr_bench.estimators.images.blurring.GaussianBlur",
        "Blur each image with a Gaussian (scipy's `gaussian_filter`), padding it with background.",
    ),
    "resize": Entry(
        "hdr_bench.estimators.images.resizing.Resizer",
        "Resize each image by bilinear interpolation, averaged over the area that each new pixel covers.",
    ),
    "crop": Entry(
        "hdr_bench.estimators.images.cropping.Cropper",
        "Crop each image to its centre; an odd border is cut one pixel less above and on the left.",
    ),
    "box-crop": Entry(
        "hdr_bench.estimators.images.box_cropping.BoxCropper",
        "Move the box around the ink of each image to the middle, and crop the image to a size.",
    ),
    "invert": Entry(
        "hdr_bench.estimators.images.inverting.Inverter",
        "Invert images that are dark on light, so that all methods see light on dark, as in MNIST.",
    ),
    "hidden-activations": Entry(
        "hdr_bench.estimators.neural.activations.HiddenActivations",
        "Train a network, and return the activations of one of its layers as features.",
        cites=("lecun1998",),
        preload=_NETWORKS,
    ),
}
"""Image transformers by name: the values that a suite's `steps` may have."""

_PATHS = {entry.class_name: entry.path for entry in (*ESTIMATORS.values(), *TRANSFORMERS.values())}
_PATHS["AdversarialTraining"] = "hdr_bench.estimators.neural.adversarial.AdversarialTraining"
_PATHS["Distortion"] = "hdr_bench.estimators.neural.augmentation.Distortion"

_FUNCTIONS = ("estimator_class", "list_estimators", "make_estimator", "make_transformer", "parameter_value")
__all__ = ["ESTIMATORS", "TRANSFORMERS", "Entry", *_FUNCTIONS, *_PATHS]  # noqa: PLE0604  # all of them are strings


def list_estimators() -> dict[str, str]:
    """Return the name of each estimator with a one-line description.

    Returns
    -------
    estimators : dict of str to str
    """
    return {name: entry.description for name, entry in ESTIMATORS.items()}


def make_estimator(name: str, **params: Any) -> Any:
    """Create an unfitted estimator.

    Parameters
    ----------
    name : str
        Name from `ESTIMATORS`, or the dotted path of any scikit-learn estimator.
    **params
        Its parameters. A parameter that is itself an estimator, such as that of `OneVsRestClassifier`, may be given as
        a mapping ``{"estimator": name, "params": {...}}``.

    Returns
    -------
    estimator : sklearn.base.BaseEstimator

    Raises
    ------
    UnknownNameError
        If there is no such estimator, or it does not have such a parameter.
    EstimatorError
        If it cannot be created with these parameters.
    ModuleImportError
        If the module of a dotted path cannot be imported.

    Examples
    --------
    >>> from hdr_bench import make_estimator
    >>> make_estimator("knn", n_neighbors=5)
    KNNClassifier(n_neighbors=5)
    """
    from hdr_bench.estimators.making import make

    return make("estimator", name, params, ESTIMATORS, ESTIMATORS)


def make_transformer(name: str, **params: Any) -> Any:
    """Create an unfitted transformer.

    Parameters
    ----------
    name : str
        Name from `TRANSFORMERS`, or the dotted path of any scikit-learn transformer.
    **params
        Its parameters, as for `make_estimator`.

    Returns
    -------
    transformer : sklearn.base.TransformerMixin

    Raises
    ------
    UnknownNameError
        If there is no such transformer, or it does not have such a parameter.
    EstimatorError
        If it cannot be created with these parameters.
    ModuleImportError
        If the module of a dotted path cannot be imported.

    Examples
    --------
    >>> from hdr_bench.estimators import make_transformer
    >>> make_transformer("resize", size=(20, 20))
    Resizer(size=(20, 20))
    """
    from hdr_bench.estimators.making import make

    return make("transformer", name, params, TRANSFORMERS, ESTIMATORS)


def estimator_class(name: str) -> type:
    """Return the class behind a name of `ESTIMATORS` or a dotted path.

    Parameters
    ----------
    name : str

    Returns
    -------
    cls : type

    Raises
    ------
    UnknownNameError
        If there is no such class.
    ModuleImportError
        If its module cannot be imported.
    """
    from hdr_bench.estimators.making import class_of

    return class_of("estimator", name, ESTIMATORS)


def parameter_value(cls: type, name: str, value: Any) -> Any:
    """Convert a value from a suite file into a parameter value of a class.

    Parameters
    ----------
    cls : type
        Class of the estimator.
    name : str
        Name of the parameter.
    value : Any
        The description of an estimator, as for `make_estimator`, becomes that estimator, and the path of a class is
        imported; any other value is returned unchanged.

    Returns
    -------
    value : Any

    Raises
    ------
    HdrBenchError
        If the conversion fails.
    """
    from hdr_bench.estimators.making import value_of

    return value_of(cls, name, value, ESTIMATORS)


def __getattr__(name: str) -> Any:
    if name not in _PATHS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PATHS[name].rpartition(".")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
