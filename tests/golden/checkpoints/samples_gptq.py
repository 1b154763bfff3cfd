# SPDX-License-Identifier: Apache-2.0
"""GPTQ: version 1 as AutoGPTQ 0.7.1 packs it (zero points less one), version 2 and planar as GPTQModel 7.7.0 does.

The modules' own code packs and restores; only their packages are not imported (sources.py). AutoGPTQ restores in its
forward pass: its output for the identity is the weight. Scales and zero points are plain minimum and maximum of a group.
"""

import contextlib
import types

import numpy
import torch
import transformers.pytorch_utils  # noqa: F401  both packages name it

import sources
from packed import save_model, weight
from registry import Tensor, sample
from torch_values import array, random

AUTO_GPTQ, AUTO_GPTQ_OLD = sources.modules_from(
    sources.unpacked(sources.AUTO_GPTQ, wheel=True),
    ["auto_gptq.nn_modules.qlinear.qlinear_cuda", "auto_gptq.nn_modules.qlinear.qlinear_cuda_old"])
_, GPTQMODEL = sources.modules_from(sources.unpacked(sources.GPTQMODEL),
                                    ["gptqmodel.utils.planar_packing", "gptqmodel.nn_modules.qlinear"],
                                    ["logbar", "device_smi", "pcre", "tokenicer", "defuser"])
GPTQMODEL.THREADPOOLCTL = types.SimpleNamespace(threadpool_limits=lambda _: contextlib.nullcontext())


def order(inputs, group, act_order, name):
    """g_idx: groups in turn, or scattered as with activation order."""
    groups = torch.arange(inputs, dtype=torch.int32) // (group if group > 0 else inputs)
    return groups[torch.from_numpy(numpy.random.default_rng(len(name)).permutation(inputs))] if act_order else groups


def parameters(matrix, groups, bits, symmetric):
    """Scale and zero point of each group of each output, outputs x groups."""
    count = int(groups.max()) + 1
    scales, zeros = torch.empty(len(matrix), count), torch.empty(len(matrix), count)
    for group in range(count):
        part = matrix[:, groups == group]
        low, high = part.amin(1).clamp(max=0), part.amax(1).clamp(min=0)
        if symmetric:
            high = torch.maximum(high, -low)
            low = -high
        scales[:, group] = ((high - low) / (2**bits - 1)).half().float()
        zeros[:, group] = 2**(bits - 1) if symmetric else torch.round(-low / scales[:, group]).clamp(1, 2**bits - 1)
    return scales, zeros


def linear_of(name, inputs, outputs, bias=True):
    linear = torch.nn.Linear(inputs, outputs, bias=bias)
    linear.weight.data = random(name, outputs, inputs) * 0.1
    if bias:
        linear.bias.data = random(f"{name}.bias", outputs)
    return linear


def by_auto_gptq(name, bits, inputs, outputs, group, symmetric=False, act_order=False):
    linear = linear_of(name, inputs, outputs)
    groups = order(inputs, group, act_order, name)
    scales, zeros = parameters(linear.weight.data, groups, bits, symmetric)
    linear.weight.data = linear.weight.data.half()
    linear.bias.data = linear.bias.data.half()
    module = AUTO_GPTQ.QuantLinear(bits, group, inputs, outputs, True)
    # In half only where it is stored: codes are rounded in the precision of the weights.
    half = linear.weight.data
    linear.weight.data = half.float()
    module.pack(linear, scales, zeros, groups)
    module.scales, module.bias = module.scales.half(), linear.bias.data.half()
    return module


def restored_by_auto_gptq(module):
    module.autogptq_cuda_available = False
    bias, scales, module.bias = module.bias, module.scales, None
    restored = module(torch.eye(module.infeatures, dtype=torch.float16)).t()
    module.scales = scales.float()
    exact = module(torch.eye(module.infeatures)).t()
    module.bias, module.scales = bias, scales
    return restored, exact


def by_gptqmodel(name, bits, inputs, outputs, group, symmetric=False, act_order=False, planar=False):
    module = GPTQMODEL.PackableQuantLinear.__new__(GPTQMODEL.PackableQuantLinear)
    torch.nn.Module.__init__(module)
    settings = {
        "bits": bits, "group_size": group if group > 0 else inputs, "in_features": inputs, "out_features": outputs,
        "pack_dtype": torch.int32, "pack_dtype_bits": 32, "pack_factor": 32 // bits, "maxq": 2**bits - 1, "planar": planar,
        "enable_wf_unsqueeze": True, "dequant_dtype": torch.int16 if bits == 8 else torch.int8,
        "pack_np_math_dtype": numpy.uint32, "pack_np_dtype": numpy.int32,
    }
    for key, value in settings.items():
        setattr(module, key, value)
    module._register_gptq_buffers(bias=False)
    linear = linear_of(name, inputs, outputs, bias=False)
    groups = order(inputs, group, act_order, name)
    scales, zeros = parameters(linear.weight.data, groups, bits, symmetric)
    module.pack_original(linear, scales, zeros, groups)
    return module


def restored_by_gptqmodel(module):
    restored = module.dequantize_weight().t()
    scales = module.scales
    module.scales = scales.float()
    exact = module.dequantize_weight().t()
    module.scales = scales
    return restored, exact


def model(folder, layers, restore, config, producer, drop=()):
    stored, expected = {}, {}
    for name, module in layers.items():
        for part in ("qweight", "qzeros", "scales", "g_idx"):
            if part not in drop:
                stored[f"{name}.{part}"] = getattr(module, part)
        expected[f"{name}.weight"] = weight(*restore(module))
        if module.bias is not None:
            stored[f"{name}.bias"] = module.bias
            expected[f"{name}.bias"] = Tensor(array(module.bias))
    quantization = {"quant_method": "gptq", "bits": 4, "group_size": 32, "sym": False, "desc_act": False} | config
    return save_model(folder, stored, expected, quantization, producer)


def version_1(label, bits, group=32, drop=(), **options):
    @sample(f"gptq/v1_{label}")
    def write(folder):
        name = f"gptq/v1_{label}"
        layers = {"model.layers.0.q_proj": by_auto_gptq(name, bits, 64, 32, group, **options)}
        if label == "4bit":
            layers["model.layers.0.k_proj"] = by_auto_gptq(f"{name}.k", bits, 32, 96, group, **options)
        config = {"bits": bits, "group_size": group, "checkpoint_format": "gptq", "sym": options.get("symmetric", False),
                  "desc_act": options.get("act_order", False)}
        return model(folder, layers, restored_by_auto_gptq, config, "auto-gptq 0.7.1", drop)


for width in (2, 3, 4, 8):
    version_1(f"{width}bit", width)
version_1("symmetric", 4, symmetric=True)
version_1("act_order", 4, act_order=True)
version_1("act_order_3bit", 3, act_order=True)
version_1("column", 4, group=-1)
version_1("no_g_idx", 4, drop=("g_idx",))


def restored_by_old_kernel(module):
    old = AUTO_GPTQ_OLD.QuantLinear(4, module.group_size, module.infeatures, module.outfeatures, False)
    old.qweight, old.qzeros, old.scales, old.g_idx = module.qweight, module.qzeros, module.scales, module.g_idx
    return restored_by_auto_gptq(old)


@sample("gptq/v1_zero_wrapped")
def zero_wrapped(folder):
    """Zero points that are stored as 15, being 0 - 1: qlinear_cuda_old adds one and masks, so they are 0 again.

    GPTQModel's model_dequant does likewise; AutoGPTQ's qlinear_cuda, Triton and Marlin do not mask and read 16, which no
    quantizer makes.
    """
    module = by_auto_gptq("gptq/v1_zero_wrapped", 4, 64, 32, 32)
    module.qzeros[:, ::2] = -1
    return model(folder, {"model.layers.0.q_proj": module}, restored_by_old_kernel, {"checkpoint_format": "gptq"},
                 "auto-gptq 0.7.1, restored by its qlinear_cuda_old")


def version_2(label, bits, inputs=64, outputs=32, group=32, **options):
    @sample(f"gptq/v2_{label}")
    def write(folder):
        layers = {"model.layers.0.q_proj": by_gptqmodel(f"gptq/v2_{label}", bits, inputs, outputs, group, **options)}
        planar = options.get("planar", False)
        config = {"bits": bits, "group_size": group, "checkpoint_format": "gptq_p" if planar else "gptq_v2",
                  "sym": options.get("symmetric", False), "desc_act": options.get("act_order", False),
                  "meta": {"quantizer": ["gptqmodel:7.7.0"]}}
        return model(folder, layers, restored_by_gptqmodel, config, "gptqmodel 7.7.0")


for width in (2, 3, 4, 8):
    version_2(f"{width}bit", width)
version_2("symmetric", 4, symmetric=True)
version_2("act_order", 4, act_order=True)
version_2("column", 8, group=-1)
version_2("odd", 4, inputs=68, outputs=36)  # neither fills its words: 8.5 of inputs, 4.5 of outputs
version_2("odd_2bit", 2, inputs=40, outputs=20, group=16)
for width in (3, 5, 6, 7):
    version_2(f"planar_{width}bit", width, planar=True)
