"""skorch net of both networks, and what it records."""

from typing import Any, Self

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, PassthroughScoring

from hdr_bench.estimators.neural.adversary import Adversary
from hdr_bench.estimators.neural.devices import usual_state
from hdr_bench.estimators.neural.epochs import report_epoch


class Accuracy(Callback):
    """Record the accuracy of each epoch: on training images while it runs, as Keras does, and on held-out images."""

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """Start counting.

        Parameters
        ----------
        net : Net
        **kwargs
            From skorch; unused.
        """
        self.right_, self.seen_ = {True: 0, False: 0}, {True: 0, False: 0}

    def on_batch_end(self, net: Any, batch: Any, training: bool, y_pred: torch.Tensor, **kwargs: Any) -> None:
        """Count correct predictions; the sum stays a tensor, so that the device need not be waited for.

        Parameters
        ----------
        net : Net
        batch : tuple of torch.Tensor
            Images and labels.
        training : bool
            Whether the batch is used for training.
        y_pred : torch.Tensor of shape (n, n_classes)
            The network's outputs.
        **kwargs
            From skorch; unused.
        """
        labels = batch[1].to(y_pred.device)
        self.right_[training] += (y_pred.detach().argmax(dim=1) == labels).sum()
        self.seen_[training] += len(labels)

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Record the accuracy.

        Parameters
        ----------
        net : Net
        **kwargs
            From skorch; unused.
        """
        for training, part in ((True, "train"), (False, "valid")):
            if self.seen_[training]:
                net.history.record(f"{part}_accuracy", float(self.right_[training]) / self.seen_[training])
        # A GPU tensor left here could not be loaded without a GPU.
        self.right_ = {True: 0, False: 0}
        report_epoch(len(net.history), net.max_epochs)


class Net(NeuralNetClassifier):
    """skorch net with only the callbacks that record what reports need.

    Its batches are already tensors, so it skips what skorch does for other inputs at each step (checking for frames and
    mappings, walking through the modules); with small networks this makes a difference.

    Parameters
    ----------
    *args : object
        As in skorch.
    adversary : Adversary or None, default=None
        Changes training batches before the network learns from them.
    **kwargs : object
        As in skorch.
    """

    def __init__(self, *args: Any, adversary: Adversary | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adversary = adversary

    def train_step_single(self, batch: tuple[torch.Tensor, torch.Tensor], **fit_params: Any) -> dict[str, Any]:
        """Learn from a batch, or from the adversary's version of it.

        Parameters
        ----------
        batch : tuple of torch.Tensor
            Images and indices of their labels in the classes.
        **fit_params : object
            From skorch; unused.

        Returns
        -------
        step : dict of str to object
            As in skorch.
        """
        if self.adversary is not None:
            images, codes = batch[0].to(self.device), batch[1].to(self.device)
            batch = self.adversary.mislead(self.module_, images, codes, self.iterator_train__generator), codes
        step: dict[str, Any] = super().train_step_single(batch, **fit_params)
        return step

    def infer(self, x: torch.Tensor, **fit_params: Any) -> torch.Tensor:
        """Return the network's outputs.

        Parameters
        ----------
        x : torch.Tensor of shape (n, channels, height, width)
        **fit_params
            From skorch; unused.

        Returns
        -------
        outputs : torch.Tensor of shape (n, n_classes)
        """
        outputs: torch.Tensor = self.module_(x.to(self.device))
        return outputs

    def get_loss(self, y_pred: torch.Tensor, y_true: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return the loss.

        Parameters
        ----------
        y_pred : torch.Tensor of shape (n, n_classes)
        y_true : torch.Tensor of shape (n,)
        *args, **kwargs
            From skorch; unused.

        Returns
        -------
        loss : torch.Tensor
            A scalar.
        """
        loss: torch.Tensor = self.criterion_(y_pred, y_true.to(self.device))
        return loss

    def initialize_for_predictions(self) -> Self:
        """Create everything that predictions need; the optimizer, which makes torch import half of itself, is left out.

        Returns
        -------
        self
        """
        self._initialize_virtual_params()
        self._initialize_callbacks()
        self._initialize_module()
        self._initialize_criterion()
        self._initialize_history()
        self.initialized_ = True
        return self

    def initialize_for_training(self) -> Self:
        """Create the optimizer if it does not exist yet.

        Returns
        -------
        self
        """
        if not hasattr(self, "optimizer_"):
            self._initialize_optimizer()
        return self

    def fit_loop(self, *args: Any, **kwargs: Any) -> Self:
        """Train; a callback may stop it with KeyboardInterrupt, as early stopping does, and a user with Ctrl-C.

        Parameters
        ----------
        *args, **kwargs
            As in skorch.

        Returns
        -------
        self
        """
        self.ended_by_ = ""
        try:
            super().fit_loop(*args, **kwargs)
        except KeyboardInterrupt:
            self.ended_by_ = self.ended_by_ or "user"
            raise
        return self

    def notify(self, method_name: str, **cb_kwargs: Any) -> None:
        """Call the callbacks.

        Parameters
        ----------
        method_name : str
            E.g. ``"on_epoch_end"``.
        **cb_kwargs
            Arguments of the callbacks.
        """
        try:
            super().notify(method_name, **cb_kwargs)
        except KeyboardInterrupt:
            self.ended_by_ = "callback"
            raise

    def partial_fit(self, *args: Any, **kwargs: Any) -> Self:
        """Train further; unlike in skorch, an interruption by the user is passed on to the caller.

        Parameters
        ----------
        *args, **kwargs
            As in skorch.

        Returns
        -------
        self

        Raises
        ------
        KeyboardInterrupt
            If the user interrupts the training.
        """
        super().partial_fit(*args, **kwargs)
        if self.ended_by_ == "user":
            raise KeyboardInterrupt
        return self

    def __getstate__(self) -> dict[str, Any]:
        # These are the same objects as module_ and criterion_, which skorch moves to an available device.
        return {**super().__getstate__(), "module": None, "criterion": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A tensor created in inference mode cannot be trained further.
        with usual_state():
            super().__setstate__(state)
        self.__dict__.update(module=self.module_, criterion=self.criterion_)

    def _set_training(self, training: bool = True) -> None:
        if self.module_.training != training:
            super()._set_training(training)

    @property
    def _default_callbacks(self) -> list[tuple[str, Any]]:
        return [
            ("train_loss", PassthroughScoring(name="train_loss", on_train=True)),
            ("valid_loss", PassthroughScoring(name="valid_loss")),
            ("accuracy", Accuracy()),
        ]


def softmax(outputs: torch.Tensor) -> torch.Tensor:
    """Convert outputs to probabilities.

    Parameters
    ----------
    outputs : torch.Tensor of shape (n, n_classes)
        Before the softmax.

    Returns
    -------
    probabilities : torch.Tensor of shape (n, n_classes)
    """
    return torch.softmax(outputs, dim=1)
