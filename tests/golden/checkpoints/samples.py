#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes samples of every container and packing, with the values that the library which made each gives for them.

    samples.py OUT_FOLDER [--only GLOB]...

Each family is made in a process of its own: not all of these libraries can be loaded into one.
"""

import argparse
import fnmatch
import os
import pathlib
import sys
import traceback

import registry


def matches(name, globs):
    return not globs or any(fnmatch.fnmatch(name, glob) for glob in globs)


def families(globs):
    return [family for family in registry.FAMILIES if matches(family, [glob.split("/")[0] for glob in globs])]


def make_family(root, family, globs):
    """Writes the samples of one family and their lines of the manifest; returns the names of those that failed."""
    made, failed = [], []
    registry.load_family(family)
    for name in registry.SAMPLES:
        if not matches(name, globs):
            continue
        try:
            made.append(registry.write_sample(name, root))
        except Exception:
            traceback.print_exc()
            failed.append(name)
    renewed = {entry["name"] for entry in made} | set(failed)
    kept = [entry for entry in registry.read_manifest(root) if entry["name"] not in renewed]
    registry.write_manifest(made + kept, root)
    print(f"{family}: {len(made)} samples made, {len(failed)} failed{''.join(' ' + name for name in failed)}", flush=True)
    return failed


def make_samples(root, globs):
    """Writes all samples that match into `root`; whether all could be made."""
    sound = True
    for family in families(globs):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 1 if make_family(root, family, globs) else 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        sound &= os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return sound


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="for example 'gguf/*'")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    sys.exit(0 if make_samples(arguments.out, arguments.only) else 1)


if __name__ == "__main__":
    main()
