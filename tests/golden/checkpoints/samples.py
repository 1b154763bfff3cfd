#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes samples of every container and packing, with the values that the library which made each gives for them.

    samples.py OUT_FOLDER [--only GLOB]...
"""

import argparse
import fnmatch
import pathlib
import sys
import traceback

import registry


def write_samples(root, globs):
    """Writes the samples that match; returns the manifest's entries and the names of those that could not be made."""
    made, failed = [], []
    families = [f for f in registry.FAMILIES if not globs or any(fnmatch.fnmatch(f, g.split("/")[0]) for g in globs)]
    registry.load_families(families)
    for name in registry.SAMPLES:
        if globs and not any(fnmatch.fnmatch(name, glob) for glob in globs):
            continue
        try:
            made.append(registry.write_sample(name, root))
        except Exception:
            traceback.print_exc()
            failed.append(name)
    return made, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="for example 'gguf/*'")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    made, failed = write_samples(arguments.out, arguments.only)
    names = {entry["name"] for entry in made} | set(failed)
    kept = [entry for entry in registry.read_manifest(arguments.out) if entry["name"] not in names] if arguments.only else []
    registry.write_manifest(made + kept, arguments.out)
    print(f"{len(made)} samples made, {len(failed)} failed{''.join(' ' + name for name in failed)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
