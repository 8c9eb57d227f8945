import torch

from hdr_bench.estimators.neural.batches import n_batches, split_indices


def test_batches_hold_every_image_once_and_never_one_alone():
    for n in range(1, 40):
        batches = split_indices(torch.arange(n), 6)
        assert torch.cat(batches).tolist() == list(range(n))
        assert len(batches) == n_batches(n, 6)
        assert n == 1 or min(map(len, batches)) > 1
