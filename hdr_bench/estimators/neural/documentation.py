"""Shared documentation of the parameters that both networks have."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=type)

_PARAMETERS = """
activation : str, default={activation!r}
    Activation after each layer, unless `layers` names another one.
loss : {"cross_entropy", "kl_divergence", "squared_error"}, default={loss!r}
    Loss function that is minimized. "squared_error" is computed from probabilities, averaged over the classes.
label_smoothing : float, default={label_smoothing!r}
    Share of the target that is spread evenly over all classes [1]_.
class_weight : mapping, "balanced" or None, default={class_weight!r}
    Weight of each class's images in the loss; "balanced" weights by the inverse of the class's frequency.
weight_init : str, mapping or None, default={weight_init!r}
    Initial weights: a name from `hdr_bench.estimators.neural.initialization.WEIGHT_INITS`, or a mapping from kind of
    layer ("convolution", "dense", "output") to name. None uses torch's default initialization.
batch_norm_params : mapping or None, default={batch_norm_params!r}
    Settings of every ``BN`` layer, e.g. ``{"momentum": 0.01, "eps": 1e-3}``, which are Keras's defaults. None uses
    torch's defaults, 0.1 and 1e-5.
optimizer : str, default={optimizer!r}
    Name of a class in `torch.optim`.
optimizer_params : mapping or None, default={optimizer_params!r}
    Further parameters of the optimizer, e.g. ``{"weight_decay": 1e-4}``.
lr : float, default={lr!r}
    Learning rate; with ``schedule="one-cycle"``, its maximum.
schedule : {"one-cycle", "cosine", "step", "constant"}, default={schedule!r}
    Learning rate schedule; see `hdr_bench.estimators.neural.schedules.make_schedule`.
schedule_params : mapping or None, default={schedule_params!r}
    Further parameters of torch's scheduler, e.g. ``{"step_size": 10}`` for "step".
batch_size : int, default={batch_size!r}
    Images per step.
max_epochs : int or None, default={max_epochs!r}
    Maximum number of passes over the data. None uses {fewest_epochs}, or more if there are few images: see
    `hdr_bench.estimators.neural.config.default_epochs`.
early_stopping : bool, default={early_stopping!r}
    Stop when the loss on the held-out images has not fallen for `n_iter_no_change` epochs, and restore the weights of
    the best epoch. Intended for the schedules "constant" and "step", which do not depend on the last epoch.
validation_fraction : float or None, default={validation_fraction!r}
    Fraction of the training images, stratified, that is held out and evaluated after each epoch. None holds out no
    images, or a tenth with `early_stopping`. `validation_data` passed to `fit` takes its place.
n_iter_no_change : int, default={n_iter_no_change!r}
    Number of consecutive epochs without improvement after which `early_stopping` stops. An improvement lowers the
    smallest held-out loss so far by at least a ten-thousandth of it. Accuracy is not considered: it may have stopped
    rising long before.
augmentation : Distortion or mapping or None, default={augmentation!r}
    Random distortion of the training images, e.g. ``{"rotation": 10, "shift": 0.1}``.
adversarial : AdversarialTraining or mapping or None, default={adversarial!r}
    Adversarial training: each batch, distorted or not, is replaced by images that mislead the network in its current
    state, e.g. ``{"eps": 0.3, "steps": 7}``; the training errors in `history_` refer to these images.
image_shape : tuple of int or None, default={image_shape!r}
    Height and width, and the number of channels if there are several. {image_shape_of_none}
pixel_scale : float or None, default={pixel_scale!r}
    Divisor of the pixels; None learns the largest absolute value.
callbacks : list or None, default={callbacks!r}
    Additional skorch callbacks, or (name, callback) pairs.
device : str, default={device!r}
    Device that torch uses: "auto" is a CUDA device if available, otherwise the CPU.
n_jobs : int or None, default={n_jobs!r}
    Number of torch's threads while this estimator works, counted as in joblib; None leaves the current setting.
verbose : int, default={verbose!r}
    1 prints a line per epoch and shows a progress bar.
random_state : int, RandomState instance or None, default={random_state!r}
    Seeds weights, shuffling, dropout, augmentation, adversarial starts and the choice of held-out images. The same
    seed on the same machine, versions and threads gives bit-equal results. The global generators of numpy and torch are
    not changed.
"""

_ATTRIBUTES = """
classes_ : ndarray of shape (n_classes,)
    The labels, sorted.
net_ : skorch.NeuralNetClassifier
    Accepts the same rows of raw pixels; its labels are indices into `classes_`.
history_ : list of dict
    "train_loss" and "train_accuracy" of each epoch, measured while it runs; "validation_loss" and
    "validation_accuracy" after it, if images are held out.
layer_table_ : list of LayerRow
    Layers of the network.
engine_ : str
    Library that does the computation, with the device if it is not the CPU.
n_parameters_ : int
    Number of trainable parameters.
n_stored_variables_ : int
    Number of values needed for predictions: weights, running means and variances.
n_multiply_accumulates_ : int
    Multiply-accumulates for one image, in convolutions and fully connected layers.
image_shape_ : tuple of int
    Image shape of a row of features.
scale_ : float
    Divisor of the pixels.
background_ : tuple of float
    With `augmentation`: value of the raw pixels behind the ink, one per channel.
pixel_range_ : tuple of float
    With `adversarial`: smallest and largest raw pixel seen during fit.
n_iter_ : int
    Number of epochs run.
n_features_in_ : int
    Number of features seen during fit.
"""

_REFERENCES = """
.. [1] Szegedy, C., Vanhoucke, V., Ioffe, S., Shlens, J., & Wojna, Z. (2016). Rethinking the Inception architecture
   for computer vision. CVPR.
"""

_SECTIONS = {"{shared parameters}": _PARAMETERS, "{shared attributes}": _ATTRIBUTES, "{references}": _REFERENCES}


def document_network(image_shape_of_none: str) -> Callable[[T], T]:
    """Decorate a network's class to fill the shared sections into its docstring.

    The docstring contains ``{shared parameters}``, ``{shared attributes}`` and ``{references}``, each on its own line.
    Defaults are taken from the constructor.

    Parameters
    ----------
    image_shape_of_none : str
        Meaning of `image_shape=None`, in full sentences.

    Returns
    -------
    decorate : callable
        Takes the class and returns it.
    """

    def decorate(cls: T) -> T:
        # python -OO strips docstrings.
        if cls.__doc__ is not None:
            cls.__doc__ = _fill_in(inspect.cleandoc(cls.__doc__), _values(cls, image_shape_of_none))
        return cls

    return decorate


def _values(cls: Any, image_shape_of_none: str) -> dict[str, str]:
    """Return the values of the placeholders in the shared sections."""
    defaults = {
        f"{{{each.name}!r}}": f'"{each.default}"' if isinstance(each.default, str) else repr(each.default)
        for each in inspect.signature(cls).parameters.values()
    }
    return {
        **defaults,
        "{fewest_epochs}": str(cls._fewest_epochs),
        "{image_shape_of_none}": image_shape_of_none,
    }


def _fill_in(docstring: str, values: dict[str, str]) -> str:
    for marker, section in _SECTIONS.items():
        text = section.strip()
        for name, value in values.items():
            text = text.replace(name, value)
        docstring = docstring.replace(marker, text)
    return docstring
