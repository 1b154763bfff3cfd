# SPDX-License-Identifier: Apache-2.0
"""Writes mixed.safetensors with the safetensors package, and the values of its tensors as torch and ml_dtypes see them.

expected.tsv has a line a tensor: name, type, shape ("2x3", empty for a scalar), values as hexadecimal floats of double
precision, which hold every value here exactly.

verdicts.tsv has the verdict of the package on one small file and on all its neighbours: first the file in hexadecimal,
then a line a byte with "a" (accepted) or "r" (refused) for that byte replaced by itself ^ 0xFF, + 1, 0 and 255.

Oracles: safetensors 0.8.0 writes, torch 2.15 and ml_dtypes 0.6 (FP4)
read. Deterministic.
"""

import pathlib

import ml_dtypes
import numpy
import safetensors
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent


def tensors():
    """Mixed as in real checkpoints, with the corners of each type: zeros of both signs, subnormals, infinities, NaN."""
    corners = [0.0, -0.0, 1.0, -27.15625, 448.0, 2.0**-9, 2.0**-16, 6e-8, 1e-40, 65504.0, 3.0e38,
               float("inf"), float("-inf"), float("nan")]
    for name, dtype in [("f64", torch.float64), ("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16),
                        ("f8_e4m3", torch.float8_e4m3fn), ("f8_e5m2", torch.float8_e5m2)]:
        yield f"float.{name}", torch.tensor(corners, dtype=torch.float64).to(dtype).reshape(2, 7)
    for name, dtype in [("i64", torch.int64), ("i32", torch.int32), ("i16", torch.int16), ("i8", torch.int8),
                        ("u64", torch.uint64), ("u32", torch.uint32), ("u16", torch.uint16), ("u8", torch.uint8)]:
        limits = torch.iinfo(dtype)
        smallest, largest = max(limits.min, -(2**53)), min(limits.max, 2**53)
        yield f"integer.{name}", torch.tensor([smallest, 0, 1, 100, largest], dtype=dtype)
    # All sixteen codes, two a byte, the first in the low bits.
    codes = torch.arange(16, dtype=torch.uint8)
    yield "float.f4", (codes[0::2] | codes[1::2] << 4).reshape(2, 4).view(torch.float4_e2m1fn_x2)
    yield "bool", torch.tensor([True, False, True])
    yield "scalar", torch.tensor(0.1)
    yield "empty", torch.zeros(3, 0, 2)
    yield "Größe/日本 <b>%1</b>", torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)


def values(tensor):
    if tensor.dtype == torch.float4_e2m1fn_x2:
        return numpy.arange(16, dtype=numpy.uint8).view(ml_dtypes.float4_e2m1fn).astype(numpy.float64).tolist()
    return [float(value) for value in tensor.to(torch.float64).flatten().tolist()]


def is_accepted(body):
    try:
        safetensors.deserialize(bytes(body))
        return True
    except safetensors.SafetensorError:
        return False


def write_verdicts():
    sample = safetensors.torch.save({"a.weight": torch.ones(2, 3, dtype=torch.bfloat16), "b": torch.tensor(7),
                                     "e": torch.zeros(0, 5)}, {"format": "pt"})
    lines = [sample.hex()]
    for at, byte in enumerate(sample):
        neighbours = [sample[:at] + bytes([value]) + sample[at + 1:] for value in (byte ^ 0xFF, (byte + 1) % 256, 0, 255)]
        lines.append("".join("a" if is_accepted(neighbour) else "r" for neighbour in neighbours))
    (HERE / "verdicts.tsv").write_text("\n".join(lines) + "\n")


def main():
    write_verdicts()
    body = safetensors.torch.save(dict(tensors()), {"format": "pt", "note": "made by make_safetensors.py"})
    (HERE / "mixed.safetensors").write_bytes(body)
    expected = dict(tensors())
    with open(HERE / "expected.tsv", "w", encoding="utf-8") as file:
        for name, entry in sorted(safetensors.deserialize(body)):
            row = " ".join(value.hex() for value in values(expected[name]))
            file.write("\t".join([name, entry["dtype"], "x".join(map(str, entry["shape"])), row]) + "\n")


if __name__ == "__main__":
    main()
