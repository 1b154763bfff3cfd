#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `ulp` makes of numbers with ml_dtypes, all its float types, and numpy's float16, code by code.

    verify_formats.py build/release/bin/ulp [ID...]

Decode: every code of up to 8 bits through `ulp decode`, of 16 bits through the values that `ulp cast` writes. Encode: the
inputs of formats/encode_inputs.py (1.1 million or more a type) through `ulp cast`, codes and values; left out is what
formats/README.md names. The same with `--like ml_dtypes-0.6`, where nothing is left out. Limits: the finfo of ml_dtypes
against `ulp formats`. NaN codes count as equal; -0 and 0 do not. Run by hand in script/golden's environment.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import ml_dtypes
import numpy

sys.path.insert(0, str(Path(__file__).parent / "formats"))
import encode_inputs as oracle  # noqa: E402

# Of `ulp formats`, and of finfo. Not "resolution": finfo rounds it to the type, which makes 0.1015625 of 0.1.
LIMITS = {"max": "max", "lowest": "min", "min": "smallest_normal", "smallestSubnormal": "smallest_subnormal",
          "epsilon": "eps", "exponentBits": "nexp", "fractionBits": "nmant"}
STACK = "ml_dtypes-0.6"
SHOWN = 5


def ulp(program, *arguments):
    run = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"verify_formats: {' '.join(map(str, arguments))}: {run.stderr.strip()}")
    return run.stdout


def cast(program, name, inputs, output, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npy", Path(folder) / "out.npy"
        numpy.save(source, inputs)
        ulp(program, "cast", source, target, "--to", name, "--output", output, *options)
        return numpy.load(target)


def differing(found, expected):
    """Indices where two float32 arrays are not the same number; one NaN is like another."""
    same = (oracle.bits_of(found) == oracle.bits_of(expected)) | (numpy.isnan(found) & numpy.isnan(expected))
    return numpy.flatnonzero(~same)


def verify_decode(program, name):
    """(number of codes, descriptions of mismatches)"""
    expected = oracle.decode_all(name)
    if len(expected) > 256:
        finite = numpy.flatnonzero(~numpy.isnan(expected))
        codes = cast(program, name, expected[finite], "codes")
        values = cast(program, name, expected[finite], "values")
        wrong = [f"code {code:#06x}: ulp gives {codes[i]:#06x} for its value"
                 for i, code in enumerate(finite) if codes[i] != code]
        wrong += [f"code {finite[i]:#06x}: ulp {values[i]!r}, oracle {expected[finite][i]!r}"
                  for i in differing(values, expected[finite])]
        return len(finite), wrong
    texts = (json.loads(ulp(program, "decode", hex(code), "--format", name, "--json"))["hexFloat"]
             for code in range(len(expected)))
    found = numpy.array([float.fromhex(text) for text in texts], dtype=numpy.float32)
    return len(expected), [f"code {i:#04x}: ulp {found[i]!r}, oracle {expected[i]!r}" for i in differing(found, expected)]


def verify_encode(program, name, sets, *options):
    """(number of inputs, descriptions of mismatches)"""
    bits = numpy.concatenate(list(sets.values()))
    inputs = oracle.floats_of(bits)
    expected = oracle.encode(name, bits)
    codes = cast(program, name, inputs, "codes", *options)
    values = cast(program, name, inputs, "values", *options)
    wrong = [f"{float(inputs[i]).hex()} ({bits[i]:#010x}): ulp {codes[i]:#04x}, oracle {expected[i]:#04x}"
             for i in numpy.flatnonzero(oracle.marked(name, codes) != oracle.marked(name, expected))]
    rounded = oracle.decode_all(name)[expected]
    wrong += [f"{float(inputs[i]).hex()} ({bits[i]:#010x}): ulp {values[i]!r}, oracle {rounded[i]!r}"
              for i in differing(values, rounded)]
    return len(bits), wrong


def verify_limits(program, name):
    found = json.loads(ulp(program, "formats", name, "--json"))[0]
    finfo = ml_dtypes.finfo(oracle.DTYPES[name])
    if name == "float8_e8m0fnu":  # no subnormal values; finfo gives the smallest value
        found["smallestSubnormal"] = found["min"]
    return [f"{key}: ulp {found[key]}, finfo {float(getattr(finfo, attribute))}"
            for key, attribute in LIMITS.items() if float(found[key]) != float(getattr(finfo, attribute))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ulp")
    parser.add_argument("ids", nargs="*", default=list(oracle.DTYPES))
    arguments = parser.parse_args()
    total = 0
    for name in arguments.ids:
        codes, wrong_codes = verify_decode(arguments.ulp, name)
        inputs, wrong_inputs = verify_encode(arguments.ulp, name, oracle.input_sets(name))
        every, wrong_alike = verify_encode(arguments.ulp, name, oracle.every_input(name), "--like", STACK)
        wrong_limits = verify_limits(arguments.ulp, name)
        print(f"{name:20} decode: {codes:6,} codes, {len(wrong_codes)} mismatches   "
              f"encode: {inputs:,} inputs, {len(wrong_inputs)} mismatches, {every - inputs:,} left out   "
              f"--like {STACK}: {every:,} inputs, {len(wrong_alike)} mismatches   "
              f"limits: {len(wrong_limits)} of {len(LIMITS)} differ", flush=True)
        for wrong in (wrong_codes, wrong_inputs, wrong_alike, wrong_limits):
            for line in wrong[:SHOWN]:
                print("  DIFFERS", line)
            total += len(wrong)
    print(f"numpy {numpy.__version__}, ml_dtypes {ml_dtypes.__version__}: {total} mismatches")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
