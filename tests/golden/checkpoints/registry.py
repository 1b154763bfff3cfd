# SPDX-License-Identifier: Apache-2.0
"""What a sample is, the list of all samples, and how a sample and its expected values are written.

A sample function gets an empty folder, writes one checkpoint into it and returns a Sample: where the checkpoint is and
what a reader should list. Its name is FAMILY/NAME; the folder is OUT/FAMILY/NAME, the values go to OUT/FAMILY/NAME.expected.
"""

import dataclasses
import importlib
import json
import pathlib
import shutil
import zlib

import ml_dtypes
import numpy

FAMILIES = ("safetensors", "gguf", "numpy", "torch", "gptq", "awq", "bitsandbytes", "compressed", "scaled", "hqq", "quanto",
            "torchao", "onnx", "hdf5", "tensorflow", "tflite", "flax")

# NumPy's (and ml_dtypes') names of element types -> ours.
TYPE_NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2", "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
    "float8_e8m0fnu": "F8_E8M0", "float6_e2m3fn": "F6_E2M3", "float6_e3m2fn": "F6_E3M2", "float4_e2m1fn": "F4",
    "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8", "int4": "I4", "int2": "I2", "uint64": "U64",
    "uint32": "U32", "uint16": "U16", "uint8": "U8", "uint4": "U4", "uint2": "U2", "bool": "BOOL", "complex64": "C64",
    "complex128": "C128",
}


@dataclasses.dataclass
class Tensor:
    """One expected tensor: `values` in a type of NumPy or ml_dtypes, `dtype` what the producer calls it.

    Of packed weights `values` are what the library restores, in its own type; `exact` is the float32 product before that
    type's rounding, where the two differ. Without values it must be listed but cannot be read; `reason` says why. One that
    may be refused (complex numbers, say) must be listed, and read right if it is read.
    """

    values: numpy.ndarray | None
    dtype: str = ""
    reason: str = ""
    shape: tuple | None = None
    exact: numpy.ndarray | None = None
    may_be_refused: bool = False

    def __post_init__(self):
        if self.values is None:
            return
        self.values = numpy.asarray(self.values)
        self.may_be_refused |= self.values.dtype.kind == "c"
        self.dtype = self.dtype or TYPE_NAMES[self.values.dtype.name]


def unsupported(dtype, shape, reason):
    return Tensor(None, dtype, reason, tuple(shape))


@dataclasses.dataclass
class Sample:
    path: str            # of the checkpoint in the sample's folder; "." for the folder itself
    tensors: dict        # name -> Tensor or array
    producer: str        # library and version, or "hand-made, AFTER WHAT"


SAMPLES = {}


def sample(name):
    def register(function):
        assert name not in SAMPLES, name
        SAMPLES[name] = function
        return function
    return register


def load_family(family):
    """Imports samples_FAMILY.py, which registers its samples."""
    importlib.import_module(f"samples_{family}")


def generator(name):
    """Random numbers of a sample: the same in every run, whichever samples are made."""
    return numpy.random.default_rng(zlib.crc32(name.encode()))


def stored_form(values):
    """float32 for every float that fits one; integers, booleans, complex and double as they are."""
    kind = values.dtype.name
    if kind in ("int4", "int2"):
        return values.astype(numpy.int8)
    if kind in ("uint4", "uint2"):
        return values.astype(numpy.uint8)
    if kind == "float64" or numpy.issubdtype(values.dtype, numpy.integer) or kind.startswith(("complex", "bool")):
        return values.astype(values.dtype.newbyteorder("<"))
    with numpy.errstate(invalid="ignore"):
        return values.astype(numpy.float32)


def write_expected(tensors, folder, root, with_exact):
    """The manifest's entries of one sample's tensors, and their .npy files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries = []
    for index, (name, tensor) in enumerate(tensors.items()):
        tensor = tensor if isinstance(tensor, Tensor) else Tensor(tensor)
        if tensor.values is None:
            entries.append({"name": name, "dtype": tensor.dtype, "shape": list(tensor.shape), "unsupported": True,
                            "reason": tensor.reason})
            continue
        file = folder / f"{index}.npy"
        numpy.save(file, numpy.asarray(stored_form(tensor.values), order="C"))
        entries.append({"name": name, "dtype": tensor.dtype, "shape": list(tensor.values.shape),
                        "file": file.relative_to(root).as_posix()})
        if tensor.may_be_refused:
            entries[-1]["mayBeRefused"] = True
        if with_exact and tensor.exact is not None and tensor.dtype != "F32":
            exact = folder / f"{index}.exact.npy"
            numpy.save(exact, numpy.asarray(tensor.exact, numpy.float32, order="C"))
            entries[-1]["exact"] = exact.relative_to(root).as_posix()
    return entries


def write_sample(name, root, with_exact=True):
    """Writes sample `name` below `root` and gives its manifest entry."""
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = SAMPLES[name](folder)
    entries = write_expected(made.tensors, root / f"{name}.expected", root, with_exact)
    return {"name": name, "path": (pathlib.PurePosixPath(name) / made.path).as_posix(), "producer": made.producer,
            "tensors": entries}


def write_manifest(entries, root):
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in sorted(entries, key=lambda e: e["name"]))
    (root / "manifest.json").write_text('{"samples": [\n' + lines + "\n]}\n", encoding="utf-8")


def read_manifest(root):
    path = root / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))["samples"] if path.exists() else []


def bf16(values):
    return numpy.asarray(values).astype(ml_dtypes.bfloat16)
