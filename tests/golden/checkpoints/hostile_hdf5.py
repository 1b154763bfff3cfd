#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damages HDF5 files that h5py has written and lets `ulp` read them: it must answer, whatever they hold.

    hostile_hdf5.py build/release/bin/ulp SAMPLES [--count 6000] [--seed 1]

SAMPLES holds what samples.py has written. Each damaged file is inspected, and where it opens one tensor of it is exported. A
signal, an exit code that is none of ulp's, an error without a message or no answer is a finding: the file is kept beside
the samples. Seeded: the same files in every run. The HDF5 library may compute for 10 s, or 30 s by the clock where the
machine is busy with other work, before it is stopped, so those that take longer are findings too.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

PATIENCE = 32  # seconds
LENGTHS = (0, 1, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
ANSWERS = {0: "opened", 1: "refused", 3: "not supported"}


def damaged(content, chance):
    """`content` cut off, or with a few bytes, a field, or a block of it changed."""
    content = bytearray(content)
    at = chance.randrange(len(content))
    how = chance.choice(("cut", "bytes", "bytes", "bits", "bits", "field", "field", "run", "move"))
    if how == "cut":
        del content[at:]
    elif how == "bytes":
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif how == "bits":  # near each other: in one structure
        for _ in range(chance.randint(1, 4)):
            content[min(len(content) - 1, at + chance.randrange(64))] ^= 1 << chance.randrange(8)
    elif how == "field":
        size = chance.choice((2, 4, 8))
        at -= at % size
        content[at:at + size] = (chance.choice(LENGTHS) % 256**size).to_bytes(size, "little")
    elif how == "run":
        length = chance.randint(1, 256)
        content[at:at + length] = bytes([chance.choice((0, 255, chance.randrange(256)))]) * len(content[at:at + length])
    else:
        length, source = chance.randint(8, 512), chance.randrange(len(content))
        block = content[source:source + length]
        content[at:at + len(block)] = block
    return bytes(content)


def run(program, *arguments):
    """The exit code and what it printed; None for a program that is still at it."""
    try:
        answer = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None, "", ""
    return answer.returncode, answer.stdout, answer.stderr


def problem(code, errors):
    if code is None:
        return f"no answer after {PATIENCE} s"
    if code < 0 or code not in ANSWERS:
        return f"exit {code}: {errors.strip()[-200:]}"
    return "an error without a message" if code and not errors.strip() else None


def try_file(program, path, out, chance, tally):
    begin = time.monotonic()
    code, text, errors = run(program, "inspect", path, "--json")
    tally["slowest answer, in ms"] = max(tally["slowest answer, in ms"], round((time.monotonic() - begin) * 1000))
    tally[f"inspect: {ANSWERS.get(code, code)}"] += 1
    tally["the HDF5 library crashed in its worker"] += "crashed on this file" in errors
    tally["the worker was stopped"] += "was stopped" in errors
    found = problem(code, errors)
    tensors = json.loads(text)["tensors"] if code == 0 else []
    if found or not tensors:
        return found
    name = chance.choice(tensors)["name"]
    code, _, errors = run(program, "export", path, "--force", "--", name, out)
    tally[f"export: {ANSWERS.get(code, code)}"] += 1
    return problem(code, errors)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ulp")
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    files = sorted((arguments.samples / "hdf5").rglob("*.h5"))
    tally, findings = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as temporary:
        path, out = pathlib.Path(temporary) / "hostile.h5", pathlib.Path(temporary) / "out.npy"
        for number in range(arguments.count):
            chance = random.Random(f"{arguments.seed}/{number}")
            source = files[number % len(files)]
            path.write_bytes(damaged(source.read_bytes(), chance))
            found = try_file(arguments.ulp, path, out, chance, tally)
            if found:
                kept = arguments.samples / f"hostile-{arguments.seed}-{number}.h5"
                kept.write_bytes(path.read_bytes())
                print(f"{kept.name}, of {source.name}: {found}", flush=True)
                findings += 1
    for what, count in sorted(tally.items()):
        print(f"{what}: {count}")
    print(f"{arguments.count} damaged files of {len(files)} samples, seed {arguments.seed}: {findings} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
