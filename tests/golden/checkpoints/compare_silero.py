#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the three files of Silero VAD as `ulp` reads them: TorchScript, ONNX, and safetensors of other weights.

    compare_silero.py build/release/bin/ulp FOLDER

FOLDER holds what real_models.py has fetched. Only `ulp export` is asked: what is shown is our own reading.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy

LAYERS = ("stft.forward_basis_buffer", *(f"encoder.{i}.reparam_conv.{part}" for i in range(4) for part in ("weight", "bias")),
          *(f"decoder.rnn.{part}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")),
          "decoder.decoder.2.weight", "decoder.decoder.2.bias")


def in_onnx(name):
    model, layer = name.split(".", 1)
    return f"If_0_{'then' if model == '_model' else 'else'}_branch__Inline_0__{layer}"


def in_safetensors(name):
    layer, part = name.removeprefix("_model.").rsplit(".", 1)
    if layer == "stft":
        return "stft_conv.weight"
    if layer.startswith("encoder"):
        return f"conv{int(layer.split('.')[1]) + 1}.{part}"
    return f"{'lstm_cell' if layer == 'decoder.rnn' else 'final_conv'}.{part}"


def compare(title, read, first, second, names):
    """Prints what differs between tensors of the first and the second file; returns how many do."""
    print(title)
    differing = 0
    for left, right in names:
        a, b = read(first, left), read(second, right)
        assert a.shape == b.shape and a.dtype == b.dtype, (left, a.shape, b.shape)
        bits = int((a.view(numpy.uint32) != b.view(numpy.uint32)).sum())
        if bits:
            differing += 1
            print(f"    {left}, {right}: {bits:,} of {a.size:,} values differ, by up to {numpy.abs(a - b).max():.4g}, "
                  f"the largest being {numpy.abs(a).max():.4g} and {numpy.abs(b).max():.4g}")
    print(f"    {len(names)} tensors: {len(names) - differing} equal to the bit, {differing} not")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ulp")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary) / "out.npy"

        def read(file, name):
            subprocess.run([arguments.ulp, "export", str(arguments.folder / file), name, str(out), "--force"], check=True,
                           stdout=subprocess.DEVNULL)
            return numpy.atleast_1d(numpy.load(out))

        script = [f"{model}.{layer}" for model in ("_model", "_model_8k") for layer in LAYERS]
        differing = compare("silero_vad.jit and silero_vad.onnx", read, "silero_vad.jit", "silero_vad.onnx",
                            [(name, in_onnx(name)) for name in script])
        compare("silero_vad.jit and silero_vad_16k.safetensors", read, "silero_vad.jit", "silero_vad_16k.safetensors",
                [(name, in_safetensors(name)) for name in script if name.startswith("_model.")])
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
