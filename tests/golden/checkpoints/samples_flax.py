# SPDX-License-Identifier: Apache-2.0
"""Flax msgpack states: arrays of every type, scalars of NumPy and Python, nested state, arrays in chunks.

Names are keys joined with ".". Python numbers and None are no tensors; NumPy's scalars are, without dimensions.
"""

import importlib.metadata

import flax.serialization
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy

from registry import Sample, Tensor, generator, sample

PRODUCER = f"flax {importlib.metadata.version('flax')}, jax {jax.__version__}"
CORNERS = numpy.array([0.0, -0.0, 1.0, -27.15625, 6e-8, 65504.0, numpy.inf, -numpy.inf, numpy.nan, 3.0])


def random(name, *shape):
    return generator(f"flax/{name}").standard_normal(shape).astype(numpy.float32)


def every_type():
    tensors = {kind: CORNERS.astype(kind).reshape(2, 5) for kind in ("float64", "float32", "float16")}
    tensors["bfloat16"] = CORNERS.astype(ml_dtypes.bfloat16)
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        limits = numpy.iinfo(kind)
        tensors[kind] = numpy.array([limits.min, 0, 1, 100, limits.max], kind)
    return tensors | {"bool": numpy.array([True, False]), "complex64": numpy.array([1 + 2j, -0.5j], numpy.complex64),
                      "scalar": numpy.array(0.1, numpy.float32), "empty": numpy.zeros((3, 0), numpy.float32)}


@sample("flax/types")
def types(folder):
    (folder / "types.msgpack").write_bytes(flax.serialization.msgpack_serialize(every_type()))
    return Sample("types.msgpack", every_type(), PRODUCER)


@sample("flax/float8")
def float8(folder):
    tensors = {name: numpy.arange(16, dtype=numpy.uint8).view(getattr(ml_dtypes, name)) for name in ("float8_e4m3fn", "float8_e5m2")}
    (folder / "float8.msgpack").write_bytes(flax.serialization.msgpack_serialize(tensors))
    return Sample("float8.msgpack", tensors, PRODUCER)


@sample("flax/state")
def state(folder):
    """A training state through to_bytes: jax arrays, a tuple (whose keys become its indices), numbers, None."""
    kernel, bias = random("kernel", 4, 3), random("bias", 3).astype(ml_dtypes.bfloat16)
    target = {"params": {"Dense_0": {"kernel": jnp.asarray(kernel), "bias": jnp.asarray(bias)}}, "step": 12,
              "opt_state": (numpy.int32(7), {"mu": random("mu", 4, 3)}, None), "name": "sample", "rate": 0.5, "z": 1 + 2j}
    (folder / "state.msgpack").write_bytes(flax.serialization.to_bytes(target))
    tensors = {"params.Dense_0.kernel": kernel, "params.Dense_0.bias": bias, "opt_state.0": numpy.array(7, numpy.int32),
               "opt_state.1.mu": target["opt_state"][1]["mu"]}
    return Sample("state.msgpack", {name: Tensor(values) for name, values in tensors.items()}, PRODUCER)


@sample("flax/chunks")
def chunks(folder):
    """Arrays above the largest chunk (a gigabyte; lowered here) are maps of their pieces."""
    tensors = {"large": random("large", 13, 11), "small": random("small", 2, 2), "half": random("half", 100).astype(numpy.float16)}
    whole = flax.serialization.MAX_CHUNK_SIZE
    flax.serialization.MAX_CHUNK_SIZE = 64
    try:
        (folder / "chunks.msgpack").write_bytes(flax.serialization.to_bytes(tensors))
    finally:
        flax.serialization.MAX_CHUNK_SIZE = whole
    assert b"__msgpack_chunked_array__" in (folder / "chunks.msgpack").read_bytes()
    return Sample("chunks.msgpack", tensors, PRODUCER)
