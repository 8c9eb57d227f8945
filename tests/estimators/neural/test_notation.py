from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.estimators.neural.notation import build_network, layer_table, parse_layers
from hdr_bench.exceptions import NotationError

MNIST = (1, 28, 28)


def _counts(layers, shape=MNIST, n_classes=10):
    rows = layer_table(parse_layers(layers, n_classes), shape)
    return sum(row.parameters for row in rows), sum(row.parameters + row.buffers for row in rows)


@pytest.mark.parametrize(
    ("layers", "parameters"),
    [
        ("8C5-MP2-16C5-MP2-128N-D0.2", 37_610),
        ("397N-397N", 473_631),
        ("32C5-AP2-20N", 93_222),
        ("32C5p2-MP2-32C5p2-MP2", 42_154),
        ("6C5p2-MP2-16C5-MP2-120C5-84N", 61_706),
        ("512N-64N-32N-16N", 437_530),
        ("32C3-MP2-64C3-MP2-64C3-64N", 93_322),
        ("784N-455N-250N-170N-120N-50N", 1_156_365),
        ("28C3-linear-MP2-128N", 607_394),
    ],
)
def test_published_networks_have_their_published_parameters(layers, parameters):
    assert _counts(layers)[0] == parameters


ALEXNET = "R227-96C11s4-MP3s2-256C5p2-MP3s2-384C3p1-384C3p1-256C3p1-MP3s2-4096N-4096N"
VGG = "R224-2x64C3p1-MP2-2x128C3p1-MP2-{}x256C3p1-MP2-3x512C3p1-MP2-3x512C3p1-MP2-4096N-4096N"


@pytest.mark.parametrize(
    ("layers", "shape", "n_classes", "parameters"),
    [
        # LeCun et al., 1998, fully connected between the maps and with plain pooling.
        ("4C5-AP2-12C5-AP2", MNIST, 10, 3_246),
        ("4C5p2-AP2-16C5-AP2-120N", MNIST, 10, 51_050),
        ("6C5p2-AP2-16C5-AP2-120C5-84N", MNIST, 10, 61_706),
        # Lazovic, 2020: the source draws a VGG with two 256C3p1; VGG-16 itself has three.
        (ALEXNET, MNIST, 10, 58_299_082),
        (ALEXNET, (3, 28, 28), 1000, 62_378_344),
        (VGG.format(2), MNIST, 10, 133_710_282),
        (VGG.format(3), MNIST, 10, 134_300_362),
        (VGG.format(3), (3, 28, 28), 1000, 138_357_544),
    ],
    ids=["LeNet-1", "LeNet-4", "LeNet-5", "AlexNet", "AlexNet, colour", "VGG, as drawn", "VGG-16", "VGG-16, colour"],
)
def test_networks_of_the_literature_have_their_parameters(layers, shape, n_classes, parameters):
    assert _counts(layers, shape, n_classes)[0] == parameters


def test_the_table_counts_what_torch_counts():
    for layers in ("4C5p2-AP2-16C5-AP2-120N", "8C3-BN-relu-MP2-2x4C3p1-GAP", "R40-96C11s4-MP3s2-20N-D0.1"):
        parsed = parse_layers(layers, 10)
        network = build_network(parsed, MNIST)
        counted = sum(parameter.numel() for parameter in network.parameters())
        assert counted == sum(row.parameters for row in layer_table(parsed, MNIST))
        assert network(torch.zeros(2, *MNIST)).shape == (2, 10)


def test_running_means_count_apart():
    layers = (
        "64C3-lrelu0.08-MP2-D0.2-128C3-lrelu0.08-MP2-D0.2-F-BN-128N-linear-BN-relu-D0.2-BN-OUT-BN"  # Aboueloula, 2020
    )
    assert _counts(layers) == (492_446, 499_378)


def test_colour_and_classes():
    assert _counts("64C3-linear-MP2-256N-D0.4-50N", (3, 64, 64), 15)[0] == 15_760_687


def test_a_grey_image_as_a_colour_image():
    layers = "RGB-64C3-linear-MP2-256N-D0.4-50N"
    assert _counts(layers, (1, 64, 64), 15)[0] == 15_760_687
    parsed = parse_layers("R30-RGB-4C3-GAP", 10)
    network = build_network(parsed, MNIST)
    images = torch.rand(2, *MNIST)
    coloured = network[1](network[0](images))
    assert coloured.shape == (2, 3, 30, 30)
    assert torch.equal(coloured[:, 0], coloured[:, 2])
    assert network(images).shape == (2, 10)
    with pytest.raises(NotationError, match="the input must be a grey image, got 3 channels"):
        _counts(layers, (3, 64, 64), 15)


def test_what_is_unsaid_is_filled_in():
    def tokens(text, activation="relu"):
        return "-".join(layer.token for layer in parse_layers(text, 10, activation))

    assert tokens("8C5-MP2-128N") == "8C5-relu-MP2-F-128N-relu-OUT"
    assert tokens("2x8C3p1-GAP", "tanh") == "8C3p1-tanh-8C3p1-tanh-GAP-OUT"
    assert tokens("8C3-linear-BN-relu-F-OUT-BN") == "8C3-linear-BN-relu-F-OUT-BN"
    assert tokens("MP2") == "MP2-F-OUT"


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ("", "the layer string is empty"),
        ("32C3-MPP2-8N", r"token 2 of '32C3-MPP2-8N', 'MPP2', cannot be read"),
        ("0C3", "token 1 of '0C3', '0C3': a number is 0; it must be at least 1"),
        ("8C3-2x0N", "token 2 of '8C3-2x0N', '0N': a number is 0; it must be at least 1"),
        ("08C3", "token 1 of '08C3', '08C3': a number begins with 0; remove the leading zero"),
        ("8C3-99999999999999999N", "'99999999999999999N': a number is too large; at most 99,999,999 is allowed"),
        ("999999999x8C3", "'999999999x8C3': a number is too large"),
        ("8C999999999s1", "a number is too large"),
        ("999999999Q", "token 1 of '999999999Q', '999999999Q', cannot be read"),
        ("D1.5", "'D1.5': the dropout rate must be below 1"),
        ("8C3-R28", "R28 of '8C3-R28': resizing must be the first"),
        ("8C3-RGB", "RGB of '8C3-RGB': must be the first token, or follow R"),
        ("OUT-OUT", "OUT occurs 2 times"),
        ("OUT-relu", "relu of 'OUT-relu': only BN and D may follow OUT"),
        ("9999x8C3", "must be repeated at most 1000 times"),
        ("8N-8C3", "8C3: the input must be an image, got 8 features"),
        ("30C29", "30C29: a window of 29x29 does not fit the layer's input of 28x28"),
        ("MP2p2", "MP2p2: padding must be at most half the window"),
    ],
)
def test_errors_name_the_token(layers, fault):
    with pytest.raises(NotationError, match=fault):
        layer_table(parse_layers(layers, 10), MNIST)


def test_an_activation_that_is_none():
    with pytest.raises(NotationError, match="unknown activation '8N'. Choose from: relu"):
        parse_layers("8N", 10, activation="8N")


sizes = st.integers(1, 5)
convolutions = st.builds(lambda n, k, s, p: f"{n}C{k}s{s}p{p}", sizes, sizes, st.integers(1, 3), st.integers(0, 2))
poolings = st.builds(lambda kind, k: f"{kind}{k}", st.sampled_from(["MP", "AP"]), st.integers(1, 3))
plain = st.sampled_from(["BN", "D0.5", "relu", "tanh", "sigmoid", "linear", "lrelu0.1"])
spatial = st.lists(st.one_of(convolutions, poolings, plain), max_size=5)
dense = st.lists(st.one_of(st.builds("{}N".format, sizes), plain), max_size=3)


@settings(deadline=None)
@given(spatial, st.sampled_from(["F", "GAP"]), dense)
def test_the_table_says_what_torch_builds(before, between, after):
    layers = parse_layers("-".join([*before, between, *after]), 3)
    try:
        rows = layer_table(layers, (2, 9, 7))
    except NotationError:
        with pytest.raises(NotationError):
            build_network(layers, (2, 9, 7))
        return
    network = build_network(layers, (2, 9, 7)).eval()
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in network.parameters())
    buffers = sum(b.numel() for b in network.buffers() if b.dim())
    assert sum(row.buffers for row in rows) == buffers
    expected = [row.output_shape for row in rows]
    for place, (row, following) in enumerate(pairwise(rows)):
        if row.layer == "Activation" and following.token.startswith("MP"):
            expected[place] = following.output_shape  # the maximum is taken first
    images, shapes = torch.zeros(4, 2, 9, 7), []
    for module in network:
        images = module(images)
        shapes.append(tuple(images.shape[1:]))
    assert shapes == expected


@given(st.text(alphabet="0123456789CMPANFDsp.xGBORUTelurh-", max_size=30))
def test_arbitrary_text_is_a_network_or_an_error_of_ours(text):
    try:
        layers = parse_layers(text, 10)
    except NotationError:
        return
    assert layers[-1].token in {"OUT", "BN"} or layers[-1].token.startswith("D")
