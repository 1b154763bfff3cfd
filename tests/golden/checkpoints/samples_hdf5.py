# SPDX-License-Identifier: Apache-2.0
"""HDF5 as h5py writes it: layouts, filters, types, old and new superblocks; and Keras' files (keras_files.py).

A dataset's name is its path without the leading slash.
"""

import h5py
import numpy

from registry import Sample, Tensor, generator, sample, unsupported

import keras_files  # noqa: F401  registers its samples

PRODUCER = f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}"
CORNERS = [0.0, -0.0, 1.0, -27.15625, 6e-8, 65504.0, float("inf"), float("-inf"), float("nan"), 3.0]


def random(name, *shape):
    return generator(f"hdf5/{name}").standard_normal(shape).astype(numpy.float32)


def typed():
    tensors = {}
    for kind in ("f8", "f4", "f2"):
        for order, label in (("<", "little"), (">", "big")):
            tensors[f"{label}/{kind}"] = numpy.array(CORNERS).astype(order + kind).reshape(2, 5)
    for kind in ("i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"):
        limits = numpy.iinfo(kind)
        for order, label in (("<", "little"), (">", "big")):
            tensors[f"{label}/{kind}"] = numpy.array([limits.min, 0, 1, 100, limits.max], kind).astype(order + kind)
    return tensors | {"bool": numpy.array([[True, False, True]]), "scalar": numpy.array(0.1, numpy.float32),
                      "empty": numpy.zeros((3, 0, 2), numpy.float32)}


def types_file(label, **options):
    @sample(f"hdf5/{label}")
    def write(folder):
        with h5py.File(folder / f"{label}.h5", "w", **options) as file:
            for name, values in typed().items():
                file.create_dataset(name, data=values)
            file.attrs["note"] = "sample"
            file.create_group("nothing")
        # HDF5 1.10 does not know version 4 of a type's message, in which newer ones write enumerations.
        newer = {"bool": Tensor(typed()["bool"], may_be_refused=True)} if options.get("libver") == "latest" else {}
        return Sample(f"{label}.h5", typed() | newer, PRODUCER)


types_file("types")
types_file("types_latest", libver="latest")
types_file("types_v110", libver=("v110", "v110"))


def filtered(label, shape=(23, 17), **options):
    return label, shape, options


LAYOUTS = [
    filtered("contiguous"), filtered("chunked", chunks=(8, 8)), filtered("gzip", chunks=(8, 8), compression="gzip"),
    filtered("gzip9", chunks=(7, 17), compression="gzip", compression_opts=9), filtered("shuffle", chunks=(8, 8), shuffle=True),
    filtered("shuffled_gzip", chunks=(23, 3), shuffle=True, compression="gzip"), filtered("checked", chunks=(8, 8), fletcher32=True),
    filtered("all", chunks=(11, 6), shuffle=True, compression="gzip", fletcher32=True),
    filtered("unlimited", chunks=(8, 8), maxshape=(None, None)), filtered("one_unlimited", chunks=(8, 17), maxshape=(None, 17)),
    filtered("cube", (5, 6, 7), chunks=(2, 3, 4)), filtered("vector", (1000,), chunks=(64,), compression="gzip"),
]


def layouts_file(label, **file_options):
    @sample(f"hdf5/{label}")
    def write(folder):
        tensors = {}
        with h5py.File(folder / f"{label}.h5", "w", **file_options) as file:
            for name, shape, options in LAYOUTS:
                tensors[name] = random(name, *shape)
                file.create_dataset(name, data=tensors[name], **options)
        return Sample(f"{label}.h5", tensors, PRODUCER)


layouts_file("layouts")
layouts_file("layouts_latest", libver="latest")


@sample("hdf5/fill")
def fill(folder):
    """Datasets of which nothing or not every chunk was written: the fill value stands there."""
    part = random("part", 4, 6)
    with h5py.File(folder / "fill.h5", "w") as file:
        file.create_dataset("never", (3, 4), "<f4", fillvalue=1.5)
        file.create_dataset("never_chunked", (30, 4), "<f8", chunks=(8, 4), fillvalue=-2.25)
        file.create_dataset("zero", (5,), "<i4")
        file.create_dataset("partly", (10, 6), "<f4", chunks=(4, 6), fillvalue=7.0)[:4] = part
    partly = numpy.full((10, 6), 7.0, numpy.float32)
    partly[:4] = part
    tensors = {"never": numpy.full((3, 4), 1.5, numpy.float32), "never_chunked": numpy.full((30, 4), -2.25),
               "zero": numpy.zeros(5, numpy.int32), "partly": partly}
    return Sample("fill.h5", tensors, PRODUCER)


@sample("hdf5/compact")
def compact(folder):
    values = random("compact", 3, 4)
    with h5py.File(folder / "compact.h5", "w") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        properties.set_obj_track_times(False)
        space = h5py.h5s.create_simple(values.shape)
        h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, properties).write(h5py.h5s.ALL, h5py.h5s.ALL, values)
    return Sample("compact.h5", {"compact": values}, PRODUCER)


@sample("hdf5/links")
def links(folder):
    """A hard link is a second name; a soft link too; a group with many members gets a tree of its own."""
    values = random("links", 3)
    with h5py.File(folder / "links.h5", "w") as file:
        file["a"] = values
        file["deep/er/b"] = file["a"]
        for index in range(40):
            file[f"many/{index:03}"] = numpy.float32(index)
    tensors = {"a": values, "deep/er/b": values} | {f"many/{i:03}": numpy.array(i, numpy.float32) for i in range(40)}
    return Sample("links.h5", tensors, PRODUCER)


@sample("hdf5/unreadable")
def unreadable(folder):
    """What holds no numbers is listed and refused; the rest is read."""
    values = random("unreadable", 2, 2)
    with h5py.File(folder / "unreadable.h5", "w") as file:
        file["pairs"] = numpy.array([(1, 2.0)], [("a", "<i4"), ("b", "<f4")])
        file["words"] = numpy.array([b"one", b"four"])
        file.create_dataset("text", data=["one", "zwei"], dtype=h5py.string_dtype())
        file.create_dataset("ragged", (2,), dtype=h5py.vlen_dtype(numpy.float32))
        file["complex"] = numpy.array([1 + 2j], numpy.complex64)
        file["nothing"] = h5py.Empty("f4")
        file["plain"] = values
    tensors = {name: unsupported(kind, shape, "no numbers") for name, kind, shape in (
        ("pairs", "compound", (1,)), ("words", "string", (2,)), ("text", "string", (2,)), ("ragged", "vlen", (2,)),
        ("complex", "compound", (1,)), ("nothing", "null", ()))}
    return Sample("unreadable.h5", tensors | {"plain": Tensor(values)}, PRODUCER)


@sample("hdf5/elsewhere")
def elsewhere(folder):
    """Elements in other files and datasets are not followed; references are no numbers; links that go round end."""
    values = random("elsewhere", 4, 3)
    with h5py.File(folder / "elsewhere.h5", "w") as file:
        file["plain"] = values
        file.create_dataset("external", (4, 3), "<f4", external=[("elsewhere.bin", 0, 48)])
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_obj_track_times(False)  # create_virtual_dataset has no option for it
        whole, part = h5py.h5s.create_simple((2, 4, 3)), h5py.h5s.create_simple((4, 3))
        for index, name in enumerate((b".", b"beside.h5")):
            place = whole.copy()
            place.select_hyperslab((index, 0, 0), (1, 4, 3))
            properties.set_virtual(place, name, b"plain", part)
        h5py.h5d.create(file.id, b"virtual", h5py.h5t.IEEE_F32LE, whole, properties)
        file.create_dataset("regions", data=numpy.array([file["plain"].regionref[1:3, :2]], h5py.regionref_dtype))
        file.create_dataset("objects", data=numpy.array([file["plain"].ref, file.ref], h5py.ref_dtype))
        file["type"] = numpy.dtype("<f4")
        file.create_dataset("committed", data=values, dtype=file["type"])
        group = file.create_group("round")
        group["self"], group["root"] = group, file["/"]
        file["soft"], file["there"], file["back"] = (h5py.SoftLink(f"/{name}") for name in ("soft", "back", "there"))
        file["out"] = h5py.ExternalLink("beside.h5", "/plain")
        for index in range(10):  # more than the first part of an object's header holds
            file["plain"].attrs[f"note {index}"] = "x" * 500
    with h5py.File(folder / "beside.h5", "w") as file:
        file["plain"] = values
    tensors = {"external": unsupported("F32", (4, 3), "in another file"), "virtual": unsupported("F32", (2, 4, 3), "in other datasets"),
               "regions": unsupported("reference", (1,), "no numbers"), "objects": unsupported("reference", (2,), "no numbers")}
    return Sample("elsewhere.h5", tensors | {"plain": Tensor(values), "committed": Tensor(values)}, PRODUCER)
