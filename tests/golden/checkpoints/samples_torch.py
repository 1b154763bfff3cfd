# SPDX-License-Identifier: Apache-2.0
"""PyTorch's own files: what torch.save writes of tensors of every type and layout, alone and nested.

Names of nested tensors are their keys and list indices joined with ".". The other kinds of file (TorchScript, DCP,
archives by hand) are in torch_files.py.
"""

import argparse
import collections
import os
import pathlib

import numpy
import torch

from registry import Sample, Tensor, generator, sample, unsupported
from torch_values import PRODUCER, array, expected, random

import torch_files  # noqa: F401  registers its samples

CORNERS = [0.0, -0.0, 1.0, -27.15625, 448.0, 2.0**-9, 6e-8, 1e-40, 65504.0, 3.0e38, float("inf"), float("-inf"), float("nan")]
FLOATS = ("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
          "float8_e8m0fnu")
INTEGERS = ("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8")


def every_type():
    tensors = {f"float.{name}": torch.tensor(CORNERS, dtype=torch.float64).abs().to(getattr(torch, name))
               if "e8m0" in name else torch.tensor(CORNERS, dtype=torch.float64).to(getattr(torch, name)) for name in FLOATS}
    for name in INTEGERS:
        limits = torch.iinfo(getattr(torch, name))
        tensors[f"integer.{name}"] = torch.tensor([limits.min, 0, 1, 100, limits.max], dtype=getattr(torch, name))
    tensors |= {
        "bool": torch.tensor([[True, False, True]]), "complex64": torch.tensor([1 + 2j, -0.5j], dtype=torch.complex64),
        "complex128": torch.tensor([1 + 2j, -0.5j], dtype=torch.complex128), "scalar": torch.tensor(0.1),
        "empty": torch.zeros(3, 0, 2), "five": random("five", 1, 2, 3, 2, 1),
    }
    return collections.OrderedDict(tensors)


def save(folder, file, value, tensors, **options):
    torch.save(value, folder / file, **options)
    return Sample(file, expected(tensors), PRODUCER)


@sample("torch/state_dict")
def state_dict(folder):
    return save(folder, "state_dict.pt", every_type(), every_type())


@sample("torch/legacy")
def legacy(folder):
    """Before 1.6: pickles in sequence, then the storages."""
    base = random("legacy", 6, 4)
    tensors = every_type() | {"base": base, "base.transposed": base.t(), "base.row": base[2], "base.tied": base}
    return save(folder, "legacy.pth", tensors, tensors, _use_new_zipfile_serialization=False)


@sample("torch/protocols")
def protocols(folder):
    """Protocol 4: frames, memoized short strings, STACK_GLOBAL."""
    return save(folder, "protocol4.pt", every_type(), every_type(), pickle_protocol=4)


@sample("torch/protocol5")
def protocol5(folder):
    return save(folder, "protocol5.pt", every_type(), every_type(), pickle_protocol=5)


@sample("torch/complex_half")
def complex_half(folder):
    torch.save({"x": torch.tensor([1 + 2j]).to(torch.complex32), "y": random("y", 3)}, folder / "half.pt")
    return Sample("half.pt", {"x": unsupported("C32", (1,), "complex half"), "y": array(random("y", 3))}, PRODUCER)


def trained():
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 3, bias=False))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(random("batch", 8, 5)).pow(2).mean().backward()
    optimizer.step()
    return model, optimizer


def optimizer_tensors(state, prefix):
    return {f"{prefix}.state.{number}.{key}": tensor
            for number, held in state["state"].items() for key, tensor in held.items()}


@sample("torch/nested")
def nested(folder):
    model, optimizer = trained()
    ema = [random("ema0", 2, 2), (random("ema1", 3), None)]
    checkpoint = {
        "epoch": 3, "loss": 0.25, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "ema": ema,
        "args": argparse.Namespace(lr=0.1, name="sample"), "path": pathlib.PurePosixPath("/data"), "none": None,
        "rng": torch.get_rng_state(), "big": 1 << 70, "text": "Größe 日本", "bytes": b"\x00\xff", "set": {1, 2}, "float": -1e-300,
        5: random("five", 2),
    }
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= optimizer_tensors(optimizer.state_dict(), "optimizer")
    tensors |= {"ema.0": ema[0], "ema.1.0": ema[1][0], "rng": checkpoint["rng"], "5": checkpoint[5]}
    return save(folder, "nested.tar", checkpoint, tensors)


@sample("torch/lightning")
def lightning(folder):
    """The keys that Lightning's Trainer.save_checkpoint writes."""
    model, optimizer = trained()
    checkpoint = {
        "epoch": 1, "global_step": 100, "pytorch-lightning_version": "2.5.0", "state_dict": model.state_dict(),
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 1}}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'loss'}": {"best_model_score": torch.tensor(0.5), "dirpath": "/x"}},
        "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [], "hparams_name": "kwargs",
        "hyper_parameters": {"hidden": 4},
    }
    tensors = {f"state_dict.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors["callbacks.ModelCheckpoint{'monitor': 'loss'}.best_model_score"] = torch.tensor(0.5)
    return save(folder, "epoch=1.ckpt", checkpoint, tensors | optimizer_tensors(optimizer.state_dict(), "optimizer_states.0"))


@sample("torch/deepspeed")
def deepspeed(folder):
    """DeepSpeed's mp_rank_00_model_states.pt: the weights under "module"."""
    weights = {f"layer.{i}.weight": random(f"ds{i}", 3, 4, dtype=torch.float16) for i in range(2)}
    checkpoint = {"module": collections.OrderedDict(weights), "buffer_names": [], "optimizer": None, "param_shapes":
                  [collections.OrderedDict((name, tensor.shape) for name, tensor in weights.items())], "frozen_param_shapes":
                  None, "lr_scheduler": None, "sparse_tensor_module_names": set(), "skipped_steps": 0, "global_steps": 7,
                  "dp_world_size": 1, "mp_world_size": 1, "ds_config": {"zero_optimization": {"stage": 0}}, "ds_version": "0.17"}
    tensors = {f"module.{name}": tensor for name, tensor in weights.items()}
    return save(folder, "mp_rank_00_model_states.pt", checkpoint, tensors)


@sample("torch/views")
def views(folder):
    base = random("views", 6, 8)
    vector = random("vector", 10)
    complex_ = torch.view_as_complex(random("complex", 4, 2))
    tensors = {
        "base": base, "transposed": base.t(), "slice": base[1:5:2, 2:7], "column": base[:, 3], "tied": base,
        "expanded": vector[:3].expand(4, 3), "offset": vector[7:], "unfolded": vector.unfold(0, 4, 2),
        "permuted": random("permuted", 2, 3, 4).permute(2, 0, 1), "channels_last":
        random("channels", 2, 3, 4, 5).to(memory_format=torch.channels_last), "diagonal": base.diagonal(),
        "as_other_type": random("other", 3).view(torch.int32), "one": vector[3], "none": vector[4:4],
        "conjugate": complex_.conj(), "negative": torch.view_as_complex(random("imaginary", 4, 2)).conj().imag,
    }
    made = save(folder, "views.pt", tensors, tensors)
    for lazy in ("conjugate", "negative"):
        made.tensors[lazy].may_be_refused = True
    return made


class Masked(torch.Tensor):
    pass


@sample("torch/parameters")
def parameters(folder):
    module = torch.nn.Module()
    module.weight = torch.nn.Parameter(random("weight", 3, 4))
    module.frozen = torch.nn.Parameter(random("frozen", 4), requires_grad=False)
    module.register_buffer("running", random("running", 2))
    with_state = torch.nn.Parameter(random("state", 2, 2))
    with_state.tag = "kept"
    with_attribute = random("attribute", 3)
    with_attribute.note = {"a": 1}
    tensors = dict(module.named_parameters()) | dict(module.named_buffers()) | {
        "with_state": with_state, "with_attribute": with_attribute, "grad": random("grad", 2).requires_grad_(),
        "buffer": torch.nn.Buffer(random("buffer", 2)),
    }
    return save(folder, "parameters.pt", tensors, tensors)


@sample("torch/subclass")
def subclass(folder):
    tensors = {"masked": random("masked", 2, 3).as_subclass(Masked), "plain": random("plain", 2)}
    return save(folder, "subclass.pt", tensors, tensors)


@sample("torch/quantized")
def quantized(folder):
    x = random("quantized", 4, 6)
    scales, zeros = torch.tensor([0.1, 0.2, 0.05, 0.3], dtype=torch.float64), torch.tensor([0, 3, -5, 1])
    stored = {
        "qint8": torch.quantize_per_tensor(x, 0.05, 3, torch.qint8), "quint8": torch.quantize_per_tensor(x, 0.1, 128, torch.quint8),
        "qint32": torch.quantize_per_tensor(x, 1e-5, 0, torch.qint32),
        "channels": torch.quantize_per_channel(x, scales, zeros, 0, torch.qint8),
        "channels.1": torch.quantize_per_channel(x.t().contiguous(), scales, zeros, 1, torch.qint8),
        "float": x,
    }
    torch.save(stored, folder / "quantized.pt")
    tensors = {name: Tensor(tensor.dequantize().numpy(), str(tensor.dtype).removeprefix("torch.") if tensor.is_quantized else "")
               for name, tensor in stored.items()}
    # Tensors of the file as well: each channel's parameters.
    for name in ("channels", "channels.1"):
        tensors |= {f"{name}.scales": Tensor(scales.numpy()), f"{name}.zero_points": Tensor(zeros.numpy())}
    return Sample("quantized.pt", tensors, PRODUCER)


def sparse_expected(tensors, parts):
    """The dense values, which a reader may refuse to make, and the parts that are stored."""
    values = {}
    for name, tensor in tensors.items():
        values[name] = Tensor(array(tensor), may_be_refused=tensor.layout != torch.strided)
        if tensor.layout != torch.strided:
            values |= {f"{name}.{part}": Tensor(array(get(tensor))) for part, get in parts[tensor.layout].items()}
    return values


@sample("torch/sparse")
def sparse(folder):
    dense = random("sparse", 5, 7) * (random("mask", 5, 7) > 0.8)
    doubled = torch.sparse_coo_tensor([[0, 0, 2], [1, 1, 0]], [1.0, 2.0, 4.0], (3, 4))  # not coalesced: 1 + 2
    tensors = {"coo": dense.to_sparse(), "doubled": doubled, "dense": dense, "hybrid":
               random("hybrid", 4, 3).to_sparse(1), "nothing": torch.sparse_coo_tensor(size=(2, 2))}
    torch.save(tensors, folder / "sparse.pt")
    parts = {torch.sparse_coo: {"indices": torch.Tensor._indices, "values": torch.Tensor._values}}
    return Sample("sparse.pt", sparse_expected(tensors, parts), PRODUCER)


@sample("torch/sparse_rows")
def sparse_rows(folder):
    dense = random("sparse", 5, 7) * (random("mask", 5, 7) > 0.8)
    tensors = {"csr": dense.to_sparse_csr(), "csc": dense.to_sparse_csc()}
    torch.save(tensors, folder / "rows.pt")
    parts = {torch.sparse_csr: {"crow_indices": torch.Tensor.crow_indices, "col_indices": torch.Tensor.col_indices,
                                "values": torch.Tensor.values},
             torch.sparse_csc: {"ccol_indices": torch.Tensor.ccol_indices, "row_indices": torch.Tensor.row_indices,
                                "values": torch.Tensor.values}}
    return Sample("rows.pt", sparse_expected(tensors, parts), PRODUCER)


@sample("torch/numpy_inside")
def numpy_inside(folder):
    arrays = {
        "a": generator("a").standard_normal((2, 3)), "f": numpy.asfortranarray(generator("f").standard_normal((2, 3))),
        "big": numpy.arange(4, dtype=">i2"), "half": numpy.array([1.5, -0.0], numpy.float16), "flags": numpy.array([True, False]),
    }
    tensor = random("t", 2)
    torch.save(arrays | {"scalar": numpy.float32(0.1), "t": tensor, "words": numpy.array(["x"], object)}, folder / "numpy.pt")
    tensors = {name: Tensor(values) for name, values in arrays.items()}
    return Sample("numpy.pt", tensors | {"t": array(tensor), "words": unsupported("object", (1,), "objects")}, PRODUCER)


class Suspicious:
    def __reduce__(self):
        return os.system, ("echo a pickle ran this",)


@sample("torch/suspicious")
def suspicious(folder):
    """A pickle that would run a command in torch.load(weights_only=False): its tensors are listed, nothing is run."""
    tensor = random("t", 2, 3)
    torch.save({"before": tensor, "payload": Suspicious(), "after": tensor + 1}, folder / "suspicious.pt")
    return Sample("suspicious.pt", expected({"before": tensor, "after": tensor + 1}), PRODUCER)


@sample("torch/module")
def module(folder):
    """A whole nn.Module, pickled: what a reader should list are the names of its state_dict."""
    model, _ = trained()
    return save(folder, "module.pt", model, model.state_dict())


@sample("torch/lone")
def lone(folder):
    """torch.save of one tensor: there is no key, so it is named after the file."""
    tensor = random("lone", 2, 3)
    return save(folder, "lone.pt", tensor, {"lone": tensor})
