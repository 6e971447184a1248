"""Tensors that Python and C++ make alike, so that no golden stores weights.

Each value is a hash of the tensor's name and its index; the C++ half is
tests/model/hashed_values.cc.
"""

import hashlib

import numpy
import torch

_MASK = (1 << 64) - 1


def _seed(name):
    value = 0xCBF29CE484222325  # FNV-1a
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value


def integers(name, count):
    """SplitMix64 of the name's hash plus 0, 1, 2..."""
    with numpy.errstate(over="ignore"):
        x = numpy.uint64(_seed(name)) + numpy.arange(count, dtype=numpy.uint64)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return x ^ (x >> numpy.uint64(31))


def uniform(name, shape):
    """Values in [-1, 1), exact in float32."""
    count = int(numpy.prod(shape, dtype=numpy.int64))
    top = (integers(name, count) >> numpy.uint64(40)).astype(numpy.float64)
    return torch.from_numpy(top * 2.0 ** -23 - 1.0).reshape(tuple(shape))


def fill(module):
    """Gives every parameter and statistic a value far from its default."""
    for name, tensor in module.state_dict().items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf == "num_batches_tracked":
            tensor.fill_(7)
            continue
        values = uniform(name, tensor.shape)
        if leaf == "running_var":
            values = 1 + 0.5 * values
        elif leaf == "gamma" or (leaf == "weight" and tensor.ndim == 1):
            values = 1 + 0.2 * values
        elif tensor.ndim < 2:
            values = 0.3 * values
        elif "embedding" not in name and "embed_tokens" not in name:
            fan_in = tensor.numel() // tensor.shape[0]
            values = values * numpy.sqrt(3.0 / fan_in)
        tensor.copy_(values)


def gradients(module, loss):
    """[parameters, 2]: each gradient's projection on a hash, and its norm.

    Rows are in the order of the sorted names.
    """
    module.zero_grad()
    loss.backward()
    rows = []
    for name, parameter in sorted(module.named_parameters()):
        gradient = torch.zeros_like(parameter) if parameter.grad is None \
            else parameter.grad
        gradient = gradient.double()
        direction = uniform("gradient." + name, gradient.shape)
        rows.append([(gradient * direction).sum(), gradient.norm()])
    return torch.tensor(rows, dtype=torch.float32)


def weighted_sum(output):
    return (output.double() * uniform("loss", output.shape)).sum()


def key_digest(state_dict):
    """SHA-256 of the sorted lines "key size size ...\\n"."""
    lines = sorted(
        " ".join([name, *map(str, tensor.shape)]) + "\n"
        for name, tensor in state_dict.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
