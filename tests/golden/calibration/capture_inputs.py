#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes inputs.npy and weights.npy anew: a piece of a real layer and of its real inputs. By hand; script/golden leaves it alone.

    capture_inputs.py CALIBRATION.safetensors MODEL.safetensors

The calibration is what script/capture_calibration.py recorded of sentence-transformers/all-MiniLM-L6-v2 (Apache 2.0).
Taken are the first 160 columns of encoder.layer.2.intermediate.dense: 48 rows of the weight, and 200 of the
input vectors.
"""

import sys
from pathlib import Path

import numpy
from safetensors import safe_open

LAYER = "encoder.layer.2.intermediate.dense"
COLUMNS, ROWS = 160, 48
FOLDER = Path(__file__).resolve().parent


def main():
    calibration, model = (safe_open(path, "np") for path in sys.argv[1:3])
    inputs = calibration.get_tensor(f"{LAYER}.inputs")[::2, :COLUMNS][:200]
    weights = model.get_tensor(f"{LAYER}.weight")[:ROWS, :COLUMNS]
    numpy.save(FOLDER / "inputs.npy", numpy.ascontiguousarray(inputs))
    numpy.save(FOLDER / "weights.npy", numpy.ascontiguousarray(weights))


if __name__ == "__main__":
    main()
