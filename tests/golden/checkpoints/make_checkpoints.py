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
import subprocess
import sys

import registry

HERE = pathlib.Path(__file__).parent
LARGEST_FILE = 100_000

# Large, or they tell nothing that others do not.
LEFT_OUT = [
    "numpy/npz_compressed", "torch/protocol5", "gptq/v2_column", "gptq/v2_symmetric", "gptq/v1_act_order_3bit",
    "awq/gemv_group64", "bitsandbytes/nf4_half", "bitsandbytes/nf4_float", "bitsandbytes/fp4_nested",
    "compressed/pack[367]_group", "scaled/deepseek", "quanto/qint4_half", "torchao/int4_row*", "torchao/int8_float*",
    "hdf5/types_v110", "hdf5/keras3_int8", "hdf5/keras3_half", "hdf5/keras3_weights",
]

# Their writers put addresses, dates, random ids or a hash table's order into the file: kept as they are unless asked for.
VOLATILE = ["torch/legacy", "torch/script", "torch/traced", "torch/dcp", "torch/dcp_sharded", "hdf5/keras3", "hdf5/*_latest",
            "tensorflow/training", "tensorflow/saved_model", "torchao/*"]


def matches(name, globs):
    return any(fnmatch.fnmatch(name, glob) for glob in globs)


def make(only, keep):
    """Makes the samples of one family that match, but those in `keep` only where they are missing."""
    old = registry.read_manifest(HERE)
    kept = [entry for entry in old if not fnmatch.fnmatch(entry["name"], only) or matches(entry["name"], keep)]
    for entry in old:
        if entry not in kept:
            shutil.rmtree(HERE / entry["name"], ignore_errors=True)
            shutil.rmtree(HERE / f"{entry['name']}.expected", ignore_errors=True)
    registry.load_family(only.split("/")[0])
    known = {entry["name"] for entry in kept}
    names = [name for name in registry.SAMPLES
             if fnmatch.fnmatch(name, only) and name not in known and not matches(name, LEFT_OUT)]
    # The float32 products beside what the libraries restore are left to samples.py: they double the size.
    made = [registry.write_sample(name, HERE, with_exact=False) for name in names]
    registry.write_manifest(made + kept, HERE)
    for entry in made:
        for file in [*(HERE / entry["name"]).rglob("*"), *(HERE / f"{entry['name']}.expected").rglob("*")]:
            assert file.stat().st_size < LARGEST_FILE, f"{file} is too large to commit"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="GLOB", help="one family's, for example 'gguf/*'; the others stay as they are")
    parser.add_argument("--family", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only or arguments.family:
        make(arguments.only or f"{arguments.family}/*", [] if arguments.only else VOLATILE)
        return
    for family in registry.FAMILIES:  # in processes of their own: not all of these libraries can be loaded into one
        subprocess.run([sys.executable, __file__, "--family", family], check=True)


if __name__ == "__main__":
    main()
