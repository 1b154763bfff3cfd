#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `ulp diff` with NumPy in double precision, over copies of a model that differ in known ways.

    verify_diff.py ULP MODEL.safetensors

Copies: the same file, all floats in FP16, one changed element, one tensor less and one more, one of another shape, and
the floats in GGUF (gguf package) and in .npz (NumPy). Ends with the number of comparisons; any difference is an error.
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

import gguf
import numpy
from safetensors.numpy import load_file, save_file


def expected(first, second):
    """State, differing elements and metrics of a pair of arrays."""
    if first.shape != second.shape:
        return "shape", 0, None
    left, right = first.astype(numpy.float64), second.astype(numpy.float64)
    if first.dtype == second.dtype:
        unlike = first.view(f"u{first.itemsize}") != second.view(f"u{first.itemsize}")
        if not unlike.any():
            return "identical", 0, None
        state = "changed"
    else:
        unlike, state = left != right, "dtype"
    error = right - left
    squares = numpy.sum(error * error)
    return state, int(unlike.sum()), {
        "rootMeanSquaredError": math.sqrt(squares / error.size),
        "maxAbsoluteError": float(numpy.abs(error).max()),
        "maxAt": int(numpy.abs(error).argmax()),
        "relativeRmse": math.sqrt(squares / numpy.sum(left * left)) if left.any() else math.nan,
    }


def compare(ulp, first_path, first, second_path, second):
    run = subprocess.run([ulp, "diff", str(first_path), str(second_path), "--json"], capture_output=True, check=True)
    document = json.loads(run.stdout)
    summary = dict.fromkeys(document["summary"], 0)
    found = {tensor["name"]: tensor for tensor in document["tensors"]}
    assert len(found) == len(first.keys() | second.keys()), second_path
    for name, tensor in found.items():
        if name not in second:
            state, different, metrics = "missing", 0, None
        elif name not in first:
            state, different, metrics = "extra", 0, None
        else:
            state, different, metrics = expected(first[name], second[name])
        summary[state] += 1
        assert (tensor["state"], tensor["different"]) == (state, different), (second_path, name, tensor, state, different)
        for key, value in (metrics or {}).items():
            got = float(tensor["metrics"][key])
            assert math.isclose(got, value, rel_tol=1e-12, abs_tol=1e-300) or (math.isnan(got) and math.isnan(value)), \
                (second_path, name, key, got, value)
    assert document["summary"] == summary, (second_path, document["summary"], summary)
    print(f"{second_path.name}: {', '.join(f'{count} {state}' for state, count in summary.items() if count)}")
    return len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ulp")
    parser.add_argument("model", type=pathlib.Path)
    arguments = parser.parse_args()
    model = load_file(arguments.model)
    floats = {name: array for name, array in model.items() if array.dtype == numpy.float32}
    largest = max(floats, key=lambda name: floats[name].size)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copies = {"same": dict(model), "fp16": {name: array.astype(numpy.float16) if name in floats else array
                                                for name, array in model.items()}}
        copies["one_changed"] = dict(model)
        changed = model[largest].copy()
        changed.flat[changed.size // 2] += 0.5
        copies["one_changed"][largest] = changed
        copies["others"] = {("new.tensor" if name == largest else name): array for name, array in model.items()}
        copies["turned"] = dict(model) | {largest: numpy.ascontiguousarray(model[largest].T)}
        count = 0
        for name, tensors in copies.items():
            path = folder / f"{name}.safetensors"
            save_file(tensors, path)
            count += compare(arguments.ulp, arguments.model, model, path, tensors)
        numpy.savez(folder / "floats.npz", **floats)
        writer = gguf.GGUFWriter(folder / "floats.gguf", "bert")
        for name, array in floats.items():
            writer.add_tensor(name, array)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        count += compare(arguments.ulp, arguments.model, model, folder / "floats.npz", floats)
        count += compare(arguments.ulp, arguments.model, model, folder / "floats.gguf", floats)
    print(f"{count} comparisons: 0 differences")


if __name__ == "__main__":
    main()
