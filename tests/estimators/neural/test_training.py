"""How networks are trained: losses, schedules, starts, what is held out, what is recorded."""

import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback, EpochScoring, GradientNormClipping

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, Distortion, MLPClassifier
from hdr_bench.estimators.allocation import keep_freed_memory
from hdr_bench.estimators.neural.initialization import WEIGHT_INITS
from hdr_bench.estimators.neural.losses import LOSSES, make_loss
from hdr_bench.estimators.neural.notation import build_network, parse_layers


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def _epoch_rates(digits, **params):
    epochs = []

    class Rates(Callback):
        def on_batch_begin(self, net, **kwargs):
            epochs.append(net.optimizer_.param_groups[0]["lr"])

    _mlp(lr=0.01, batch_size=250, callbacks=[Rates()], **params).fit(digits.train.X, digits.train.y)
    return np.array(epochs)


def test_schedules_take_the_rate_where_they_should(digits):
    assert (_epoch_rates(digits, schedule="constant") == 0.01).all()
    np.testing.assert_allclose(_epoch_rates(digits, schedule="step"), np.repeat([1e-2, 1e-3, 1e-4], 8), rtol=1e-6)
    halved = _epoch_rates(digits, schedule="step", schedule_params={"step_size": 3, "gamma": 0.5})
    np.testing.assert_allclose(halved, np.repeat([0.01, 0.005], 12), rtol=1e-6)
    cosine = _epoch_rates(digits, schedule="cosine")
    np.testing.assert_allclose(cosine, 0.005 * (1 + np.cos(np.pi * np.arange(24) / 24)), rtol=1e-6)
    cycle = _epoch_rates(digits, schedule="one-cycle")
    assert cycle.max() == pytest.approx(0.01, rel=0.02)
    assert 5 <= cycle.argmax() <= 9
    assert cycle[-1] < 1e-4 < cycle[0] < 1e-3


def test_the_loss_is_the_formula(digits):
    outputs, labels = torch.randn(7, 4, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 3, 0, 1, 1])
    weight = torch.tensor([1.0, 2.0, 0.5, 3.0])
    shares = torch.softmax(outputs, dim=1)
    target = 0.9 * torch.eye(4)[labels] + 0.1 / 4
    counts = weight[labels] / weight[labels].sum()
    squared = ((shares - target) ** 2).mean(dim=1)
    divergence = (target * (target.log() - shares.log())).sum(dim=1)
    assert make_loss("squared_error", 0.1, weight)(outputs, labels) == pytest.approx(float((counts * squared).sum()))
    assert make_loss("kl_divergence", 0.1, None)(outputs, labels) == pytest.approx(float(divergence.mean()))
    plain = make_loss("cross_entropy", 0.0, weight)(outputs, labels)
    assert plain == pytest.approx(float((counts * -shares[torch.arange(7), labels].log()).sum()))
    smooth = make_loss("cross_entropy", 0.1, weight)(outputs, labels)
    assert smooth == pytest.approx(float((counts * -(target * shares.log()).sum(dim=1)).sum()))
    assert float(make_loss("cross_entropy", 0.1, torch.tensor([0.0, 1, 1, 1]))(outputs[[0, 4]], labels[[0, 4]])) == 0
    # Without smoothing the divergence from a one-hot target is the cross-entropy.
    assert make_loss("kl_divergence", 0.0, weight)(outputs, labels) == pytest.approx(float(plain))


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_learns(digits, loss):
    model = _mlp(loss=loss, max_epochs=15, lr=0.01).fit(digits.train.X, digits.train.y)
    assert model.score(digits.test.X, digits.test.y) > 0.8
    np.testing.assert_allclose(model.predict_proba(digits.test.X).sum(axis=1), 1, rtol=1e-5)


def test_smoothing_makes_probabilities_modest(digits):
    highest = [
        _mlp(label_smoothing=share, max_epochs=30)
        .fit(digits.train.X, digits.train.y)
        .predict_proba(digits.train.X)
        .max(axis=1)
        for share in (0.0, 0.2)
    ]
    assert highest[0].mean() > 0.95
    assert highest[1].mean() < 0.9


@pytest.mark.parametrize("name", WEIGHT_INITS)
def test_weights_start_as_named(digits, name):
    model = _mlp(layers="300N-300N", weight_init=name, lr=1e-12, max_epochs=1).fit(digits.train.X, digits.train.y)
    weight, bias = model.net_.module_[1].weight.detach(), model.net_.module_[1].bias.detach()
    deviation = {
        "xavier_uniform": (2 / (784 + 300)) ** 0.5,
        "xavier_normal": (2 / (784 + 300)) ** 0.5,
        "kaiming_uniform": (2 / 784) ** 0.5,
        "kaiming_normal": (2 / 784) ** 0.5,
        "lecun_normal": (1 / 784) ** 0.5,
        "orthogonal": (1 / 784) ** 0.5,
        "uniform": 0.05 / 3**0.5,
        "normal": 0.05,
    }[name]
    assert float(weight.std()) == pytest.approx(deviation, rel=0.03)
    assert float(bias.abs().max()) < 1e-9


def test_weights_start_by_kind_of_layer(digits):
    kinds = {"convolution": "lecun_normal", "output": "uniform"}
    model = CNNClassifier("40C7-MP4-300N", weight_init=kinds, lr=1e-12, max_epochs=1, random_state=0)
    network = model.fit(digits.train.X, digits.train.y).net_.module_
    network.requires_grad_(False)
    convolution, dense, output = (layer for layer in network if hasattr(layer, "weight"))
    assert float(convolution.weight.std()) == pytest.approx(1 / 7, rel=0.05)
    assert float(output.weight.abs().max()) == pytest.approx(0.05, rel=0.01)
    assert float(dense.bias.abs().max()) > 0, "torch's own start has biases"
    with pytest.raises(ValueError, match="unknown kind of layer in weight_init 'conv'. Choose from: convolution"):
        CNNClassifier(weight_init={"conv": "uniform"}).fit(digits.train.X, digits.train.y)


def test_weights_start_anew_with_the_seed(digits):
    weights = [
        _mlp(weight_init="orthogonal", random_state=seed, max_epochs=1)
        .fit(digits.train.X, digits.train.y)
        .net_.module_[1]
        .weight
        for seed in (0, 0, 1)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_class_weights_move_the_decision(digits):
    few_fives = (digits.train.y != 5) | (np.arange(1000) % 8 == 0)
    X, y = digits.train.X[few_fives], digits.train.y[few_fives]
    plain = _mlp(max_epochs=15).fit(X, y)
    for weight in ("balanced", {5: 8}):
        weighted = _mlp(max_epochs=15, class_weight=weight).fit(X, y)
        fives = digits.test.X[digits.test.y == 5]
        assert (weighted.predict(fives) == 5).mean() > (plain.predict(fives) == 5).mean() + 0.05
    ignored = _mlp(max_epochs=8, class_weight={5: 0.0}, batch_size=2).fit(X[::3], y[::3])
    assert (ignored.predict(digits.test.X) != 5).all()


def test_history_holds_what_was_held_out(digits):
    model = _mlp(validation_fraction=0.25).fit(digits.train.X, digits.train.y)
    assert [set(row) for row in model.history_] == [
        {"train_loss", "train_accuracy", "valid_loss", "valid_accuracy"}
    ] * 6
    assert len(model.net_.history[0]["batches"][0]) > 0
    last = model.history_[-1]
    assert 0.6 < last["valid_accuracy"] < last["train_accuracy"]
    assert last["valid_loss"] > last["train_loss"]


def test_images_given_for_validation_teach_nothing(digits):
    pair = digits.test.X, digits.test.y
    plain = _mlp().fit(digits.train.X, digits.train.y)
    watched = _mlp().fit(digits.train.X, digits.train.y, validation_data=pair)
    np.testing.assert_array_equal(watched.predict_proba(digits.test.X), plain.predict_proba(digits.test.X))
    assert watched.history_[-1]["valid_accuracy"] == pytest.approx(watched.score(*pair))
    assert watched.net_.train_split is None
    with pytest.raises(ValueError, match=r"labels that are none of the classes .*: \[11\]"):
        _mlp().fit(digits.train.X, digits.train.y, validation_data=(digits.test.X[:1], [11]))


def test_early_stopping_keeps_the_best(digits):
    model = _mlp(
        layers="100N", schedule="constant", lr=0.01, early_stopping=True, n_iter_no_change=3, max_epochs=100
    ).fit(digits.train.X, digits.train.y, validation_data=(digits.test.X, digits.test.y))
    losses = [row["valid_loss"] for row in model.history_]
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
    with pytest.raises(ValueError, match="labels that are none of the classes"):
        _mlp().partial_fit(X, y, classes=[0, 1])
    model = _mlp().partial_fit(X, y, classes=range(10))
    with pytest.raises(ValueError, match="not those of the first call"):
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
    with pytest.raises(ValueError, match=r"batch normalisation \(BN\) needs two images at a time"):
        model.partial_fit(digits.train.X[:1], digits.train.y[:1], classes=range(10))
    CNNClassifier("4C5-MP4-8N").partial_fit(digits.train.X[:1], digits.train.y[:1], classes=range(10))


def test_every_optimizer_of_torch_that_can_learns(digits):
    steps = {"Adadelta": 1.0, "SGD": 0.1, "ASGD": 0.1, "LBFGS": 0.1, "Rprop": 0.001, "Adafactor": 0.03}
    names = [name for name, kind in vars(torch.optim).items() if isinstance(kind, type) and name != "Optimizer"]
    assert len(names) > 12
    for name in set(names) - {"SparseAdam", "Muon"}:
        model = _mlp(layers="16N", optimizer=name, lr=steps.get(name, 0.01), max_epochs=8 if name != "LBFGS" else 1)
        assert model.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y) > 0.7, name
    for name in ("SparseAdam", "Muon"):
        with pytest.raises(ValueError, match="unknown optimizer of torch.optim"):
            _mlp(optimizer=name).fit(digits.train.X, digits.train.y)


def test_optimizers_take_their_own_parameters(digits):
    model = _mlp(optimizer="SGD", optimizer_params={"momentum": 0.9, "nesterov": True}, lr=0.05)
    group = model.fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]
    assert (group["momentum"], group["nesterov"], group["fused"]) == (0.9, True, True)
    group = _mlp(optimizer_params={"foreach": True}).fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]
    assert (group["foreach"], group["fused"]) == (True, None)
    with pytest.raises(ValueError, match="unknown optimizer_params of SGD 'momentun'. Did you mean 'momentum'"):
        _mlp(optimizer="SGD", optimizer_params={"momentun": 0.9}).fit(digits.train.X, digits.train.y)


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"loss": "crossentropy"}, "Did you mean 'cross_entropy'"),
        ({"label_smoothing": 1.0}, "label_smoothing must be a number of at least 0 and below 1, got 1.0"),
        ({"weight_init": "xavier"}, "unknown weight_init 'xavier'"),
        ({"schedule_params": {"gamma": 1}, "schedule": "constant"}, "which has none"),
        ({"device": "tpu"}, "device='tpu' is not possible here"),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be an integer of at least 1, got 0"),
        ({"max_epochs": 0}, "max_epochs must be an integer between 1 and 1,000,000 or None, got 0"),
        ({"lr": 0.0}, "lr must be a finite number above 0, got 0.0"),
        ({"n_jobs": 0}, "n_jobs must be an integer other than 0"),
        ({"class_weight": "balance"}, "class_weight"),
        ({"augmentation": {"rotate": 5}}, "unknown parameter of augmentation 'rotate'. Did you mean 'rotation'?"),
        ({"class_weight": {"0": -1}}, "class_weight: of '0' must be a finite number of at least 0, got -1"),
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


def test_threads_are_those_asked_for_and_then_as_before(digits):
    seen = []

    class Threads(Callback):
        def on_epoch_begin(self, net, **kwargs):
            seen.append(torch.get_num_threads())

    before = torch.get_num_threads()
    for n_jobs in (1, None):
        _mlp(n_jobs=n_jobs, max_epochs=1, callbacks=[Threads()]).fit(digits.train.X, digits.train.y)
    assert seen == [1, before]
    assert torch.get_num_threads() == before
    search = GridSearchCV(_mlp(callbacks=[_RecordThreads()]), {"lr": [0.01, 0.001]}, cv=2, n_jobs=2, refit=False)
    search.fit(digits.train.X[::2], digits.train.y[::2])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


class _RecordThreads(Callback):
    """In a worker process of joblib's, the cores are shared out."""

    def on_epoch_begin(self, net, **kwargs):
        import os

        assert torch.get_num_threads() <= max(1, (os.cpu_count() or 1) // 2)


def test_where_it_computes(digits):
    model = _mlp(max_epochs=1, device="auto").fit(digits.train.X, digits.train.y)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert str(next(model.net_.module_.parameters()).device).startswith(expected)
    assert model.engine_ == ("torch" if expected == "cpu" else "torch (cuda)")


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
