# SPDX-License-Identifier: Apache-2.0
"""safetensors: one file with every type, shards with an index, a folder of shards.

The safetensors package writes; torch says what its types' codes are worth, ml_dtypes what those that torch lacks are.
"""

import json
import struct

import ml_dtypes
import numpy
import safetensors
import safetensors.torch
import torch

from registry import Sample, generator, sample
from torch_values import expected

PRODUCER = f"safetensors {safetensors.__version__}, torch {torch.__version__}, ml_dtypes {ml_dtypes.__version__}"
EIGHT_BITS = {"F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E4M3FNUZ": "float8_e4m3fnuz",
              "F8_E5M2FNUZ": "float8_e5m2fnuz", "F8_E8M0": "float8_e8m0fnu"}


def packed(codes, bits):
    """Codes below a byte as safetensors holds them: the first in the low bits."""
    stream = numpy.unpackbits(codes.astype(numpy.uint8)[:, None], axis=1, bitorder="little")[:, :bits]
    return numpy.packbits(stream.ravel(), bitorder="little").tobytes()


@sample("safetensors/codes")
def codes(folder):
    """Every code of the types below 16 bits. F4 and F6 by hand: header and bytes after the package's README."""
    entries, body, tensors = {}, b"", {}
    for dtype, name in EIGHT_BITS.items():
        raw = numpy.arange(256, dtype=numpy.uint8)
        with numpy.errstate(all="ignore"):
            values = raw.view(getattr(ml_dtypes, name)).reshape(16, 16)
        of_torch = torch.from_numpy(raw).view(getattr(torch, name)).to(torch.float32).numpy()
        numpy.testing.assert_array_equal(of_torch, values.astype(numpy.float32).ravel())
        entries[dtype] = (dtype, [16, 16], raw.tobytes())
        tensors[dtype] = values
    for dtype, name, bits in (("F6_E2M3", "float6_e2m3fn", 6), ("F6_E3M2", "float6_e3m2fn", 6), ("F4", "float4_e2m1fn", 4)):
        raw = numpy.arange(1 << bits, dtype=numpy.uint8)
        entries[dtype] = (dtype, [2, len(raw) // 2], packed(raw, bits))
        tensors[dtype] = raw.view(getattr(ml_dtypes, name)).reshape(2, -1)
    header = {}
    for name, (dtype, shape, raw) in entries.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "codes.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    safetensors.deserialize((folder / "codes.safetensors").read_bytes())
    return Sample("codes.safetensors", tensors, PRODUCER)


def parts():
    generator_ = torch.Generator().manual_seed(4)
    return {
        "model.embed.weight": torch.randn(11, 8, generator=generator_).to(torch.bfloat16),
        "model.layers.0.weight": torch.randn(8, 8, generator=generator_).to(torch.float16),
        "model.layers.1.weight": torch.randn(8, 8, generator=generator_),
        "model.norm.bias": torch.tensor([0.0, -0.0, float("nan"), float("-inf")]),
        "model.empty": torch.zeros(0, 3), "model.scalar": torch.tensor(7, dtype=torch.int64),
        "model.complex": torch.tensor([1 + 2j, -3j], dtype=torch.complex64),
    }


def write_shards(folder, index=True):
    names = list(parts())
    files = {"model-00001-of-00002.safetensors": names[:3], "model-00002-of-00002.safetensors": names[3:]}
    for file, held in files.items():
        safetensors.torch.save_file({name: parts()[name] for name in held}, folder / file, {"format": "pt"})
    if index:
        weight_map = {name: file for file, held in files.items() for name in held}
        document = {"metadata": {"total_size": 0}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(document, indent=2))


@sample("safetensors/index")
def by_index(folder):
    write_shards(folder)
    return Sample("model.safetensors.index.json", expected(parts()), PRODUCER)


@sample("safetensors/folder")
def by_folder(folder):
    write_shards(folder)
    (folder / "config.json").write_text('{"architectures": ["Sample"], "torch_dtype": "bfloat16"}')
    return Sample(".", expected(parts()), PRODUCER)


@sample("safetensors/single")
def single(folder):
    tensors = parts() | {"lots": torch.from_numpy(generator("single").standard_normal((40, 50)))}
    safetensors.torch.save_file(tensors, folder / "single.safetensors", {"format": "pt"})
    return Sample("single.safetensors", expected(tensors), PRODUCER)
