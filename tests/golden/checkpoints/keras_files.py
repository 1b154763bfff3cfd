# SPDX-License-Identifier: Apache-2.0
"""Keras' files: the .h5 of Keras 2, .keras and .weights.h5 of Keras 3, sharded weights.

Names are the datasets' paths in the HDF5 file, within model.weights.h5 for .keras; values are what h5py reads there, which
must be the model's own weights.
"""

import io
import os
import zipfile

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py  # noqa: E402
import keras  # noqa: E402
import ml_dtypes  # noqa: E402
import numpy  # noqa: E402

from registry import Sample, Tensor, sample, unsupported  # noqa: E402

PRODUCER = f"keras {keras.__version__} ({keras.backend.backend()}), h5py {h5py.__version__}"


def small(dtype=None):
    keras.utils.set_random_seed(5)
    keras.backend.clear_session()
    model = keras.Sequential([
        keras.layers.Input((6,)), keras.layers.Dense(5, activation="relu", name="first", dtype=dtype),
        keras.layers.BatchNormalization(name="norm", dtype=dtype), keras.layers.Dense(3, name="second", dtype=dtype)], name="small")
    model.compile(optimizer="adam", loss="mse")
    return model


def trained(dtype=None):
    model = small(dtype)
    x, y = keras.random.normal((8, 6), seed=1), keras.random.normal((8, 3), seed=2)
    model.fit(keras.ops.convert_to_numpy(x), keras.ops.convert_to_numpy(y), epochs=1, verbose=0)
    return model


def value_of(dataset):
    if not isinstance(dataset, h5py.Dataset):
        return None
    if dataset.dtype.kind in "OSV" and dataset.attrs.get("dtype") != "bfloat16":
        return unsupported(str(dataset.dtype), dataset.shape, "no numbers")
    if dataset.attrs.get("dtype") == "bfloat16":
        return Tensor(numpy.asarray(dataset[()]).view(numpy.uint16).view(ml_dtypes.bfloat16))
    return Tensor(numpy.asarray(dataset[()]))


def datasets(source):
    tensors = {}
    with h5py.File(source, "r") as file:
        def visit(name, item):
            value = value_of(item)
            if value is not None:
                tensors[name] = value
        file.visititems(visit)
    return tensors


def check(tensors, model):
    """Every weight of the model is among the values that h5py read."""
    read = [tensor.values.astype(numpy.float32) for tensor in tensors.values() if tensor.values is not None]
    for variable in model.weights:
        values = keras.ops.convert_to_numpy(keras.ops.cast(variable.value, "float32"))
        assert any(r.shape == values.shape and numpy.array_equal(r, values) for r in read), variable.path


@sample("hdf5/keras2")
def keras2(folder):
    model = trained()
    model.save(folder / "model.h5")
    tensors = datasets(folder / "model.h5")
    check(tensors, model)
    return Sample("model.h5", tensors, PRODUCER)


@sample("hdf5/keras3")
def keras3(folder):
    model = trained()
    model.save(folder / "model.keras")
    with zipfile.ZipFile(folder / "model.keras") as archive:
        tensors = datasets(io.BytesIO(archive.read("model.weights.h5")))
    check(tensors, model)
    return Sample("model.keras", tensors, PRODUCER)


@sample("hdf5/keras3_weights")
def keras3_weights(folder):
    model = trained()
    model.save_weights(folder / "model.weights.h5")
    tensors = datasets(folder / "model.weights.h5")
    check(tensors, model)
    return Sample("model.weights.h5", tensors, PRODUCER)


@sample("hdf5/keras3_bfloat16")
def keras3_bfloat16(folder):
    model = small("bfloat16")
    model.save_weights(folder / "model.weights.h5")
    tensors = datasets(folder / "model.weights.h5")
    check(tensors, model)
    return Sample("model.weights.h5", tensors, PRODUCER)


@sample("hdf5/keras3_half")
def keras3_half(folder):
    model = small("float16")
    model.save_weights(folder / "model.weights.h5")
    return Sample("model.weights.h5", datasets(folder / "model.weights.h5"), PRODUCER)


@sample("hdf5/keras3_int8")
def keras3_int8(folder):
    """Keras' own int8 quantization: kernel and kernel_scale, listed as they are stored."""
    model = small()
    model.quantize("int8")
    model.save_weights(folder / "model.weights.h5")
    return Sample("model.weights.h5", datasets(folder / "model.weights.h5"), PRODUCER)


@sample("hdf5/keras3_sharded")
def keras3_sharded(folder):
    """Several files and a .weights.json; names are those within the files."""
    keras.utils.set_random_seed(7)
    keras.backend.clear_session()
    model = keras.Sequential([keras.layers.Input((12,)), keras.layers.Dense(10, name="a"), keras.layers.Dense(12, name="b"),
                              keras.layers.Dense(8, name="c")])
    model.save_weights(folder / "model.weights.json", max_shard_size=6e-7)  # in GB
    tensors = {}
    for file in sorted(folder.glob("*.h5")):
        tensors |= datasets(file)
    check(tensors, model)
    assert len(list(folder.glob("*.h5"))) > 1
    return Sample("model.weights.json", tensors, PRODUCER)
