"""The documentation of the parameters that both networks have, written once."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=type)

_PARAMETERS = """
activation : str, default={activation!r}
    Activation after each layer, unless `layers` names another one.
loss : {"cross_entropy", "kl_divergence", "squared_error"}, default={loss!r}
    Loss function that is minimized. The last is taken from probabilities, averaged over the classes.
label_smoothing : float, default={label_smoothing!r}
    Share of the target that is spread evenly over all classes [1]_.
class_weight : mapping, "balanced" or None, default={class_weight!r}
    Weight of an image of each class in the loss; "balanced" is by the inverse of a class's frequency.
weight_init : str, mapping or None, default={weight_init!r}
    Initial weights: a name of `hdr_bench.estimators.neural.initialization.WEIGHT_INITS`, or names by kind of layer
    ("convolution", "dense", "output"). None is torch's own way.
batch_norm_params : mapping or None, default={batch_norm_params!r}
    What every ``BN`` is given, e.g. ``{"momentum": 0.01, "eps": 1e-3}``, which are Keras's. None is torch's own 0.1 and
    1e-5.
optimizer : str, default={optimizer!r}
    A class of `torch.optim`, by name.
optimizer_params : mapping or None, default={optimizer_params!r}
    What else the optimizer is given, e.g. ``{"weight_decay": 1e-4}``.
lr : float, default={lr!r}
    Learning rate; the highest of the cycle with ``schedule="one-cycle"``.
schedule : {"one-cycle", "cosine", "step", "constant"}, default={schedule!r}
    Course of the learning rate; see `hdr_bench.estimators.neural.schedules.make_schedule`.
schedule_params : mapping or None, default={schedule_params!r}
    What else torch's scheduler is given, e.g. ``{"step_size": 10}`` for "step".
batch_size : int, default={batch_size!r}
    Images per step.
max_epochs : int or None, default={max_epochs!r}
    Passes through the data. None takes {fewest_epochs}, or more if the images are few: see
    `hdr_bench.estimators.neural.config.default_epochs`.
early_stopping : bool, default={early_stopping!r}
    End when the loss on the images held out has not fallen for `n_iter_no_change` epochs, and keep the weights of the
    best one. Meant for the schedules "constant" and "step", which do not plan for a last epoch.
validation_fraction : float or None, default={validation_fraction!r}
    Share of the training images, stratified, that is held out and evaluated after each epoch. None holds out none, or a
    tenth with `early_stopping`. Images given to `fit` as `validation_data` take its place.
n_iter_no_change : int, default={n_iter_no_change!r}
    Epochs in a row without a lower loss on the images held out after which `early_stopping` ends: lower than the least
    so far by at least a ten-thousandth of it. The accuracy is not looked at: it may have stopped rising long before.
augmentation : Distortion or mapping or None, default={augmentation!r}
    Random distortion of the training images, e.g. ``{"rotation": 10, "shift": 0.1}``.
adversarial : AdversarialTraining or mapping or None, default={adversarial!r}
    Adversarial training: each batch, distorted or not, is learned as images that mislead the network as it is then,
    e.g. ``{"eps": 0.3, "steps": 7}``; its errors on them are those of `history_`.
image_shape : tuple of int or None, default={image_shape!r}
    Height and width, and channels if there are several. {image_shape_of_none}
pixel_scale : float or None, default={pixel_scale!r}
    What pixels are divided by; None learns the largest absolute value.
callbacks : list or None, default={callbacks!r}
    More callbacks of skorch's, or (name, callback) pairs.
device : str, default={device!r}
    Where torch computes: "auto" is a CUDA device if there is one, otherwise the CPU.
n_jobs : int or None, default={n_jobs!r}
    Threads of torch while this estimator works, as joblib counts them; None leaves torch's number.
verbose : int, default={verbose!r}
    1 prints a line per epoch and shows a progress bar.
random_state : int, RandomState instance or None, default={random_state!r}
    Seeds weights, shuffling, dropout, augmentation, adversarial starts and what is held out. The same seed on the same
    machine, versions and threads gives bit-equal results. The global generators of numpy and torch stay as they are.
"""

_ATTRIBUTES = """
classes_ : ndarray of shape (n_classes,)
    The labels, sorted.
net_ : skorch.NeuralNetClassifier
    Takes the same rows of raw pixels; its labels are places in `classes_`.
history_ : list of dict
    "train_loss" and "train_accuracy" of each epoch, measured while it runs; "validation_loss" and
    "validation_accuracy" after it, if images are held out.
layer_table_ : list of LayerRow
    The network layer by layer.
engine_ : str
    The library that computes, with the device if that is not the CPU.
n_parameters_ : int
    Number of trainable parameters.
n_stored_variables_ : int
    Numbers that predictions need: weights, running means and variances.
n_multiply_accumulates_ : int
    Multiply-accumulates for one image: of convolutions and fully connected layers.
image_shape_ : tuple of int
    What a row of features is seen as.
scale_ : float
    What pixels are divided by.
background_ : tuple of float
    With `augmentation`: value of the raw pixels behind the ink, one per channel.
pixel_range_ : tuple of float
    With `adversarial`: smallest and largest raw pixel while fitting.
n_iter_ : int
    Epochs run.
n_features_in_ : int
    Number of features seen while fitting.
"""

_REFERENCES = """
.. [1] Szegedy, C., Vanhoucke, V., Ioffe, S., Shlens, J., & Wojna, Z. (2016). Rethinking the Inception architecture
   for computer vision. CVPR.
"""

_SECTIONS = {"{shared parameters}": _PARAMETERS, "{shared attributes}": _ATTRIBUTES, "{references}": _REFERENCES}


def document_network(image_shape_of_none: str) -> Callable[[T], T]:
    """Decorate a network's class, whose docstring then has what all networks share.

    Its docstring has ``{shared parameters}``, ``{shared attributes}`` and ``{references}``, each on its own line. The
    defaults are those of the constructor.

    Parameters
    ----------
    image_shape_of_none : str
        What an `image_shape` of None means, in sentences.

    Returns
    -------
    decorate : callable
        Takes the class, and returns it.
    """

    def decorate(cls: T) -> T:
        # python -OO leaves docstrings out.
        if cls.__doc__ is not None:
            cls.__doc__ = _fill_in(inspect.cleandoc(cls.__doc__), _values(cls, image_shape_of_none))
        return cls

    return decorate


def _values(cls: Any, image_shape_of_none: str) -> dict[str, str]:
    """Return what stands for each marker in the shared sections."""
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
