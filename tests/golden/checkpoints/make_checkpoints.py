#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the samples that the C++ tests read into this folder: small ones of every container, type and packing.

    make_checkpoints.py [--only GLOB]

manifest.json lists them: path, producer, and each tensor's name, type, shape and file of expected values.
"""

import argparse
import fnmatch
import pathlib
import shutil

import registry

HERE = pathlib.Path(__file__).parent
LARGEST_FILE = 100_000

# Whole families, less what is large or tells nothing more.
LEFT_OUT = [
    "numpy/npz_compressed", "torch/protocol5", "gptq/v2_column", "gptq/v2_symmetric", "gptq/v1_act_order_3bit",
    "awq/gemv_group64", "bitsandbytes/nf4_half", "bitsandbytes/nf4_float", "bitsandbytes/fp4_nested",
    "compressed/pack[367]_group", "scaled/deepseek", "quanto/qint4_half", "torchao/int4_row*", "torchao/int8_float*",
    "hdf5/types_v110", "hdf5/keras3_int8", "hdf5/keras3_half", "hdf5/keras3_weights",
]

# Their writers put addresses, random ids or paths of the machine into the file: kept as they are unless asked for.
VOLATILE = ["torch/legacy", "torch/script", "torch/traced", "torch/dcp", "torch/dcp_sharded", "hdf5/keras3",
            "tensorflow/training", "tensorflow/saved_model"]


def selected(name):
    return not any(fnmatch.fnmatch(name, glob) for glob in LEFT_OUT)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", metavar="GLOB", help="for example 'gguf/*'; the others stay as they are")
    only = parser.parse_args().only
    registry.load_families([f for f in registry.FAMILIES if fnmatch.fnmatch(f, only.split("/")[0])])
    old = registry.read_manifest(HERE)
    kept = [entry for entry in old if not fnmatch.fnmatch(entry["name"], only)
            or only == "*" and entry["name"] in VOLATILE]
    names = {name for name in registry.SAMPLES if selected(name) and fnmatch.fnmatch(name, only)}
    names = sorted(names - {entry["name"] for entry in kept})
    for entry in old:
        if entry not in kept:
            shutil.rmtree(HERE / entry["name"], ignore_errors=True)
            shutil.rmtree(HERE / f"{entry['name']}.expected", ignore_errors=True)
    # The float32 products beside what the libraries restore are left to samples.py: they double the size.
    made = [registry.write_sample(name, HERE, with_exact=False) for name in names]
    registry.write_manifest(made + kept, HERE)
    for entry in made:
        for file in [*(HERE / entry["name"]).rglob("*"), *(HERE / f"{entry['name']}.expected").rglob("*")]:
            assert file.stat().st_size < LARGEST_FILE, f"{file} is too large to commit"


if __name__ == "__main__":
    main()
