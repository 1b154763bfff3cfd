# SPDX-License-Identifier: Apache-2.0
"""TensorFlow checkpoints, version 2: of tf.train.Checkpoint, of partitioned and sharded graphs, of a SavedModel.

Names and values are those of tf.train.load_checkpoint.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import ml_dtypes  # noqa: E402
import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402

import snappy_table  # noqa: E402
from registry import Sample, Tensor, generator, sample, unsupported  # noqa: E402

PRODUCER = f"tensorflow-cpu {tf.__version__}"
CORNERS = numpy.array([0.0, -0.0, 1.0, -27.15625, 6e-8, 65504.0, numpy.inf, -numpy.inf, numpy.nan, 3.0])


def random(name, *shape):
    return generator(f"tensorflow/{name}").standard_normal(shape).astype(numpy.float32)


def contents(prefix):
    """Every entry of a checkpoint as TensorFlow reads it; the object graph and other text cannot be read as numbers."""
    reader = tf.train.load_checkpoint(str(prefix))
    tensors = {}
    for name, shape in sorted(reader.get_variable_to_shape_map().items()):
        kind = reader.get_variable_to_dtype_map()[name]
        tensors[name] = (unsupported("string", shape, "text") if kind == tf.string
                         else Tensor(numpy.asarray(reader.get_tensor(name))))
    return tensors


@sample("tensorflow/types")
def types(folder):
    variables = {}
    for kind in (tf.float64, tf.float32, tf.float16, tf.bfloat16):
        variables[kind.name] = tf.Variable(tf.cast(tf.constant(CORNERS.reshape(2, 5)), kind))
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        limits = numpy.iinfo(kind)
        variables[kind] = tf.Variable(numpy.array([limits.min, 0, 1, 100, limits.max], kind))
    for kind in ("float8_e4m3fn", "float8_e5m2"):
        variables[kind] = tf.Variable(numpy.array([0.0, 1.0, -0.5, 448.0]).astype(getattr(ml_dtypes, kind)))
    variables |= {"flags": tf.Variable([True, False]), "complex": tf.Variable(numpy.array([1 + 2j], numpy.complex64)),
                  "scalar": tf.Variable(0.1), "empty": tf.Variable(numpy.zeros((0, 3), numpy.float32)), "text": tf.Variable(["one", "zwei"])}
    tf.train.Checkpoint(**variables).write(str(folder / "types"))
    return Sample("types.index", contents(folder / "types"), PRODUCER)


@sample("tensorflow/training")
def training(folder):
    """Through a CheckpointManager, which writes a "checkpoint" file beside it; many names share long prefixes."""
    class Part(tf.Module):
        pass

    root = Part()
    for index in range(12):  # enough for more than one block restart in the table
        layer = Part()
        layer.kernel, layer.bias = tf.Variable(random(f"kernel{index}", 3, 4)), tf.Variable(random(f"bias{index}", 4))
        setattr(root, f"layer_{index}", layer)
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=root, step=tf.Variable(5)), str(folder), max_to_keep=1)
    manager.save()
    return Sample("ckpt-1.index", contents(folder / "ckpt-1"), PRODUCER)


@sample("tensorflow/saved_model")
def saved_model(folder):
    module = tf.Module()
    module.weight, module.half = tf.Variable(random("weight", 5, 2)), tf.Variable(random("half", 3).astype(numpy.float16))
    tf.saved_model.save(module, str(folder))
    return Sample(".", contents(folder / "variables" / "variables"), PRODUCER)


@sample("tensorflow/partitioned")
def partitioned(folder):
    """A graph's saver: one variable in slices, entries spread over two files by device."""
    graph = tf.Graph()
    with graph.as_default():
        tf.compat.v1.get_variable("sliced", initializer=tf.constant(random("sliced", 7, 3)),
                                  partitioner=tf.compat.v1.fixed_size_partitioner(3), use_resource=False)
        with tf.device("/cpu:1"):
            tf.compat.v1.get_variable("second", initializer=tf.constant(random("second", 2, 2)), use_resource=False)
        with tf.device("/cpu:0"):
            tf.compat.v1.get_variable("first", initializer=tf.constant(random("first", 4)), use_resource=False)
        saver = tf.compat.v1.train.Saver(sharded=True)
        config = tf.compat.v1.ConfigProto(device_count={"CPU": 2})
        with tf.compat.v1.Session(graph=graph, config=config) as session:
            session.run(tf.compat.v1.global_variables_initializer())
            saver.save(session, str(folder / "model.ckpt"), write_meta_graph=False, write_state=False)
    return Sample("model.ckpt.index", contents(folder / "model.ckpt"), PRODUCER)


@sample("tensorflow/merged")
def merged(folder):
    """Two checkpoints made one: the data stays in two files."""
    for name in ("a", "b"):
        tf.raw_ops.SaveV2(prefix=str(folder / name), tensor_names=[f"{name}/weight", f"{name}/bias"], shape_and_slices=["", ""],
                          tensors=[random(f"{name}w", 3, 3), random(f"{name}b", 3)])
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=[str(folder / "a"), str(folder / "b")], destination_prefix=str(folder / "merged"),
                                  delete_old_dirs=False)
    tensors = contents(folder / "merged")
    assert len(tensors) == 4 and len(list(folder.glob("merged.data-*"))) == 2
    return Sample("merged.index", tensors, PRODUCER)


@sample("tensorflow/snappy")
def snappy(folder):
    """Blocks of the table compressed, as TensorFlow reads but does not write them: its own values of the changed file."""
    names = [f"layer_with_weights-{index}/kernel" for index in range(16)]
    tf.raw_ops.SaveV2(prefix=str(folder / "snappy"), tensor_names=names, shape_and_slices=[""] * len(names),
                      tensors=[random(name, 2, 3) for name in names])
    size = (folder / "snappy.index").stat().st_size
    snappy_table.compress(folder / "snappy.index")
    assert (folder / "snappy.index").stat().st_size < size
    return Sample("snappy.index", contents(folder / "snappy"), f"{PRODUCER}, its table compressed by hand")
