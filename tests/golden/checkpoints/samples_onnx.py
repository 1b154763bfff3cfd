# SPDX-License-Identifier: Apache-2.0
"""ONNX: initializers in every field and type, external data, sparse, Constant nodes, subgraphs, functions.

Expected values are onnx.numpy_helper.to_array's. A Constant's tensor is named by the node's output; tensors in a subgraph or
a function by what they are called there. A sparse initializer is dense under the name of its values, with its parts beside it.
"""

import importlib.metadata

import ml_dtypes
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from registry import Sample, Tensor, generator, sample, unsupported

PRODUCER = f"onnx {onnx.__version__}, ml_dtypes {importlib.metadata.version('ml_dtypes')}"
CORNERS = numpy.array([0.0, -0.0, 1.0, -27.15625, 448.0, 2.0**-9, 6e-8, 1e-40, 65504.0, 3.0e38, numpy.inf, -numpy.inf, numpy.nan])

FLOATS = {
    "FLOAT": numpy.float32, "DOUBLE": numpy.float64, "FLOAT16": numpy.float16, "BFLOAT16": ml_dtypes.bfloat16,
    "FLOAT8E4M3FN": ml_dtypes.float8_e4m3fn, "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz, "FLOAT8E5M2": ml_dtypes.float8_e5m2,
    "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
}
INTEGERS = {name.upper(): getattr(numpy, name) for name in
            ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
SMALL = {"INT4": (ml_dtypes.int4, -8, 7), "UINT4": (ml_dtypes.uint4, 0, 15), "INT2": (ml_dtypes.int2, -2, 1),
         "UINT2": (ml_dtypes.uint2, 0, 3)}


def arrays():
    """Name of the type -> values; shapes below a byte do not fill their bytes."""
    with numpy.errstate(all="ignore"):
        for name, kind in FLOATS.items():
            yield name, CORNERS.astype(kind)
    for name, kind in INTEGERS.items():
        limits = numpy.iinfo(kind)
        yield name, numpy.array([[limits.min, 0, 1], [100, limits.max, 3]], kind)
    for name, (kind, low, high) in SMALL.items():
        yield name, numpy.array([low, high, 0, 1, low, high, 1], numpy.int8).astype(kind)
    yield "FLOAT4E2M1", numpy.arange(16, dtype=numpy.uint8).view(ml_dtypes.float4_e2m1fn)[:15]
    yield "FLOAT8E8M0", numpy.array([0, 1, 127, 128, 254, 255], numpy.uint8).view(ml_dtypes.float8_e8m0fnu)
    yield "BOOL", numpy.array([True, False, True])
    yield "COMPLEX64", numpy.array([1 + 2j, -0.5j], numpy.complex64)
    yield "COMPLEX128", numpy.array([1 + 2j, -0.5j], numpy.complex128)


def model_of(initializers, nodes=(), functions=(), sparse=(), opset=23):
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(list(nodes), "sample", [], [output], list(initializers), sparse_initializer=list(sparse))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("local", 1)],
                             functions=list(functions), producer_name="sample")


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@sample("onnx/raw")
def raw(folder):
    tensors, initializers = {}, []
    for name, values in arrays():
        tensor = numpy_helper.from_array(values, name)
        assert tensor.HasField("raw_data") and same(numpy_helper.to_array(tensor), values), name
        initializers.append(tensor)
        tensors[name] = values
    more = {"scalar": numpy.array(0.1, numpy.float32), "empty": numpy.zeros((0, 3), numpy.float32),
            "cube": generator("onnx").standard_normal((2, 3, 4)).astype(numpy.float32)}
    initializers += [numpy_helper.from_array(values, name) for name, values in more.items()]
    onnx.save(model_of(initializers), folder / "raw.onnx")
    return Sample("raw.onnx", tensors | more, PRODUCER)


@sample("onnx/typed")
def typed(folder):
    """float_data, int32_data and the like, which hold narrower types as well."""
    tensors, initializers = {}, []
    for name, values in arrays():
        kind = getattr(TensorProto, name)
        try:
            tensor = helper.make_tensor(name, kind, values.shape, values.ravel())
        except (TypeError, ValueError) as error:
            raise RuntimeError(name) from error
        assert not tensor.HasField("raw_data"), name
        # What make_tensor stored is the truth: it rounds through float for some types.
        tensors[name] = numpy_helper.to_array(tensor)
        initializers.append(tensor)
    onnx.save(model_of(initializers), folder / "typed.onnx")
    return Sample("typed.onnx", tensors, PRODUCER)


@sample("onnx/external")
def external(folder):
    tensors = {"first": generator("first").standard_normal((5, 7)).astype(numpy.float32), "second": numpy.arange(9, dtype=numpy.int64),
               "third": generator("third").standard_normal(33).astype(numpy.float16), "inside": numpy.array([1.5], numpy.float32)}
    model = model_of([numpy_helper.from_array(values, name) for name, values in tensors.items()])
    onnx.save(model, folder / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=16)
    return Sample("external.onnx", tensors, PRODUCER)


@sample("onnx/external_files")
def external_files(folder):
    """A file a tensor."""
    tensors = {f"layer.{i}": generator(f"file{i}").standard_normal((3, i + 1)).astype(numpy.float32) for i in range(3)}
    model = model_of([numpy_helper.from_array(values, name) for name, values in tensors.items()])
    onnx.save(model, folder / "files.onnx", save_as_external_data=True, all_tensors_to_one_file=False, size_threshold=0)
    return Sample("files.onnx", tensors, PRODUCER)


def sparse_tensor(name, values, indices, dims):
    return helper.make_sparse_tensor(numpy_helper.from_array(values, name), numpy_helper.from_array(indices, f"{name}_indices"), dims)


@sample("onnx/sparse")
def sparse(folder):
    values = numpy.array([1.5, -2.0, 4.0], numpy.float32)
    linear, pairs = numpy.array([1, 4, 11], numpy.int64), numpy.array([[0, 1], [1, 0], [2, 3]], numpy.int64)
    made = [sparse_tensor("linear", values, linear, [3, 4]), sparse_tensor("pairs", values, pairs, [3, 4])]
    model = model_of([numpy_helper.from_array(values, "plain")], sparse=made)
    onnx.save(model, folder / "sparse.onnx")
    dense, table = numpy.zeros(12, numpy.float32), numpy.zeros((3, 4), numpy.float32)
    dense[linear], table[tuple(pairs.T)] = values, values
    tensors = {"plain": values, "linear": dense.reshape(3, 4), "linear.values": values, "linear.indices": linear, "pairs": table,
               "pairs.values": values, "pairs.indices": pairs}
    return Sample("sparse.onnx", tensors, PRODUCER)


def constant(output, values):
    return helper.make_node("Constant", [], [output], value=numpy_helper.from_array(values))


@sample("onnx/constants")
def constants(folder):
    """Constant nodes, of tensors and of plain numbers."""
    matrix = generator("constants").standard_normal((2, 3)).astype(numpy.float32)
    nodes = [constant("matrix", matrix), helper.make_node("Constant", [], ["one"], value_float=0.1),
             helper.make_node("Constant", [], ["ints"], value_ints=[1, 2, 3]), helper.make_node("Identity", ["matrix"], ["y"])]
    onnx.save(model_of([], nodes), folder / "constants.onnx")
    tensors = {"matrix": matrix, "one": numpy.array(0.1, numpy.float32), "ints": numpy.array([1, 2, 3])}
    return Sample("constants.onnx", tensors, PRODUCER)


def branch(name, values):
    output = helper.make_tensor_value_info(f"{name}.out", TensorProto.FLOAT, None)
    nodes = [constant(f"{name}.constant", values + 1), helper.make_node("Add", [f"{name}.weight", f"{name}.constant"], [f"{name}.out"])]
    return helper.make_graph(nodes, name, [], [output], [numpy_helper.from_array(values, f"{name}.weight")])


@sample("onnx/subgraphs")
def subgraphs(folder):
    """Initializers and constants in the branches of an If, and in a function."""
    one, two = (generator(name).standard_normal((2, 2)).astype(numpy.float32) for name in ("then", "else"))
    nodes = [constant("condition", numpy.array(True)),
             helper.make_node("If", ["condition"], ["y"], then_branch=branch("then", one), else_branch=branch("else", two))]
    function = helper.make_function("local", "AddBias", ["x"], ["z"], [constant("bias", two[0]), helper.make_node("Add", ["x", "bias"], ["z"])],
                                    [helper.make_opsetid("", 23)])
    onnx.save(model_of([numpy_helper.from_array(one, "top")], nodes, [function]), folder / "subgraphs.onnx")
    tensors = {"top": one, "condition": numpy.array(True), "then.weight": one, "then.constant": one + 1, "else.weight": two,
               "else.constant": two + 1, "bias": two[0]}
    return Sample("subgraphs.onnx", tensors, PRODUCER)


@sample("onnx/text")
def text(folder):
    values = numpy.array([1.0, 2.0], numpy.float32)
    words = helper.make_tensor("words", TensorProto.STRING, [2], [b"one", b"zwei"])
    onnx.save(model_of([words, numpy_helper.from_array(values, "plain")]), folder / "text.onnx")
    return Sample("text.onnx", {"words": unsupported("STRING", (2,), "text"), "plain": Tensor(values)}, PRODUCER)
