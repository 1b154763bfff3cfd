# SPDX-License-Identifier: Apache-2.0
"""GPTQModel's own GPTQ class (2.2.0, unpacked from PyPI) on a weight and a Hessian, on the CPU in float32; and what
7.7.0 does with a layer that no input reached."""

import contextlib
import enum
import functools
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "checkpoints"))
import sources  # noqa: E402


@functools.cache
def gptq_class():
    names = ["gptqmodel.quantization.quantizer", "gptqmodel.quantization.gptq"]
    return sources.modules_from(sources.unpacked(sources.GPTQMODEL_ROUTINE), names)[1].GPTQ


def group_aware_order(diagonal, group):
    """Group-aware reordering as GPTQModel 7.7.0's gar.py has it (metric "max"): groups by their largest entry, columns
    of a group by theirs; columns beyond the last whole group stay."""
    whole = len(diagonal) // group * group
    groups = diagonal[:whole].reshape(-1, group)
    inner = torch.sort(groups, dim=1, descending=True)[1] + torch.arange(0, whole, group)[:, None]
    outer = torch.argsort(groups.max(dim=1).values, descending=True, stable=True)
    return torch.cat([inner[outer].flatten(), torch.arange(whole, len(diagonal))])


@contextlib.contextmanager
def summed_in_double():
    """The routine with what BLAS leaves open pinned: its two factorizations, its inverse and the sums that a block of
    columns hands to the columns behind it are computed in float64 and rounded to float32 at the end."""
    factor, product, wide = torch.linalg.cholesky, torch.Tensor.matmul, {}

    def cholesky(matrix, upper=False):
        if upper:
            return factor(torch.linalg.inv(wide["hessian"]), upper=True).float()
        wide["hessian"] = matrix.double()
        return factor(wide["hessian"]).float()
    torch.linalg.cholesky = cholesky
    torch.Tensor.matmul = lambda a, b: product(a.double(), b.double()).float()
    try:
        yield
    finally:
        torch.linalg.cholesky, torch.Tensor.matmul = factor, product


def run(weights, hessian, *, bits=4, group=128, act_order="no", static_groups=False, symmetric=True, mse=0.0, damp=0.01):
    """Loss, restored values, codes; all in the order of the columns as given."""
    weights, hessian = torch.from_numpy(weights.copy()), torch.from_numpy(hessian.astype(numpy.float32).copy())
    order = None
    if act_order == "group_aware":
        order = group_aware_order(torch.diag(hessian), group)
        weights, hessian = weights[:, order].contiguous(), hessian[order][:, order].contiguous()
    config = SimpleNamespace(bits=bits, group_size=group, desc_act=act_order == "yes", static_groups=static_groups,
                             sym=symmetric, mse=mse, damp_percent=damp, damp_auto_increment=0.0025)
    layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=False)
    layer.weight.data = weights
    with torch.no_grad():
        gptq = gptq_class()(layer, config)
        gptq.quantizer.configure(perchannel=True, bits=bits, sym=symmetric)
        gptq.H, gptq.nsamples = hessian, 1
        restored, scales, zeros, g_idx, _, loss, damp, _ = gptq.quantize()
    # With static groups scales are those of the columns as they stand, and g_idx is for packing; else it says the group.
    index = torch.arange(weights.shape[1]) // (group if group > 0 else weights.shape[1]) if static_groups else g_idx
    codes = torch.round(restored / scales[:, index.long()]) + zeros[:, index.long()]
    if order is not None:
        back = torch.argsort(order)
        restored, codes = restored[:, back], codes[:, back]
    return loss, restored.numpy(), codes.numpy().astype(numpy.uint8), damp


class Strategy(enum.Enum):
    RTN, MIDPOINT, MEAN, MEDIAN, STDCLIP = "rtn", "midpoint", "mean", "median", "stdclip"


@functools.cache
def without_inputs_class():
    names = [f"gptqmodel.quantization.{name}" for name in ("quantizer", "fallback_smooth", "gptq")]
    module = sources.modules_from(sources.unpacked(sources.GPTQMODEL), names, ("transformers",))[2]
    module.FallbackStrategy = Strategy
    return module


def without_inputs(weights, strategy, *, bits=4, group=128, symmetric=True):
    """Codes, scales and zero points of `_fallback_quantize` without a smoother."""
    module = without_inputs_class()
    layer = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=False)
    layer.weight.data = torch.from_numpy(weights.copy())
    config = SimpleNamespace(bits=bits, group_size=group, sym=symmetric, mse=0.0)
    quantizer = module.Quantizer(config)
    quantizer.configure(perchannel=True)
    gptq = SimpleNamespace(qcfg=config, columns=weights.shape[1], fallback=SimpleNamespace(smooth=None), H=None,
                           module=layer, quantizer=quantizer, _tp_pad_cols=0, nsamples=0,
                           clone_module=lambda device: layer.weight.data.clone(),
                           _sanitize_scale_and_log=lambda scale, zero: (scale, zero))
    with torch.no_grad():
        restored, scales, zeros, g_idx, *_ = module.GPTQ._fallback_quantize(gptq, Strategy(strategy), 128)
    index = g_idx.long()
    codes = torch.round(restored / scales[:, index]) + zeros[:, index]
    return codes.numpy().astype(numpy.uint8), scales.numpy(), zeros.numpy(), restored.numpy()
