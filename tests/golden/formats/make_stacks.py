#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes stacks.csv: digests of the codes that other software makes of float32 inputs, one row a stack, format and set
of inputs; README.md has the layout.

torch, ml_dtypes, gguf and ONNX's reference evaluator are run as installed. What cannot be installed beside them is compiled: stacks_oracle.cpp with
the headers of the torch 2.11.0 wheel (of macOS, the smallest one: 80 MB, only its headers are taken) and with CUDA's
headers. The latter need a CUDA toolkit; without one the rows of cuda-satfinite stay as they are.
"""

import csv
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import gguf.quants
import ml_dtypes
import numpy
import onnx
import onnx.reference
import torch

FOLDER = Path(__file__).resolve().parent
BLOCK = 4096
NAN_MARKER = 0xFFFF
TORCH_OF_HEADERS = "2.11.0"
CUDA_INCLUDE = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "include"

FLOAT8 = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
WIDE = ["float16", "bfloat16"]
ML_DTYPES_ONLY = ["float8_e4m3", "float8_e3m4", "float8_e4m3b11fnuz", "float6_e3m2fn", "float6_e2m3fn", "float4_e2m1fn"]
# Where the evaluator does as the operator's specification says: it saturates infinity in FNUZ, which opset 23 did not.
ONNX = {"onnx-saturate": (1, FLOAT8[:2]), "onnx-wrap": (0, FLOAT8[:4])}
CUDA = ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float6_e3m2fn", "float6_e2m3fn", "float4_e2m1fn"]


def input_sets():
    codes = numpy.arange(1 << 16, dtype=numpy.uint16)
    with numpy.errstate(invalid="ignore"):
        return {"float16": codes.view(numpy.float16).astype(numpy.float32),
                "bfloat16": (codes.astype(numpy.uint32) << 16).view(numpy.float32)}


def digest(codes):
    state = 0xCBF29CE484222325
    for code in codes:
        state = (state ^ int(code)) * 0x100000001B3 % (1 << 64)
    return f"{state:016x}"


def torch_codes(name, values):
    stored = torch.from_numpy(values).to(getattr(torch, name))
    container = torch.int16 if name in WIDE else torch.uint8
    return stored.view(container).numpy().astype(numpy.uint16)


def ml_dtypes_codes(name, values):
    dtype = numpy.float16 if name == "float16" else getattr(ml_dtypes, name)
    with numpy.errstate(all="ignore"):
        stored = values.astype(dtype)
    return stored.view(f"u{stored.dtype.itemsize}").astype(numpy.uint16)


def onnx_codes(saturate):
    def codes(name, values):
        element = getattr(onnx.TensorProto, name.replace("float8_", "FLOAT8").upper())
        cast = onnx.helper.make_node("Cast", ["x"], ["y"], to=element, saturate=saturate)
        graph = onnx.helper.make_graph([cast], "cast", [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [None])],
                                       [onnx.helper.make_tensor_value_info("y", element, [None])])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 19)])
        with numpy.errstate(all="ignore"):
            stored, = onnx.reference.ReferenceEvaluator(model).run(None, {"x": values})
        return stored.view(numpy.uint8).astype(numpy.uint16)

    return codes


def ggml_codes(name, values):
    """gguf's twins of ggml's C. NaN is left out: the C returns 0 for it, the twin of ue4m3 does not."""
    if name == "float8_ue4m3":
        with numpy.errstate(all="ignore"):
            return numpy.where(numpy.isnan(values), 0, gguf.quants.NVFP4.fp32_to_ue4m3(values)).astype(numpy.uint16)
    doubled = numpy.array(gguf.quants.MXFP4.kvalues, dtype=numpy.float32)
    with numpy.errstate(all="ignore"):
        distances = numpy.abs(numpy.float32(0.5) * doubled - values[:, None])
    return numpy.argmin(distances, axis=-1).astype(numpy.uint16)


def compiled(folder, flags):
    program = Path(folder) / "oracle"
    subprocess.run(["g++", "-std=c++20", "-O1", "-w", *flags, FOLDER / "stacks_oracle.cpp", "-o", program], check=True)

    def codes(name, values):
        output = subprocess.run([program, name], input=values.tobytes(), stdout=subprocess.PIPE, check=True).stdout
        return numpy.frombuffer(output, dtype=numpy.uint8).astype(numpy.uint16)

    return codes


def torch_headers(folder):
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", f"torch=={TORCH_OF_HEADERS}", "--no-deps",
                    "--platform", "macosx_11_0_arm64", "--python-version", "3.11", "--only-binary=:all:",
                    "--dest", folder], check=True)
    wheel, = Path(folder).glob("torch-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith("torch/include/torch/headeronly/")])
    return Path(folder) / "torch" / "include"


def is_nan_code(name, codes):
    exponent, fraction = (0x7C00, 0x03FF) if name == "float16" else (0x7F80, 0x007F)
    return ((codes & exponent) == exponent) & ((codes & fraction) != 0)


def rows_of(stack, names, encode):
    for name in names:
        for inputs, values in input_sets().items():
            codes = encode(name, values)
            if name in WIDE:  # which NaN depends on the instructions used
                codes = numpy.where(is_nan_code(name, codes), NAN_MARKER, codes)
            yield [stack, name, inputs, *(digest(codes[i:i + BLOCK]) for i in range(0, len(codes), BLOCK))]


def main():
    path = FOLDER / "stacks.csv"
    rows = list(rows_of("torch-2.12", FLOAT8 + WIDE, torch_codes))
    rows += rows_of("ml_dtypes-0.6", FLOAT8 + WIDE + ML_DTYPES_ONLY, ml_dtypes_codes)
    for stack, (saturate, names) in ONNX.items():
        rows += rows_of(stack, names, onnx_codes(saturate))
    rows += rows_of("ggml", ["float8_ue4m3", "float4_e2m1fn"], ggml_codes)
    with tempfile.TemporaryDirectory() as folder:
        rows += rows_of("torch-2.11", FLOAT8, compiled(folder, ["-DTORCH", f"-I{torch_headers(folder)}"]))
        if CUDA_INCLUDE.joinpath("cuda_fp4.h").exists():
            rows += rows_of("cuda-satfinite", CUDA, compiled(folder, ["-DCUDA", f"-I{CUDA_INCLUDE}"]))
        else:
            print(f"no CUDA headers in {CUDA_INCLUDE}: the rows of cuda-satfinite are kept", file=sys.stderr)
            rows += [row for row in csv.reader(path.open()) if row[0] == "cuda-satfinite"]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()
