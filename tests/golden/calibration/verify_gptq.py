#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every linear layer of a real model through `ulp quantize`: GPTQ against round to nearest, and against the reference.

    verify_gptq.py ULP MODEL_FOLDER CALIBRATION.safetensors [--no-reference]

The calibration is what script/capture_calibration.py wrote, Hessians included. For each layer, at 4 bits in groups of
128: the activation-weighted error of int_symmetric and of gptq; and GPTQModel's own class on the same Hessian, our loss
beside its own and the share of codes that are equal, once as it is and once with what BLAS leaves open pinned: the
Hessian factored, and the errors of a block summed, in float64. A weight in the middle of two codes goes the way that
rounding errors push it, and the rest of its row with it: how far the reference differs from itself, and from one machine
to the next, is what the columns "as it is" say. Fails unless gptq is better on every layer, the loss of every layer is
within 1e-4 of the pinned reference's with 99.99 % of the codes equal, and the sum of all losses is within 1e-4 of the
reference's as it is.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from safetensors import safe_open

sys.path.insert(0, str(Path(__file__).resolve().parent))
import reference_gptq  # noqa: E402


def quantize(options, layer, *more):
    run = subprocess.run([options.ulp, "quantize", options.model, f"{layer}.weight", "--json", "--calibration",
                          options.calibration, *more], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"verify_gptq: {layer}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ulp")
    parser.add_argument("model")
    parser.add_argument("calibration")
    parser.add_argument("--no-reference", action="store_true")
    options = parser.parse_args()
    calibration = safe_open(options.calibration, "np")
    model = safe_open(Path(options.model) / "model.safetensors", "np")
    layers = sorted({name.removesuffix(".hessian") for name in calibration.keys() if name.endswith(".hessian")})
    manners = (contextlib.nullcontext, reference_gptq.summed_in_double)
    failures, ours_sum, reference_sum = 0, 0, 0
    print(f"{'':55} {'weighted error, %':>21} {'gain':>6}   {'as it is':>18}   {'sums in float64':>18}")
    print(f"{'layer':55} {'nearest':>10} {'gptq':>10} {'dB':>6}   {'loss':>9} {'equal':>8}   {'loss':>9} {'equal':>8}")
    for layer in layers:
        with tempfile.TemporaryDirectory() as folder:
            codes = Path(folder) / "codes.npy"
            ours = quantize(options, layer, "--scheme", "gptq", "--set", "scales=float32", "--codes", str(codes))
            ours_codes = numpy.load(codes)
        nearest = quantize(options, layer, "--scheme", "int_symmetric", "--set", "bits=4", "--set", "granularity=group")
        before, after = nearest["weightedError"]["relative"], ours["weightedError"]["relative"]
        failures += after >= before
        beside = ""
        if not options.no_reference:
            for manner in manners:
                with manner():
                    loss, _, codes, _ = reference_gptq.run(model.get_tensor(f"{layer}.weight"),
                                                           calibration.get_tensor(f"{layer}.hessian"))
                difference, equal = ours["figures"]["loss"] / loss - 1, numpy.mean(codes == ours_codes)
                beside += f"   {difference:9.1e} {equal:8.5f}"
                if manner is contextlib.nullcontext:
                    reference_sum += loss
                else:
                    failures += abs(difference) > 1e-4 or equal < 0.9999
            ours_sum += ours["figures"]["loss"]
        print(f"{layer:55} {100 * before:10.4f} {100 * after:10.4f} "
              f"{10 * numpy.log10(before / after):6.2f}{beside}", flush=True)
    if not options.no_reference:
        difference = ours_sum / reference_sum - 1
        failures += abs(difference) > 1e-4
        print(f"sum of all losses, to the reference as it is: {difference:.1e}")
    print(f"{len(layers)} layers, {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
