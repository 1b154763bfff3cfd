#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Dot products recorded on GPUs against the models of their matrix engines.

    verify_recorded.py ULP FOLDER [BACKEND]

FOLDER is laid out as model_validation of north-numerical-computing/MATLAB-tensor-core (BSD-2-Clause, commit b12b5a7):
GPU/FORMAT/{a,b}_GPU_FORMAT.txt hold rows of operands as hexadecimal binary32 patterns, c_GPU_fp32.txt and
d_GPU_{fp32,fp16}.txt the accumulator and the result as binary digits. Each set goes through `ulp matmul --dots` and
must come out bit for bit, on each backend. FP8 on Hopper was recorded with wgmma where the result is float32, with mma.sync otherwise.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

FORMATS = {"fp16": "float16", "bf16": "bfloat16", "tf32": "tfloat32", "E4M3": "float8_e4m3fn", "E5M2": "float8_e5m2"}
ENGINES = {"V100": "v100", "A100": "a100", "A2": "a2", "Ada": "ada", "Ada1000": "ada", "L40S": "l40s", "H100": "h100",
           "H200": "h200", "B200": "b200"}


def engine_of(gpu, kind, output):
    engine = ENGINES[gpu]
    if engine in ("h100", "h200"):
        return f"{engine}-{'wgmma' if kind in ('E4M3', 'E5M2') and output == 'fp32' else 'mma'}"
    return "b200-mma" if engine == "b200" else engine


def operands(path):
    rows = [[int(word, 16) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]
    return np.array(rows, np.uint32).view(np.float32)


def numbers(path):
    words = path.read_text().split()
    bits = np.array([int(word, 2) for word in words], np.uint32)
    return bits.astype(np.uint16).view(np.float16).astype(np.float32) if len(words[0]) == 16 else bits.view(np.float32)


def mismatches(ulp, backend, folder, gpu, kind, output, scratch):
    recorded = numbers(folder / f"d_{gpu}_{output}.txt")
    for side in "ab":
        np.save(scratch / f"{side}.npy", operands(folder / f"{side}_{gpu}_{kind}.txt"))
    np.save(scratch / "c.npy", numbers(folder / f"c_{gpu}_fp32.txt"))
    subprocess.run([ulp, "matmul", "--dots", "--a", scratch / "a.npy", "--b", scratch / "b.npy", "--c", scratch / "c.npy",
                    "--engine", engine_of(gpu, kind, output), "--input", FORMATS[kind],
                    "--output", "float16" if output == "fp16" else "float32", "--out", scratch / "d.npy", "--force",
                    "--backend", backend],
                   check=True, capture_output=True)
    ours = np.load(scratch / "d.npy")
    return int((ours.view(np.uint32) != recorded.view(np.uint32)).sum()), len(recorded)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    backend = sys.argv[3] if len(sys.argv) == 4 else "auto"
    wrong = sets = total = 0
    with tempfile.TemporaryDirectory() as scratch:
        for results in sorted(Path(sys.argv[2]).glob("*/*/d_*.txt")):
            gpu, kind, output = results.parent.parent.name, results.parent.name, results.stem.rsplit("_", 1)[1]
            bad, count = mismatches(sys.argv[1], backend, results.parent, gpu, kind, output, Path(scratch))
            print(f"{gpu:5} {kind:5} -> {output}  {engine_of(gpu, kind, output):11} {bad} of {count} differ")
            wrong, sets, total = wrong + bad, sets + 1, total + count
    print(f"{sets} sets, {total} dot products, {wrong} differ")
    sys.exit(1 if wrong or sets == 0 else 0)


if __name__ == "__main__":
    main()
