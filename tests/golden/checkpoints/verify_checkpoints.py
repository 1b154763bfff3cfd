#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `ulp` reads from samples of every container and packing with what the libraries that made them say.

    verify_checkpoints.py build/release/bin/ulp [--only GLOB]... [--samples FOLDER]

Names, shapes and every value must be equal, values to the bit (NaNs only in being NaN). Run by hand in script/golden's
environment; FOLDER holds samples that samples.py has written, otherwise they are made anew.
"""

import argparse
import importlib.metadata
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

import registry
import samples

PACKAGES = ("numpy", "torch", "safetensors", "gguf", "onnx", "h5py", "keras", "tensorflow-cpu", "flax", "bitsandbytes",
            "compressed-tensors", "hqq", "optimum-quanto", "torchao")


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments), "--json"], capture_output=True, text=True)


def bits_differ(found, expected):
    """How many elements are not the same bits, NaNs aside."""
    unsigned = {1: numpy.uint8, 2: numpy.uint16, 4: numpy.uint32, 8: numpy.uint64}
    if expected.dtype.kind == "c":
        half = numpy.float32 if expected.dtype.itemsize == 8 else numpy.float64
        return bits_differ(found.reshape(-1).view(half), expected.reshape(-1).view(half))
    a, b = (numpy.ascontiguousarray(x).reshape(-1).view(unsigned[x.dtype.itemsize]) for x in (found, expected))
    differ = a != b
    if expected.dtype.kind == "f":
        differ &= ~(numpy.isnan(found.ravel()) & numpy.isnan(expected.ravel()))
    return int(differ.sum())


def compare_export(program, path, entry, root, folder, stored):
    """What is wrong with one exported tensor, or nothing."""
    expected = numpy.load(root / entry["file"])
    out = folder / "out.npy"
    answer = run(program, "export", path, entry["name"], out, "--force", *(["--stored"] if stored else []))
    if answer.returncode:
        return f"export failed ({answer.returncode}): {answer.stderr.strip()[-200:]}"
    found = numpy.load(out)
    if not stored and expected.dtype != numpy.float32:
        with numpy.errstate(all="ignore"):
            narrow = expected.astype(numpy.float32)
            exact = (narrow.astype(expected.dtype) == expected) | (expected != expected)
        if expected.dtype.kind in "fc" or not exact.all():
            narrow, found = narrow[exact], found[exact] if found.shape == expected.shape else found
        expected = narrow
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    if found.dtype.newbyteorder("=") != expected.dtype.newbyteorder("="):
        return f"type {found.dtype}, expected {expected.dtype}"
    wrong = bits_differ(found, expected)
    if wrong:
        at = numpy.flatnonzero(~((found == expected) | ((found != found) & (expected != expected))).ravel())[:1]
        example = f", first at {at[0]}: {found.ravel()[at[0]]!r}, expected {expected.ravel()[at[0]]!r}" if len(at) else ""
        return f"{wrong} of {expected.size} values differ{example}"
    return None


def check_tensor(program, path, entry, listed, others, root, folder, refused):
    """What is wrong; a tensor that is rightly listed with a reason instead of values is added to `refused`."""
    name = entry["name"]
    if name not in listed:
        if not entry.get("mayBeRefused") or name not in others:
            return "not listed"
        refused.append(name)
        return None
    if entry.get("unsupported"):
        answer = run(program, "export", path, name, folder / "out.npy", "--force")
        refused.append(name)
        return None if answer.returncode in (1, 3) else f"exported, but it is {entry['reason']}"
    shape = [int(size) for size in listed[name]["shape"]]
    if shape != entry["shape"]:
        return f"listed with shape {shape}, expected {entry['shape']}"
    if entry.get("mayBeRefused") and run(program, "export", path, name, folder / "out.npy", "--force").returncode == 3:
        refused.append(name)
        return None
    kind = numpy.load(root / entry["file"], mmap_mode="r" if numpy.prod(shape) else None).dtype.kind
    exact = None if kind == "c" else compare_export(program, path, entry, root, folder, stored=False)
    # float32 does not hold these: compared as stored too.
    return exact or (compare_export(program, path, entry, root, folder, stored=True) if entry["dtype"] in STORED else None)


STORED = {"F64", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL", "C64"}


def check_sample(program, sample, root, folder, refused):
    """Lines that say what is wrong."""
    path = root / sample["path"]
    answer = run(program, "inspect", path)
    if answer.returncode:
        return [f"inspect failed ({answer.returncode}): {answer.stderr.strip()[-200:]}"]
    answer = json.loads(answer.stdout)
    listed = {tensor["name"]: tensor for tensor in answer["tensors"]}
    others = {each["name"] for each in answer["objects"] if each["remark"]}
    known = {entry["name"] for entry in sample["tensors"]}
    wrong = [f"{name}: listed, but not expected" for name, tensor in listed.items()
             if name not in known and "partOf" not in tensor]  # what a packed weight is stored in may be listed too
    for entry in sample["tensors"]:
        problem = check_tensor(program, path, entry, listed, others, root, folder, refused)
        if problem:
            wrong.append(f"{entry['name']}: {problem}")
    return wrong


def versions():
    for package in PACKAGES:
        try:
            yield f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ulp")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="for example 'gguf/*'")
    parser.add_argument("--samples", type=pathlib.Path, help="a folder that samples.py has written")
    arguments = parser.parse_args()
    total = tensors = count = 0
    refused = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        root = arguments.samples
        if root is None:
            root = folder / "samples"
            root.mkdir()
            total += not samples.make_samples(root, arguments.only)
        for sample in registry.read_manifest(root):
            if not samples.matches(sample["name"], arguments.only):
                continue
            wrong = check_sample(arguments.ulp, sample, root, folder, refused)
            print(f"{sample['name']}: {len(sample['tensors'])} tensors, {len(wrong)} differences")
            for line in wrong:
                print(f"    {line}")
            total, count, tensors = total + len(wrong), count + 1, tensors + len(sample["tensors"])
    print(f"{', '.join(versions())}")
    print(f"{count} samples, {tensors} tensors, {len(refused)} of them listed as unreadable with the reason: {total} differences")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
