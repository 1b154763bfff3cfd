# SPDX-License-Identifier: Apache-2.0
"""NumPy .npy (versions 1 to 3, every type, byte orders, Fortran order) and .npz. A lone .npy is named by its file's stem."""

import io
import zipfile

import ml_dtypes
import numpy

from registry import Sample, Tensor, generator, sample, unsupported

PRODUCER = f"numpy {numpy.__version__}"
CORNERS = [0.0, -0.0, 1.0, -27.15625, 6e-8, 65504.0, float("inf"), float("-inf"), float("nan"), 3.0]


def simple(name, values):
    @sample(f"numpy/{name}")
    def write(folder):
        numpy.save(folder / f"{name}.npy", values)
        return Sample(f"{name}.npy", {name: values}, PRODUCER)


for kind in ("f8", "f4", "f2"):
    for order in "<>":
        simple(f"{'little' if order == '<' else 'big'}_{kind}", numpy.array(CORNERS).astype(order + kind).reshape(2, 5))
for kind in ("i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"):
    limits = numpy.iinfo(kind)
    values = numpy.array([limits.min, 0, 1, 100, limits.max], kind)
    simple(kind, values)
    if kind[1] != "1":
        simple(f"big_{kind}", values.astype(">" + kind))
simple("bool", numpy.array([[True, False, True]]))
simple("c8", numpy.array([1 + 2j, -0.5j, 3], numpy.complex64))
simple("c16", numpy.array([1 + 2j, -0.5j, 3], numpy.complex128))
simple("scalar", numpy.array(0.1, numpy.float32))
simple("empty", numpy.zeros((3, 0, 2), numpy.float32))
simple("fortran", numpy.asfortranarray(generator("fortran").standard_normal((3, 4, 5)).astype(numpy.float32)))
simple("big_fortran", numpy.asfortranarray(generator("big_fortran").standard_normal((7, 3)).astype(">f8")))
simple("wide", generator("wide").standard_normal((1, 1, 1, 1, 1, 1, 2, 3)).astype(numpy.float32))


def versioned(major):
    @sample(f"numpy/version{major}")
    def write(folder):
        values = generator("version").standard_normal((5, 3)).astype(numpy.float32)
        with open(folder / f"version{major}.npy", "wb") as file:
            numpy.lib.format.write_array(file, values, version=(major, 0))
        return Sample(f"version{major}.npy", {f"version{major}": values}, PRODUCER)


for number in (1, 2, 3):
    versioned(number)


def nameless(name):
    """ml_dtypes' types have no name in a .npy: "<V2", "<V1" and the like. Of two bytes there is only bfloat16."""
    @sample(f"numpy/{name}")
    def write(folder):
        values = numpy.array(CORNERS).astype(getattr(ml_dtypes, name))
        numpy.save(folder / f"{name}.npy", values)
        descr = numpy.lib.format.dtype_to_descr(values.dtype)
        tensor = values if name == "bfloat16" else unsupported(str(descr), values.shape, f"really {name}")
        return Sample(f"{name}.npy", {name: tensor}, f"{PRODUCER}, ml_dtypes {ml_dtypes.__version__}")


for type_name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
    nameless(type_name)


def refused(name, values):
    @sample(f"numpy/{name}")
    def write(folder):
        numpy.save(folder / f"{name}.npy", values)
        return Sample(f"{name}.npy", {name: unsupported(str(values.dtype), values.shape, "not numbers")}, PRODUCER)


refused("object", numpy.array([{"a": 1}, None], object))
refused("text", numpy.array(["one", "zwei"]))
refused("bytes", numpy.array([b"one", b"four"]))
refused("record", numpy.array([(1, 2.0), (3, 4.0)], [("a", "<i4"), ("b", "<f4")]))
refused("time", numpy.array(["2026-11-28"], "datetime64[D]"))


def members():
    rng = generator("npz")
    return {
        "weight": rng.standard_normal((7, 5)).astype(numpy.float32), "layer/kernel": rng.standard_normal((2, 3)),
        "big": rng.integers(-9, 9, 11).astype(">i4"), "half": numpy.array(CORNERS[:5], numpy.float16),
        "step": numpy.array(12345), "flags": numpy.array([True, False]), "none": numpy.zeros((0, 4), numpy.float32),
        "columns": numpy.asfortranarray(rng.standard_normal((4, 6)).astype(numpy.float32)),
    }


@sample("numpy/npz_stored")
def npz_stored(folder):
    numpy.savez(folder / "stored.npz", **members())
    return Sample("stored.npz", members(), PRODUCER)


@sample("numpy/npz_compressed")
def npz_compressed(folder):
    # Long enough for more than one deflate block and buffer.
    tensors = members() | {"long": numpy.round(generator("long").standard_normal(40000), 2).astype(numpy.float32)}
    numpy.savez_compressed(folder / "compressed.npz", **tensors)
    return Sample("compressed.npz", tensors, PRODUCER)


@sample("numpy/npz_object")
def npz_object(folder):
    values = generator("npz_object").standard_normal(3).astype(numpy.float32)
    numpy.savez(folder / "object.npz", a=values, config=numpy.array({"lr": 0.1}, object), names=numpy.array(["x"]))
    return Sample("object.npz", {"a": values, "config": unsupported("object", (), "a pickled object"),
                                 "names": unsupported("<U1", (1,), "text")}, PRODUCER)


@sample("numpy/npz_mixed")
def npz_mixed(folder):
    """By hand with zipfile: members in either way, a folder entry, a member that is no array."""
    values = generator("npz_mixed").standard_normal((3, 3)).astype(numpy.float32)
    body = io.BytesIO()
    numpy.save(body, values)
    members = (("block/", b"", zipfile.ZIP_STORED), ("block/a.npy", body.getvalue(), zipfile.ZIP_STORED),
               ("b.npy", body.getvalue(), zipfile.ZIP_DEFLATED), ("notes.txt", b"no array", zipfile.ZIP_STORED))
    with zipfile.ZipFile(folder / "mixed.npz", "w") as archive:
        for name, content, compression in members:
            archive.writestr(zipfile.ZipInfo(name), content, compression)  # dated 1980, the same in each run
    return Sample("mixed.npz", {"block/a": Tensor(values), "b": Tensor(values)}, PRODUCER)
