#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `ulp` says of a safetensors file with numpy: every tensor's statistics, and one tensor in each scheme.

    verify_checkpoint.py build/release/bin/ulp model.safetensors TENSOR

The schemes are computed from their definitions in quantization/README.md (make_quantization.py), codes and restored values
must be equal to the bit. Statistics are computed by numpy in double; counts and extremes must be equal, moments within
a relative 1e-10 (of the standard deviation, for the mean). Run by hand in script/golden's environment.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import ml_dtypes
import numpy
import safetensors.numpy

sys.path.insert(0, str(Path(__file__).parent / "quantization"))
import make_quantization as oracle  # noqa: E402

SMALLEST_NORMAL = {"F64": 2.0**-1022, "F32": 2.0**-126, "BF16": 2.0**-126, "F16": 2.0**-14}


def ulp(program, *arguments):
    run = subprocess.run([program, *map(str, arguments), "--json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def close(found, expected, scale):
    return abs(float(found) - expected) <= 1e-10 * max(abs(expected), scale)


def check_statistics(program, path, arrays):
    document = ulp(program, "inspect", path, "--statistics")
    wrong = []
    for tensor in document["tensors"]:
        x = arrays[tensor["name"]].astype(numpy.float64).ravel()
        finite = x[numpy.isfinite(x)]
        mean = finite.mean()
        m2, m4 = ((finite - mean) ** 2).mean(), ((finite - mean) ** 4).mean()
        deviation = m2**0.5
        s = tensor["statistics"]
        tiny = SMALLEST_NORMAL.get(tensor["dtype"], 0)
        exact = {
            "count": x.size, "finite": finite.size, "nan": numpy.isnan(x).sum(),
            "positiveInfinity": (x == numpy.inf).sum(), "negativeInfinity": (x == -numpy.inf).sum(),
            "zero": (x == 0).sum(), "subnormal": ((finite != 0) & (abs(finite) < tiny)).sum(),
            "min": finite.min(), "max": finite.max(), "absMax": abs(finite).max(),
        }
        wrong += [(tensor["name"], key, s[key], value) for key, value in exact.items() if float(s[key]) != float(value)]
        moments = {"mean": (mean, deviation), "standardDeviation": (deviation, 0)}
        if m2 > 0:
            moments["kurtosis"] = (m4 / m2**2 - 3, 1)
        wrong += [(tensor["name"], key, s[key], value)
                  for key, (value, scale) in moments.items() if not close(s[key], value, scale)]
    print(f"statistics: {len(document['tensors'])} tensors, {len(wrong)} disagreements")
    return wrong


def definitions(x):
    """scheme id, knobs, (codes, restored) by numpy."""
    def both(result):
        return result.codes, result.restored

    yield "int8_tensor", {}, both(oracle.absmax_int8(x, "tensor"))
    yield "int8_row", {"reference": "bitsandbytes"}, both(oracle.bnb_int8_row(x))
    yield "int8_column", {}, both(oracle.absmax_int8(x, "column"))
    yield "int8_group", {"group": 32}, both(oracle.absmax_int8(x, "group32"))
    yield "int_affine", {"granularity": "tensor", "range": "with_zero"}, both(oracle.affine_int8(x, "tensor", widen=True))
    yield "int_affine", {"granularity": "row", "range": "as_given"}, both(oracle.affine_int8(x, "row", widen=False))
    codes, scales = oracle.nf4_codes(x)
    restored = oracle.nf4_table()[codes].ravel() * numpy.repeat(scales, 64)[: x.size]
    yield "bnb_nf4", {}, (codes.reshape(x.shape), restored.reshape(x.shape))
    for granularity in ("tensor", "row"):
        yield f"fp8_{granularity}", {}, both(oracle.scaled_float8(x, granularity))
    yield "q8_0", {"path": "reference"}, both(oracle.q8_0(x))
    yield "q8_0", {"path": "avx2"}, both(oracle.q8_0_avx2(x))
    yield "q4_0", {}, both(oracle.q4_0(x))


def check_schemes(program, path, name, x):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for index, (scheme, knobs, (codes, restored)) in enumerate(definitions(x)):
            files = Path(folder) / f"{index}.codes.npy", Path(folder) / f"{index}.values.npy"
            sets = [argument for knob, value in knobs.items() for argument in ("--set", f"{knob}={value}")]
            document = ulp(program, "quantize", path, name, "--scheme", scheme, *sets, "--codes", files[0], "--values", files[1])
            label = f"{scheme} {knobs or ''}"
            found = numpy.load(files[0]).reshape(x.shape), numpy.load(files[1]).reshape(x.shape)
            unequal = (found[0].view(numpy.uint8) != codes.view(numpy.uint8)).sum()
            differing = (found[1].view(numpy.uint32) != restored.astype(numpy.float32).view(numpy.uint32)).sum()
            error = restored.astype(numpy.float64) - x.astype(numpy.float64)
            expected = {
                "meanSquaredError": (error**2).mean(),
                "signalToNoiseDb": 20 * numpy.log10(numpy.linalg.norm(x.astype(numpy.float64)) / numpy.linalg.norm(error)),
                "maxAbsoluteError": abs(error).max(),
            }
            expected_percentiles = dict(zip(("p50", "p95", "p999"), numpy.percentile(abs(error), (50, 95, 99.9))))
            metrics = document["metrics"]
            bad = [(label, key, metrics[key], value) for key, value in expected.items() if not close(metrics[key], value, 0)]
            bad += [(label, key, metrics["percentiles"][key], value)
                    for key, value in expected_percentiles.items() if not close(metrics["percentiles"][key], value, 0)]
            if unequal or differing:
                bad.append((label, "codes, values", int(unequal), int(differing)))
            print(f"{label:60} {document['bitsPerWeight']:8.4f} bits  {expected['signalToNoiseDb']:7.3f} dB  "
                  f"{unequal} codes and {differing} values differ")
            wrong += bad
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ulp")
    parser.add_argument("checkpoint")
    parser.add_argument("tensor")
    arguments = parser.parse_args()
    arrays = safetensors.numpy.load_file(arguments.checkpoint)
    wrong = check_statistics(arguments.ulp, arguments.checkpoint, arrays)
    wrong += check_schemes(arguments.ulp, arguments.checkpoint, arguments.tensor,
                           arrays[arguments.tensor].astype(numpy.float32))
    for entry in wrong:
        print("DISAGREES:", *entry)
    print(f"numpy {numpy.__version__}, ml_dtypes {ml_dtypes.__version__}: {len(wrong)} disagreements")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
