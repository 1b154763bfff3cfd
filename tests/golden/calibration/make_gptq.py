#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes gptq.json: what GPTQModel's own routine makes of weights.npy with the Hessian of inputs.npy.

For each case the loss (of the Hessian (2 / tokens) * sum of x x^T) and the codes, as hexadecimal digits row by row; and
the codes with what BLAS leaves open pinned: factors and the sums between blocks in float64.
"withoutInputs" is what 7.7.0 makes of a layer that no input reached: codes, and the bits of scales.
"""

import json
import sys
import zlib
from pathlib import Path

import numpy

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
import reference_gptq  # noqa: E402
import sources  # noqa: E402

CASES = [{}, {"bits": 2}, {"bits": 3}, {"bits": 8}, {"group": 32}, {"group": -1}, {"act_order": "yes"},
         {"act_order": "yes", "static_groups": True, "group": 32}, {"act_order": "group_aware", "group": 32},
         {"static_groups": True, "group": 32}, {"symmetric": False}, {"symmetric": False, "act_order": "yes", "group": 64},
         {"mse": 2.4, "group": 64}, {"symmetric": False, "mse": 2.4}, {"damp": 0.1}]
WITHOUT_INPUTS = [(strategy, settings) for strategy in ("rtn", "midpoint", "mean", "median", "stdclip")
                  for settings in ({}, {"group": 32, "bits": 3}, {"group": -1, "bits": 8, "symmetric": False})]
NAMES = {"mse": "search", "damp": "damp_percent"}


def setting(name, value):
    return NAMES.get(name, name), ("yes" if value else "no") if isinstance(value, bool) or name == "mse" else str(value)


def digits(codes, case):
    return "".join(f"{code:02x}" if case.get("bits") == 8 else f"{code:x}" for code in codes.flatten())


def main():
    weights, inputs = numpy.load(FOLDER / "weights.npy"), numpy.load(FOLDER / "inputs.npy").astype(numpy.float64)
    hessian = 2 / len(inputs) * inputs.T @ inputs
    cases = []
    for case in CASES:
        loss, restored, codes, _ = reference_gptq.run(weights, hessian, **case)
        error = restored.astype(numpy.float64) - weights
        wide = weights.astype(numpy.float64)
        weighted = numpy.sum(error @ hessian * error) / numpy.sum(wide @ hessian * wide)
        with reference_gptq.summed_in_double():
            pinned = reference_gptq.run(weights, hessian, **case)
        cases.append({"settings": dict(setting(*item) for item in case.items()), "loss": loss,
                      "weightedError": float(weighted), "codes": digits(codes, case), "pinnedLoss": pinned[0],
                      "pinnedCodes": digits(pinned[2], case)})
    fallbacks = []
    for strategy, settings in WITHOUT_INPUTS:
        codes, scales, zeros, restored = reference_gptq.without_inputs(weights, strategy, **settings)
        fallbacks.append({"settings": {"fallback": strategy, **dict(setting(*item) for item in settings.items())},
                          "scales": "".join(f"{bits:08x}" for bits in scales.flatten().view(numpy.uint32)),
                          "zeros": [int(zero) for zero in zeros.flatten()],
                          "codes": digits(codes, settings),
                          "restored": zlib.crc32(restored.tobytes())})
    lines, more = (",\n  ".join(map(json.dumps, each)) for each in (cases, fallbacks))
    (FOLDER / "gptq.json").write_text(f'{{"oracle": "{sources.GPTQMODEL_ROUTINE}",\n "cases": [\n  {lines}\n],\n'
                                      f'"fallbackOracle": "{sources.GPTQMODEL}",\n "withoutInputs": [\n  {more}\n]}}\n')
    print(f"gptq.json: {len(cases)} cases")


if __name__ == "__main__":
    main()
