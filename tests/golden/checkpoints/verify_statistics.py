#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `ulp inspect` says of a model's values with NumPy in double precision.

    verify_statistics.py ULP MODEL.safetensors

Every tensor of the model, and of a float16 and a bfloat16 copy of it: counts, extremes, moments, histograms of several
numbers of bins, quantiles (exact ones, and estimates within the bound that is stated), absolute maxima of columns and
rows, outliers among them, ranges of blocks. Into one tensor of each file NaN, infinities, zeros and subnormals are
sown. Prints each difference and "N comparisons: M differences"; any difference is an error.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import ml_dtypes
import numpy
from safetensors.numpy import load_file, save_file

BINS = (1, 7, 64, 1000)
SHARES = (0, 0.001, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.99, 0.999, 1)
BLOCKS = (16, 32, 64, 128, 256)
DEVIATIONS = 6  # docs/numerics.md
CONSISTENCY = 1.4826

# Sums of n doubles in another order differ by some n * 2^-53 of the sum of their magnitudes at the very most; the mean
# is bounded against the deviation, since it may cancel to nothing. Kurtosis + 3 is a ratio of such sums.
RELATIVE = 1e-10


class Comparison:
    def __init__(self):
        self.count = 0
        self.differences = 0

    def same(self, where, found, expected):
        self.holds(where, found == expected, found, expected)

    def near(self, where, found, expected, bound):
        self.holds(where, found == expected or abs(found - expected) <= bound
                   or (math.isnan(found) and math.isnan(expected)), found, expected)

    def holds(self, where, truth, found, expected):
        self.count += 1
        if not truth:
            self.differences += 1
            print(f"{where}: {found}, NumPy has {expected}")


def inspect(ulp, path, *options):
    run = subprocess.run([ulp, "inspect", str(path), "--json", *options], capture_output=True, check=True)
    return {tensor["name"]: tensor for tensor in json.loads(run.stdout)["tensors"]}


def number(value):
    return float(value)  # "inf" and "nan" are strings in JSON


def statistics(compare, name, found, array, values, finite):
    compare.same((name, "count"), found["count"], values.size)
    compare.same((name, "finite"), found["finite"], finite.size)
    compare.same((name, "nan"), found["nan"], int(numpy.isnan(values).sum()))
    compare.same((name, "+inf"), found["positiveInfinity"], int((values == math.inf).sum()))
    compare.same((name, "-inf"), found["negativeInfinity"], int((values == -math.inf).sum()))
    compare.same((name, "zero"), found["zero"], int((finite == 0).sum()))
    smallest = smallest_normal(array.dtype)
    compare.same((name, "subnormal"), found["subnormal"], int(((finite != 0) & (abs(finite) < smallest)).sum()))
    if finite.size == 0:
        return
    compare.same((name, "min"), number(found["min"]), finite.min())
    compare.same((name, "max"), number(found["max"]), finite.max())
    compare.same((name, "absMax"), number(found["absMax"]), abs(finite).max())
    deviation = finite.std()
    compare.near((name, "mean"), number(found["mean"]), finite.mean(), RELATIVE * (deviation + abs(finite.mean())))
    compare.near((name, "deviation"), number(found["standardDeviation"]), deviation, RELATIVE * deviation)
    central = finite - finite.mean()
    second = numpy.mean(central**2)
    kurtosis = numpy.mean(central**4) / second**2 - 3 if second > 0 else math.nan
    compare.near((name, "kurtosis"), number(found["kurtosis"]), kurtosis, RELATIVE * abs(kurtosis + 3))


def smallest_normal(dtype):
    if dtype.kind in "iu":
        return 0
    return float(ml_dtypes.finfo(dtype).smallest_normal)


def histogram(compare, name, found, finite, bins):
    counts, edges = numpy.histogram(finite, bins=bins, range=(finite.min(), finite.max()))
    compare.same((name, f"{bins} bins"), found["counts"], counts.tolist())
    compare.same((name, f"edges of {bins} bins"), [number(edge) for edge in found["edges"]], edges.tolist())


def quantiles(compare, name, found, finite, exact):
    expected = numpy.quantile(finite, SHARES) if finite.size else [math.nan] * len(SHARES)
    for quantile, share, value in zip(found, SHARES, expected, strict=True):
        where = (name, "exact quantile" if exact else "quantile", share)
        compare.same(where, quantile["share"], share)
        compare.near(where, number(quantile["value"]), value, 0 if quantile["exact"] else number(quantile["within"]))
        compare.same((*where, "within 0 if exact"), quantile["exact"], number(quantile["within"]) == 0)
        if exact:
            compare.same((*where, "is exact"), quantile["exact"], True)


def lines(compare, name, found, maxima):
    """Absolute maxima of columns or rows, NaN left out, and the outliers among them."""
    compare.same((name, "maxima"), [number(value) for value in found["absMax"]], maxima.tolist())
    finite = maxima[numpy.isfinite(maxima)].astype(numpy.float64)
    median = numpy.median(finite)
    mad = CONSISTENCY * numpy.median(abs(finite - median))
    threshold = median + DEVIATIONS * mad
    compare.same((name, "median"), number(found["median"]), median)
    compare.same((name, "mad"), number(found["mad"]), mad)
    compare.same((name, "threshold"), number(found["threshold"]), threshold)
    compare.same((name, "outliers"), found["outliers"], numpy.flatnonzero(maxima > threshold).tolist())


def block_ranges(compare, name, found, magnitudes):
    rows, columns = magnitudes.shape
    for size, block in zip(BLOCKS, found, strict=True):
        padded = numpy.zeros((rows, -(-columns // size) * size), numpy.float32)
        padded[:, :columns] = magnitudes
        maxima = padded.reshape(-1, size).max(axis=1)  # NaN wins
        finite = maxima[numpy.isfinite(maxima)]
        octaves = numpy.frexp(finite[finite > 0])[1] - 1  # 2^e <= x < 2^(e + 1)
        octaves = numpy.maximum(octaves, -127)
        lowest = int(octaves.min()) if octaves.size else None
        counts = numpy.bincount(octaves - lowest).tolist() if octaves.size else []
        where = (name, f"blocks of {size}")
        compare.same(where, block["size"], size)
        compare.same((*where, "blocks"), block["blocks"], maxima.size)
        compare.same((*where, "zero"), block["zero"], int((maxima == 0).sum()))
        compare.same((*where, "not finite"), block["notFinite"], int((~numpy.isfinite(maxima)).sum()))
        compare.same((*where, "lowest"), block["lowestOctave"], lowest)
        compare.same((*where, "counts"), block["counts"], counts)
        for key, share in (("p1", 0.01), ("p50", 0.5), ("p99", 0.99)):
            at = int(share * (octaves.size - 1)) if octaves.size else 0
            compare.same((*where, key), block[key], int(numpy.sort(octaves)[at]) if octaves.size else None)


def verify(compare, ulp, path, tensors):
    shares = ",".join(repr(float(share)) for share in SHARES)
    looked = inspect(ulp, path, "--statistics", "--columns", "--blocks", "--quantiles", shares)
    exact = inspect(ulp, path, "--quantiles", shares, "--exact")
    binned = {bins: inspect(ulp, path, "--histogram", str(bins)) for bins in BINS}
    compare.same((path.name, "names"), sorted(looked), sorted(tensors))
    for key, array in tensors.items():
        name = f"{path.name} {key}"
        with numpy.errstate(invalid="ignore"):
            values = array.astype(numpy.float64)
        finite = values[numpy.isfinite(values)]
        statistics(compare, name, looked[key]["statistics"], array, values, finite)
        quantiles(compare, name, looked[key]["quantiles"], finite, False)
        quantiles(compare, name, exact[key]["quantiles"], finite, True)
        if finite.size:
            for bins in BINS:
                histogram(compare, name, binned[bins][key]["histogram"], finite, bins)
        matrix = values.reshape(values.shape[0], -1) if values.ndim > 1 else values.reshape(1, -1)
        magnitudes = abs(matrix).astype(numpy.float32)
        without_nan = numpy.where(numpy.isnan(magnitudes), numpy.float32(0), magnitudes)
        lines(compare, f"{name} columns", looked[key]["columns"], without_nan.max(axis=0))
        lines(compare, f"{name} rows", looked[key]["rows"], without_nan.max(axis=1))
        block_ranges(compare, name, looked[key]["blockRanges"], magnitudes)


def with_odd_values(array):
    """NaN, infinities, zeros of both signs and subnormals, sown over the elements and in one whole row."""
    odd = array.copy()
    flat = odd.reshape(-1)
    subnormal = smallest_normal(array.dtype) / 4
    for place, value in enumerate((math.nan, math.inf, -math.inf, 0.0, -0.0, subnormal, -subnormal)):
        flat[1000 + place :: 4001] = value
    odd[7] = 0
    return odd


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ulp")
    parser.add_argument("model", type=pathlib.Path)
    arguments = parser.parse_args()
    model = load_file(arguments.model)
    floats = {name: array for name, array in model.items() if array.dtype == numpy.float32}
    odd = min((name for name, array in floats.items() if array.ndim == 2 and len(array) > 64), key=lambda name: floats[name].size)
    compare = Comparison()
    verify(compare, arguments.ulp, arguments.model, model)
    with tempfile.TemporaryDirectory() as folder:
        for dtype in (numpy.float32, numpy.float16, ml_dtypes.bfloat16):
            copy = {name: array.astype(dtype) if name in floats else array for name, array in model.items()}
            if dtype == numpy.float32:
                copy = {}
            copy["odd"] = with_odd_values(floats[odd].astype(dtype))
            path = pathlib.Path(folder) / f"{numpy.dtype(dtype).name}.safetensors"
            save_file(copy, path)
            verify(compare, arguments.ulp, path, copy)
    print(f"{compare.count} comparisons: {compare.differences} differences")
    sys.exit(compare.differences != 0)


if __name__ == "__main__":
    main()
