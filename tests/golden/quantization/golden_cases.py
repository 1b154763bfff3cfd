# SPDX-License-Identifier: Apache-2.0
"""What the make_*.py of this folder share: inputs, and cases.json as golden_cases_test.cpp reads it."""

import json
import zlib
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy

INPUTS = Path(__file__).resolve().parent / "inputs"
F = numpy.float32
NAMES = ("attention", "feed_forward", "edges", "specials", "odd")


def read_input(name):
    return numpy.load(INPUTS / f"{name}.npy")


def _entry(array, dtype):
    """Count and CRC-32 of the little-endian bytes; every NaN counts as 0x7FC00000."""
    array = numpy.ascontiguousarray(array, dtype=dtype).ravel()
    if array.dtype == F:
        array = numpy.where(numpy.isnan(array), numpy.frombuffer(b"\0\0\xc0\x7f", F)[0], array)
    return {"count": int(array.size), "crc32": zlib.crc32(array.tobytes())}


@dataclass
class Cases:
    """Collects the cases of one folder. Arrays not given are not compared."""

    folder: str
    oracles: tuple  # names of PyPI packages, or (name, version)
    cases: list = field(default_factory=list)

    def add(self, name, scheme, settings, input_name, *, importance=None, inputs=None, codes=None, scales=None,
            zeros=None, float_zeros=None, offsets=None, column_scales=None, packed=None, restored=None,
            shape=None):
        """codes: one an element, any integer type (taken as their low eight bits). shape: another than the input's."""
        shape = shape or read_input(input_name).shape
        case = {"name": name, "scheme": scheme, "settings": {k: str(v) for k, v in settings.items()},
                "input": f"inputs/{input_name}.npy", "shape": list(shape)}
        if importance is not None:
            case["importance"] = f"inputs/{importance}.npy"
        if inputs is not None:
            case["inputs"] = f"inputs/{inputs}.npy"
        if codes is not None:
            case["codes"] = _entry(numpy.asarray(codes).astype(numpy.int64) & 255, numpy.uint8)
        for key, array, dtype in (("scales", scales, F), ("zeros", zeros, numpy.int32), ("offsets", offsets, F),
                                  ("floatZeros", float_zeros, F),
                                  ("columnScales", column_scales, F), ("packed", packed, numpy.uint8),
                                  ("restored", restored, F)):
            if array is not None:
                case[key] = _entry(array, dtype)
        self.cases.append(case)

    def write(self):
        oracles = {o if isinstance(o, str) else o[0]: version(o) if isinstance(o, str) else o[1] for o in self.oracles}
        target = Path(__file__).resolve().parent / self.folder
        target.mkdir(exist_ok=True)
        lines = ",\n  ".join(json.dumps(case) for case in self.cases)
        (target / "cases.json").write_text(f'{{"oracles": {json.dumps(oracles)},\n "cases": [\n  {lines}\n]}}\n')
        print(f"{self.folder}: {len(self.cases)} cases")
