# SPDX-License-Identifier: Apache-2.0
"""GGUF: every type, versions 2 and 3, big-endian, custom alignment, split files.

The gguf package writes; ggml itself (sources.py) quantizes and says what blocks are worth. Where the gguf package can
dequantize as well, both must agree, to the bit.
"""

import builtins
import importlib.metadata
import types
from pathlib import Path
from unittest import mock

import gguf
import ml_dtypes
import numpy

import ggml
from registry import Sample, Tensor, generator, sample

PRODUCER = f"gguf {importlib.metadata.version('gguf')}"
GGML = f"{PRODUCER}, ggml of llama-cpp-python 0.3.36"
CORNERS = numpy.array([0.0, -0.0, 1.0, -27.15625, 6e-8, 1e-40, 65504.0, numpy.inf, -numpy.inf, numpy.nan, 3e38, -1e-45],
                      numpy.float32)
# Scales at the borders of binary16, two a block: zeros, subnormals, the largest, infinities, NaN.
EDGE_SCALES = [0.0, -0.0, 6e-8, -5.9e-5, 65504.0, -65504.0, numpy.inf, -numpy.inf, numpy.nan, 1.0]


def writer(path, **options):
    made = gguf.GGUFWriter(path, "sample", **options)
    made.add_name("Sample")
    made.add_uint32("sample.count", 3)
    made.add_array("sample.words", ["one", "zwei", "三"])
    made.add_array("sample.floats", [0.5, -1.0])
    made.add_bool("sample.flag", True)
    return made


def finish(made):
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()


def same(a, b):
    return bool(numpy.all((a.view(numpy.uint32) == b.view(numpy.uint32)) | (numpy.isnan(a) & numpy.isnan(b))))


def raw_type(name):
    """ggml's number as the writer wants it, also for types that this gguf package does not know yet."""
    number, block, size = ggml.BLOCKS[name]
    try:
        return gguf.GGMLQuantizationType(number)
    except ValueError:
        member = int.__new__(gguf.GGMLQuantizationType, number)
        member._name_, member._value_ = name, number
        gguf.constants.GGML_QUANT_SIZES[member] = (block, size)
        return member


def values_of(name, blocks):
    values = ggml.dequantize(name, blocks)
    if getattr(gguf.GGMLQuantizationType, name, None) in gguf.quants._type_traits:
        with numpy.errstate(all="ignore"):
            other = gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType[name])
        assert same(values, other), f"{name}: ggml and the gguf package differ"
    return values


def quantized(name):
    rng = generator(f"gguf/{name}")
    block = ggml.BLOCKS[name][1]
    weights = rng.standard_normal((1, 512)).astype(numpy.float32) * 0.1
    if name != "IQ1_M":  # ggml's quantizer leaves parts of a zero block of it unwritten
        weights[0, :block] = 0
    return {
        "blk.0.weight": ggml.quantize(name, weights),
        "blk.0.cube": ggml.random_blocks(name, 2, block, rng).reshape(2, 1, -1),
        "blk.1.edges": ggml.random_blocks(name, 1, 5 * block, rng, EDGE_SCALES),
    }


def register_type(name):
    @sample(f"gguf/{name.lower()}")
    def write(folder):
        made = writer(folder / f"{name.lower()}.gguf")
        tensors = {}
        for tensor, blocks in quantized(name).items():
            made.add_tensor(tensor, blocks, raw_dtype=raw_type(name))
            tensors[tensor] = Tensor(values_of(name, blocks), name)
        finish(made)
        return Sample(f"{name.lower()}.gguf", tensors, GGML)


for type_name in ggml.BLOCKS:
    register_type(type_name)


def plain():
    rng = generator("gguf/plain")
    limits = {kind: numpy.array([numpy.iinfo(kind).min, -1, 0, 1, numpy.iinfo(kind).max], kind)
              for kind in ("int8", "int16", "int32", "int64")}
    return {
        "f32": CORNERS.reshape(3, 4), "f16": CORNERS.astype(numpy.float16), "f64": rng.standard_normal((3, 1, 5)),
        "bf16": CORNERS.astype(ml_dtypes.bfloat16).reshape(2, 6), "f32.4d": rng.standard_normal((2, 3, 4, 5)).astype(numpy.float32),
        "f32.one": numpy.array([0.1], numpy.float32), **limits,
    }


def add_plain(made, tensors):
    for name, values in tensors.items():
        if values.dtype == ml_dtypes.bfloat16:
            # Bytes, as the package's own converters give them.
            made.add_tensor(name, values.view(numpy.uint8), raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            made.add_tensor(name, values)


@sample("gguf/plain")
def plain_v3(folder):
    made = writer(folder / "plain.gguf")
    add_plain(made, plain())
    finish(made)
    return Sample("plain.gguf", plain(), PRODUCER)


@sample("gguf/aligned")
def aligned(folder):
    made = writer(folder / "aligned.gguf")
    made.add_custom_alignment(256)
    tensors = {"a": numpy.arange(3, dtype=numpy.float32), "b": numpy.arange(7, dtype=numpy.int16)}
    add_plain(made, tensors)
    finish(made)
    return Sample("aligned.gguf", tensors, PRODUCER)


@sample("gguf/version2")
def version_2(folder):
    """Version 2 is laid out as version 3, little-endian (docs/gguf.md); the package's reader takes both."""
    made = plain_v3(folder)
    body = bytearray((folder / "plain.gguf").read_bytes())
    body[4] = 2
    (folder / "plain.gguf").unlink()
    (folder / "version2.gguf").write_bytes(body)
    assert {t.name for t in gguf.GGUFReader(folder / "version2.gguf").tensors} == set(made.tensors)
    return Sample("version2.gguf", made.tensors, f"{PRODUCER}, version field set by hand")


@sample("gguf/big_endian")
def big_endian(folder):
    made = writer(folder / "big.gguf", endianess=gguf.GGUFEndian.BIG)
    tensors = {name: values for name, values in plain().items() if name != "bf16"}
    add_plain(made, tensors)
    finish(made)
    return Sample("big.gguf", tensors, PRODUCER)


@sample("gguf/big_endian_blocks")
def big_endian_blocks(folder):
    """Quantized blocks, through the package's own converter, which knows four types."""
    from gguf.scripts import gguf_convert_endian

    path = folder / "big_blocks.gguf"
    made, tensors = writer(path), {}
    for name in ("Q4_0", "Q8_0", "Q4_K", "Q6_K", "MXFP4"):
        blocks = ggml.random_blocks(name, 3, 512, generator(f"gguf/big/{name}"))
        made.add_tensor(name.lower(), blocks, raw_dtype=raw_type(name))
        tensors[name.lower()] = Tensor(values_of(name, blocks), name)
    finish(made)
    with mock.patch.object(builtins, "input", lambda _: "YES"):
        gguf_convert_endian.convert_byteorder(gguf.GGUFReader(path, "r+"), types.SimpleNamespace(order="big", dry_run=False))
    return Sample("big_blocks.gguf", tensors, f"{GGML}, gguf_convert_endian")


@sample("gguf/split")
def split(folder):
    made = writer(folder / "split.gguf", split_max_tensors=2)
    tensors = {f"blk.{i}.weight": generator(f"gguf/split/{i}").standard_normal((2, 5 + i)).astype(numpy.float32)
               for i in range(5)}
    add_plain(made, tensors)
    finish(made)
    names = sorted(Path(file).name for file in folder.iterdir())
    assert names == [f"split-0000{i}-of-00003.gguf" for i in (1, 2, 3)], names
    return Sample(names[0], tensors, PRODUCER)


@sample("gguf/imatrix")
def imatrix(folder):
    """What llama-imatrix writes: sums of squares and counts a tensor."""
    made = gguf.GGUFWriter(folder / "imatrix.gguf", "sample")
    made.add_type("imatrix")
    tensors = {"blk.0.ffn_up.weight.in_sum2": generator("imatrix").uniform(0, 9, (1, 64)).astype(numpy.float32),
               "blk.0.ffn_up.weight.counts": numpy.array([[128.0]], numpy.float32)}
    add_plain(made, tensors)
    finish(made)
    return Sample("imatrix.gguf", tensors, PRODUCER)
