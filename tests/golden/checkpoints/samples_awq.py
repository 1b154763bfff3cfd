# SPDX-License-Identifier: Apache-2.0
"""AWQ: AutoAWQ 0.2.9's own modules pack, in its three layouts.

The GEMM layout is also restored by AutoAWQ. For GEMV and GEMV-fast AutoAWQ has only CUDA kernels: the values are
(code - zero point) * scale from before packing, in float16; for GEMV-fast, which stores -scale * zero point rounded to
float16, code * scale + that.
"""

import torch

import sources
from packed import save_model, weight
from registry import Tensor, sample
from samples_gptq import linear_of
from torch_values import array

_, PACKING, GEMM, GEMV, FAST = sources.modules_from(
    sources.unpacked(sources.AUTOAWQ),
    ["awq.utils.module", "awq.utils.packing_utils", "awq.modules.linear.gemm", "awq.modules.linear.gemv",
     "awq.modules.linear.gemv_fast"], ["triton"])
for layout in (GEMM, GEMV, FAST):
    layout.get_best_device = lambda: "cpu"
PRODUCER = "autoawq 0.2.9"


def quantized(name, inputs, outputs, group):
    """A linear layer whose weights are codes already, its scales and zero points (outputs x groups), its codes."""
    linear = linear_of(name, inputs, outputs)
    parts = linear.weight.data.reshape(outputs, -1, group)
    low, high = parts.amin(-1, keepdim=True), parts.amax(-1, keepdim=True)
    scales = ((high - low).clamp(min=1e-5) / 15).half().float()
    zeros = (-torch.round(low / scales)).clamp(0, 15)
    codes = (torch.round(parts / scales) + zeros).clamp(0, 15)
    linear.weight.data = ((codes - zeros) * scales).reshape(outputs, inputs)
    linear.bias.data = linear.bias.data.half()
    return linear, scales[..., 0], zeros[..., 0], codes.reshape(outputs, inputs).int()


def product(codes, scales, zeros, group):
    exact = (codes - zeros.repeat_interleave(group, 1)) * scales.repeat_interleave(group, 1)
    return exact.half(), exact


def fused(codes, scales, zeros, group):
    shifts = -(scales * zeros).half().float()
    exact = codes * scales.repeat_interleave(group, 1) + shifts.repeat_interleave(group, 1)
    return exact.half(), exact


def model(folder, version, group, layers):
    stored, expected = {}, {}
    for name, (module, values) in layers.items():
        for part in ("qweight", "qzeros", "scales", "bias"):
            stored[f"{name}.{part}"] = getattr(module, part)
        expected |= {f"{name}.weight": weight(*values), f"{name}.bias": Tensor(array(module.bias))}
    config = {"quant_method": "awq", "bits": 4, "group_size": group, "version": version, "zero_point": True}
    return save_model(folder, stored, expected, config, PRODUCER)


@sample("awq/gemm")
def gemm(folder):
    layers = {}
    for name, inputs, outputs in (("model.layers.0.q_proj", 64, 32), ("model.layers.0.k_proj", 32, 64)):
        linear, scales, zeros, codes = quantized(name, inputs, outputs, 32)
        module = GEMM.WQLinear_GEMM.from_linear(linear, 4, 32, False, scales.t().contiguous(), zeros.t().contiguous())
        restored = PACKING.dequantize_gemm(module.qweight, module.qzeros, module.scales, 4, 32).t()
        values = product(codes, scales, zeros, 32)
        assert torch.equal(restored, values[0])
        layers[name] = module, (restored, values[1])
    return model(folder, "gemm", 32, layers)


def vector(label, module_type, version, group, values=product):
    @sample(f"awq/{label}")
    def write(folder):
        layers = {}
        for name, inputs, outputs in (("model.layers.0.q_proj", 256, 8), ("model.layers.0.k_proj", 128, 16)):
            linear, scales, zeros, codes = quantized(f"{label}{name}", inputs, outputs, group)
            module = module_type.from_linear(linear, 4, group, False, scales, zeros)
            layers[name] = module, values(codes, scales, zeros, group)
        return model(folder, version, group, layers)


vector("gemv", GEMV.WQLinear_GEMV, "gemv", 128)
vector("gemv_group64", GEMV.WQLinear_GEMV, "gemv", 64)
vector("gemv_fast", FAST.WQLinear_GEMVFast, "gemv_fast", 128, fused)
