"""How networks are trained: what is held out, parts, callbacks, what is recorded."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, EpochScoring, GradientNormClipping

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, Distortion, MLPClassifier
from hdr_bench.estimators.allocation import keep_freed_memory
from hdr_bench.estimators.neural.notation import build_network, parse_layers


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def test_history_holds_what_was_held_out(digits):
    model = _mlp(validation_fraction=0.25).fit(digits.train.X, digits.train.y)
    assert [set(row) for row in model.history_] == [
        {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"}
    ] * 6
    assert len(model.net_.history[0]["batches"][0]) > 0
    last = model.history_[-1]
    assert 0.6 < last["validation_accuracy"] < last["train_accuracy"]
    assert last["validation_loss"] > last["train_loss"]


def test_images_given_for_validation_teach_nothing(digits):
    pair = digits.test.X, digits.test.y
    plain = _mlp().fit(digits.train.X, digits.train.y)
    watched = _mlp().fit(digits.train.X, digits.train.y, validation_data=pair)
    np.testing.assert_array_equal(watched.predict_proba(digits.test.X), plain.predict_proba(digits.test.X))
    assert watched.history_[-1]["validation_accuracy"] == pytest.approx(watched.score(*pair))
    assert watched.net_.train_split is None
    with pytest.raises(ValueError, match=r"labels that are not among the classes .*: \[11\]"):
        _mlp().fit(digits.train.X, digits.train.y, validation_data=(digits.test.X[:1], [11]))


def test_early_stopping_keeps_the_best(digits):
    model = _mlp(
        layers="100N", schedule="constant", lr=0.01, early_stopping=True, n_iter_no_change=3, max_epochs=100
    ).fit(digits.train.X, digits.train.y, validation_data=(digits.test.X, digits.test.y))
    losses = [row["validation_loss"] for row in model.history_]
    assert model.n_iter_ < 60
    assert len(losses) - 1 - int(np.argmin(losses)) == 3
    best = torch.nn.functional.nll_loss(
        torch.from_numpy(np.log(model.predict_proba(digits.test.X))), torch.from_numpy(digits.test.y.astype(np.int64))
    )
    assert float(best) == pytest.approx(min(losses), rel=1e-3)


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1, 0.001])
def test_shares_that_cannot_be_held_out(digits, share):
    with pytest.raises(ValueError, match="validation_fraction"):
        _mlp(validation_fraction=share).fit(digits.train.X, digits.train.y)


def test_parts_are_learnt_one_after_another(digits):
    model = MLPClassifier("64N", batch_size=32, lr=0.003, random_state=0)
    for epoch in range(6):
        for part in np.split(np.random.default_rng(epoch).permutation(1000), 4):
            model.partial_fit(digits.train.X[part], digits.train.y[part], classes=range(10))
    assert model.score(digits.test.X, digits.test.y) > 0.85
    assert model.n_iter_ == len(model.history_) == 24


def test_parts_repeat_with_the_seed(digits):
    models = [CNNClassifier("4C5-MP4-D0.2-8N", random_state=3) for _ in range(2)]
    for model in models:
        for part in (slice(0, 300), slice(300, 600)):
            model.partial_fit(digits.train.images[part], digits.train.y[part], classes=np.arange(10))
    np.testing.assert_array_equal(*(model.predict_proba(digits.test.X) for model in models))


def test_a_fitted_network_learns_on(digits):
    mixed = np.random.default_rng(0).permutation(1000)
    model = _mlp(schedule="one-cycle", early_stopping=True).fit(
        digits.train.X[mixed[:500]], digits.train.y[mixed[:500]]
    )
    before, epochs = model.score(digits.test.X, digits.test.y), model.n_iter_
    for _ in range(6):
        model.partial_fit(digits.train.X[mixed], digits.train.y[mixed])
    assert model.n_iter_ == epochs + 6
    group = model.net_.optimizer_.param_groups[0]
    assert (group["lr"], group["betas"]) == (model.lr, (0.9, 0.999))
    assert model.score(digits.test.X, digits.test.y) > before + 0.02


def test_parts_want_to_know_the_classes(digits):
    X, y = digits.train.X[::4], digits.train.y[::4]
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        _mlp().partial_fit(X, y)
    with pytest.raises(ValueError, match="labels that are not among the classes"):
        _mlp().partial_fit(X, y, classes=[0, 1])
    model = _mlp().partial_fit(X, y, classes=range(10))
    with pytest.raises(ValueError, match="differ from those of the first call"):
        model.partial_fit(X, y, classes=range(11))
    with pytest.raises(ValueError, match="class_weight='balanced' needs all labels"):
        _mlp(class_weight="balanced").partial_fit(X, y, classes=range(10))


def test_callbacks_of_ones_own(digits):
    clip = GradientNormClipping(gradient_clip_value=1e-8)
    scored = EpochScoring("balanced_accuracy", name="balanced", on_train=True, lower_is_better=False)
    model = _mlp(callbacks=[("clip", clip), scored], optimizer="SGD", lr=0.1).fit(digits.train.X, digits.train.y)
    assert all(0 <= row["balanced"] <= 1 for row in model.net_.history)
    assert model.score(digits.test.X, digits.test.y) < 0.5, "a gradient cut to nothing teaches nothing"


def test_callbacks_stay_as_they_were_given(digits):
    scored = EpochScoring("balanced_accuracy", name="balanced", on_train=True, lower_is_better=False)
    before = dict(vars(scored))
    for _ in range(2):
        model = _mlp(max_epochs=2, callbacks=[scored]).fit(digits.train.X, digits.train.y)
    assert vars(scored) == before
    assert model.callbacks == [scored]


class _StopsAtTwo(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt


class _Interrupted(Distortion):
    def apply(self, images, generator):
        raise KeyboardInterrupt


def test_a_callback_may_stop_a_fit_and_a_user_interrupts_it(digits):
    assert _mlp(callbacks=[_StopsAtTwo()]).fit(digits.train.X, digits.train.y).n_iter_ == 2
    model = _mlp(augmentation=_Interrupted())
    with pytest.raises(KeyboardInterrupt):
        model.fit(digits.train.X, digits.train.y)
    assert not hasattr(model, "net_")


@pytest.mark.parametrize("params", [{"batch_size": 1}, {"layers": "4C5-BN-MP4-8N"}])
def test_batch_normalisation_wants_two_images(digits, params):
    model = CNNClassifier(**params)
    with pytest.raises(ValueError, match=r"batch normalization \(BN\) needs at least two images at a time"):
        model.partial_fit(digits.train.X[:1], digits.train.y[:1], classes=range(10))
    CNNClassifier("4C5-MP4-8N").partial_fit(digits.train.X[:1], digits.train.y[:1], classes=range(10))


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"loss": "crossentropy"}, "Did you mean 'cross_entropy'"),
        ({"label_smoothing": 1.0}, "label_smoothing must be a number of at least 0 and below 1, got 1.0"),
        ({"weight_init": "xavier"}, "unknown weight_init 'xavier'"),
        ({"schedule_params": {"gamma": 1}, "schedule": "constant"}, "which has none"),
        ({"device": "tpu"}, "device='tpu' is not available"),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be an integer of at least 1, got 0"),
        ({"max_epochs": 0}, "max_epochs must be an integer between 1 and 1,000,000 or None, got 0"),
        ({"lr": 0.0}, "lr must be a finite number above 0, got 0.0"),
        ({"n_jobs": 0}, "n_jobs must be an integer other than 0"),
        ({"class_weight": "balance"}, "class_weight"),
        ({"augmentation": {"rotate": 5}}, "unknown parameter of augmentation 'rotate'. Did you mean 'rotation'?"),
        ({"class_weight": {"0": -1}}, "class_weight: the weight of '0' must be a finite number of at least 0, got -1"),
        ({"optimizer_params": {"weight_decay": -1}}, "optimizer_params of Adam: Invalid weight_decay value: -1"),
        ({"optimizer_params": {"weight_decay": "x"}}, "optimizer_params: weight_decay must be a number, true or"),
        (
            {"schedule": "step", "schedule_params": {"stepsize": 3}},
            "schedule_params of 'step' 'stepsize'. Did you mean",
        ),
    ],
)
def test_parameters_that_are_not_possible(digits, params, fault):
    with pytest.raises((ValueError, TypeError), match=fault):
        _mlp(**params).fit(digits.train.X[::4], digits.train.y[::4])


def test_progress_is_shown_on_request_only(digits, capsys):
    _mlp(max_epochs=2).fit(digits.train.X, digits.train.y)
    assert capsys.readouterr() == ("", "")
    _mlp(max_epochs=2, verbose=1).fit(digits.train.X, digits.train.y)
    told = capsys.readouterr()
    assert "train_loss" in told.out
    assert "16/16" in told.err or "15/16" in told.err or "it/s" in told.err


def test_the_skorch_net_answers_too(digits):
    model = _mlp().fit(digits.train.X, digits.train.y)
    np.testing.assert_array_equal(model.classes_[model.net_.predict(digits.test.X)], model.predict(digits.test.X))
    np.testing.assert_array_equal(model.net_.predict_proba(digits.test.X), model.predict_proba(digits.test.X))


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "lrelu0.1"])
def test_pooling_first_changes_nothing(activation):
    layers = parse_layers("4C3-MP2-6C3-MP3s2p1-8N", 10, activation)
    torch.manual_seed(0)
    swapped = build_network(layers, (1, 16, 16))
    torch.manual_seed(0)
    modules, shape = [], (1, 16, 16)
    for layer in layers:
        modules.append(layer.module(shape))
        shape = layer.output_shape(shape)
    as_written = torch.nn.Sequential(*modules)
    kinds = [type(module).__name__ for module in swapped]
    assert kinds.index("MaxPool2d") == 1
    images = torch.randn(5, 1, 16, 16)
    gradients = []
    for network in (swapped, as_written):
        network(images).square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    assert torch.equal(swapped(images), as_written(images))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_memory_is_given_back_after_a_fit():
    import gc

    from hdr_bench.experiments.measuring.memory import peak_memory

    with keep_freed_memory():
        kept = [np.ones(2**21) for _ in range(20)]
        del kept
        gc.collect()
        with peak_memory() as peak:
            again = [np.ones(2**21) for _ in range(20)]
    assert len(again) == 20
    assert peak.bytes > 300e6
