# SPDX-License-Identifier: Apache-2.0
"""TFLite: models of TensorFlow's converter, and one with every type, built with TensorFlow's flatbuffer schema.

Listed are the tensors that have data. Quantized ones are restored: scale * (code - zero point) in float32.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import flatbuffers  # noqa: E402
import ml_dtypes  # noqa: E402
import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.lite.python import schema_py_generated as schema  # noqa: E402

from registry import Sample, Tensor, generator, sample  # noqa: E402

PRODUCER = f"tensorflow-cpu {tf.__version__}"
CORNERS = numpy.array([0.0, -0.0, 1.0, -27.15625, 6e-8, 65504.0, numpy.inf, -numpy.inf, numpy.nan, 3.0])


def random(name, *shape):
    return generator(f"tflite/{name}").standard_normal(shape).astype(numpy.float32)


def function():
    module = tf.Module()
    module.dense, module.bias = tf.Variable(random("dense", 64, 16)), tf.Variable(random("bias", 16))
    module.filter = tf.Variable(random("filter", 3, 3, 2, 6))

    @tf.function(input_signature=[tf.TensorSpec((1, 64)), tf.TensorSpec((1, 8, 8, 2))])
    def call(x, image):
        return tf.matmul(x, module.dense) + module.bias, tf.nn.relu(tf.nn.conv2d(image, module.filter, 1, "SAME"))
    return module, call


def dequantized(codes, details):
    scales, zeros = details["scales"], details["zero_points"]
    if not len(scales):
        return Tensor(codes)
    shape = [1] * codes.ndim
    if len(scales) > 1:
        shape[details["quantized_dimension"]] = len(scales)
    difference = codes.astype(numpy.int64) - zeros.astype(numpy.int64).reshape(shape)
    return Tensor(difference.astype(numpy.float32) * scales.astype(numpy.float32).reshape(shape), codes.dtype.name)


def contents(body):
    """Names and values of the tensors with data, by TensorFlow's own schema classes."""
    model = schema.ModelT.InitFromPackedBuf(body, 0)
    types = {number: name for name, number in vars(schema.TensorType).items() if isinstance(number, int)}
    tensors = {}
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        if data is None or not len(data):
            continue
        values = numpy.asarray(data, numpy.uint8).view(types[tensor.type].lower()).reshape(tensor.shape)
        quantization = tensor.quantization
        has = quantization is not None and quantization.scale is not None
        details = {"scales": quantization.scale if has else [], "zero_points": quantization.zeroPoint if has else [],
                   "quantized_dimension": quantization.quantizedDimension if has else 0}
        tensors[tensor.name.decode()] = dequantized(values, details)
    return tensors


def converted(label, prepare):
    @sample(f"tflite/{label}")
    def write(folder):
        module, call = function()
        converter = tf.lite.TFLiteConverter.from_concrete_functions([call.get_concrete_function()], module)
        prepare(converter)
        body = converter.convert()
        (folder / f"{label}.tflite").write_bytes(body)
        return Sample(f"{label}.tflite", contents(body), PRODUCER)


def half(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def dynamic(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def full(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([random(f"x{i}", 1, 64), random(f"image{i}", 1, 8, 8, 2)] for i in range(4))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


converted("float", lambda converter: None)
converted("float16", half)
converted("dynamic", dynamic)
converted("int8", full)


def quantization_of(scales, zeros, axis=0):
    made = schema.QuantizationParametersT()
    made.scale, made.zeroPoint, made.quantizedDimension = numpy.array(scales, numpy.float32), numpy.array(zeros, numpy.int64), axis
    return made


def nibbles(codes):
    """Two 4-bit codes a byte, the first in the low bits; an odd last one alone."""
    codes = numpy.append(codes.ravel(), [0] * (codes.size % 2)).astype(numpy.uint8) & 15
    return codes[::2] | codes[1::2] << 4


def hand_made():
    """name, type, values as stored, what a reader gives, quantization."""
    for kind in ("float32", "float16", "float64"):
        values = CORNERS.astype(kind)
        yield kind, kind.upper(), values, Tensor(values), None
    values = CORNERS.astype(ml_dtypes.bfloat16)
    yield "bfloat16", "BFLOAT16", values, Tensor(values), None
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        limits = numpy.iinfo(kind)
        values = numpy.array([limits.min, 0, 1, 100, limits.max], kind)
        yield kind, kind.upper(), values, Tensor(values), None
    yield "bool", "BOOL", numpy.array([True, False]), Tensor(numpy.array([True, False])), None
    yield "complex64", "COMPLEX64", numpy.array([1 + 2j], numpy.complex64), Tensor(numpy.array([1 + 2j], numpy.complex64)), None
    codes = numpy.arange(-8, 7, dtype=numpy.int8).reshape(3, 5)
    yield "int4", "INT4", codes, Tensor(codes.astype(ml_dtypes.int4)), None
    for name, codes, scales, zeros, axis in (
            ("asymmetric", numpy.array([[0, 128, 255]], numpy.uint8), [0.05], [128], 0),
            ("by_axis", numpy.array([[-127, 5], [127, -128], [0, 3]], numpy.int8), [0.1, 0.3], [0, 0], 1),
            ("bias", numpy.array([1000, -5], numpy.int32), [0.0001, 0.002], [0, 0], 0)):
        details = {"scales": numpy.array(scales), "zero_points": numpy.array(zeros), "quantized_dimension": axis}
        yield name, codes.dtype.name.upper(), codes, dequantized(codes, details), quantization_of(scales, zeros, axis)
    codes = numpy.array([[-8, 7, 1], [2, 0, -3], [4, 5, -1]], numpy.int8)
    details = {"scales": numpy.array([0.5, 0.25, 0.1]), "zero_points": numpy.array([0, 0, 0]), "quantized_dimension": 0}
    restored = Tensor(dequantized(codes, details).values, "int4")
    yield "int4_by_axis", "INT4", codes, restored, quantization_of([0.5, 0.25, 0.1], [0, 0, 0])


@sample("tflite/types")
def types(folder):
    model, graph, tensors = schema.ModelT(), schema.SubGraphT(), {}
    model.version, model.description, model.subgraphs = 3, "sample", [graph]
    model.buffers, graph.tensors, graph.name = [schema.BufferT()], [], "main"
    graph.inputs = graph.outputs = []
    graph.operators, model.operatorCodes = [], []
    for name, kind, stored, value, quantization in hand_made():
        buffer, tensor = schema.BufferT(), schema.TensorT()
        raw = nibbles(stored) if kind == "INT4" else numpy.frombuffer(stored.tobytes(), numpy.uint8)
        buffer.data = raw
        tensor.name, tensor.type, tensor.shape = name, getattr(schema.TensorType, kind), list(stored.shape)
        tensor.buffer, tensor.quantization = len(model.buffers), quantization
        model.buffers.append(buffer)
        graph.tensors.append(tensor)
        tensors[name] = value
    nothing = schema.TensorT()  # an activation: no data, not listed
    nothing.name, nothing.type, nothing.shape, nothing.buffer = "activation", 0, [1, 4], 0
    graph.tensors.append(nothing)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    (folder / "types.tflite").write_bytes(bytes(builder.Output()))
    return Sample("types.tflite", tensors, f"hand-made with {PRODUCER}'s schema")
