# SPDX-License-Identifier: Apache-2.0
"""HQQ: every width and both axes, as safetensors with encoded metadata and as the qmodel.pt that hqq itself writes."""

import importlib.metadata

import torch
from hqq.core.quantize import BaseQuantizeConfig, HQQLinear

from packed import save_model, weight
from registry import Sample, sample
from torch_values import random

PRODUCER = f"hqq {importlib.metadata.version('hqq')}"
NAME = "model.layers.0.q_proj"


def layer(name, bits, axis, group=16, dtype=torch.float16, shape=(24, 32)):
    linear = torch.nn.Linear(shape[1], shape[0], bias=False)
    linear.weight.data = (random(name, *shape) * 0.1).to(dtype)
    config = BaseQuantizeConfig(nbits=bits, group_size=group, axis=axis)
    return HQQLinear(linear, config, compute_dtype=dtype, device="cpu")


def restored(module):
    values = module.dequantize().reshape(module.meta["shape"])
    wide = dict(module.meta, compute_dtype=torch.float32, scale=module.meta["scale"].float(), zero=module.meta["zero"].float())
    from hqq.core.quantize import Quantizer
    return values, Quantizer.dequantize(module.W_q, wide)


def model(label, **options):
    @sample(f"hqq/{label}")
    def write(folder):
        module = layer(f"hqq/{label}", **options)
        module.encoded_state_dict = True
        # What belongs to the weight; every entry of the metadata is a tensor.
        stored = {f"{NAME}.{key}": tensor for key, tensor in module.state_dict().items() if tensor is not None}
        config = {"quant_method": "hqq", "quant_config": {"weight_quant_params": {
            "nbits": options["bits"], "group_size": options.get("group", 16), "axis": options["axis"]}}}
        return save_model(folder, stored, {f"{NAME}.weight": weight(*restored(module))}, config, PRODUCER)


for width in (8, 4, 3, 2, 1):
    for along in (0, 1):
        model(f"{width}bit_axis{along}", bits=width, axis=along)
model("4bit_bf16", bits=4, axis=1, dtype=torch.bfloat16)
model("4bit_whole_rows", bits=4, axis=1, group=None)


@sample("hqq/qmodel")
def qmodel(folder):
    """torch.save of a dictionary of modules' state, as hqq's save_quantized has it."""
    module = layer("hqq/qmodel", 4, 1)
    module.encoded_state_dict = False
    norm = random("norm", 8, dtype=torch.float16)
    torch.save({NAME: module.state_dict(), "model.norm": {"weight": norm}}, folder / "qmodel.pt")
    return Sample("qmodel.pt", {f"{NAME}.weight": weight(*restored(module)), "model.norm.weight": norm.numpy()}, PRODUCER)
