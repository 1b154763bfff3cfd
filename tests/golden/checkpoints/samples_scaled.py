# SPDX-License-Identifier: Apache-2.0
"""FP8, MXFP4 and NVFP4 weights with scales beside them, as published models have them.

These are layouts of checkpoints rather than of packages: the files are made by hand after the models' own loaders, and the
values are the products of code and scale in float32 (E4M3 codes after torch). ModelOpt's NVFP4 and the experts of gpt-oss
are restored by nvidia-modelopt 0.47.0 and transformers.
"""

import types

import torch
import transformers
import transformers.integrations.mxfp4

import sources
from packed import save_model, weight
from registry import Tensor, sample, unsupported
from torch_values import array, random

NAME = "model.layers.0.q_proj"
(NVFP4,) = sources.modules_from(sources.unpacked(sources.MODELOPT, wheel=True), ["modelopt.torch.quantization.qtensor.nvfp4_tensor"])


def float8(name, *shape):
    codes = (random(name, *shape) * 100).clamp(-448, 448).to(torch.float8_e4m3fn)
    codes.view(torch.uint8)[0, :3] = torch.tensor([0x80, 0x7E, 0x01], dtype=torch.uint8)  # -0, 448, the smallest
    return codes


def blocks(label, shape, block, scale_type=torch.float32, config_block=True):
    @sample(f"scaled/{label}")
    def write(folder):
        """DeepSeek-V3, inference/kernel.py: weight = code * weight_scale_inv of its block; the last blocks are short."""
        codes = float8(label, *shape)
        scales = (random(f"{label}.scale", -(-shape[0] // block), -(-shape[1] // block)).abs() * 0.01 + 1e-4)
        scales = (2.0 ** scales.log2().round()).to(scale_type) if scale_type == torch.float8_e8m0fnu else scales.to(scale_type)
        spread = scales.float().repeat_interleave(block, 0)[:shape[0]].repeat_interleave(block, 1)[:, :shape[1]]
        stored = {f"{NAME}.weight": codes, f"{NAME}.weight_scale_inv": scales}
        config = {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3"}
        if config_block:
            config["weight_block_size"] = [block, block]
        return save_model(folder, stored, {f"{NAME}.weight": weight(codes.float() * spread)}, config,
                          "hand-made after DeepSeek-V3 inference/kernel.py")


blocks("deepseek", (150, 136), 128)
blocks("deepseek_small", (20, 37), 16)
blocks("deepseek_bf16_scale", (20, 16), 16, torch.bfloat16)
blocks("deepseek_e8m0_scale", (24, 40), 16, torch.float8_e8m0fnu)
blocks("deepseek_no_config", (130, 4), 128, config_block=False)


@sample("scaled/fp8_tensor")
def fp8_tensor(folder):
    """quant_method fp8 without blocks: one weight_scale_inv, no dimensions."""
    codes, scale = float8("fp8_tensor", 8, 12), torch.tensor(0.0123)
    stored = {f"{NAME}.weight": codes, f"{NAME}.weight_scale_inv": scale, f"{NAME}.activation_scale": torch.tensor(0.5)}
    expected = {f"{NAME}.weight": weight(codes.float() * scale), f"{NAME}.activation_scale": Tensor(array(torch.tensor(0.5)))}
    config = {"quant_method": "fp8", "activation_scheme": "static", "weight_block_size": None}
    return save_model(folder, stored, expected, config, "hand-made after transformers' FP8Linear")


def fbgemm(label, scale_type):
    @sample(f"scaled/{label}")
    def write(folder):
        codes, scales = float8(label, 10, 16), (random(f"{label}.scale", 10, 1).abs() * 0.01).to(scale_type)
        stored = {f"{NAME}.weight": codes, f"{NAME}.weight_scale": scales}
        config = {"quant_method": "fbgemm_fp8", "activation_scale_ub": 1200.0}
        return save_model(folder, stored, {f"{NAME}.weight": weight(codes.float() * scales.float())}, config,
                          "hand-made after transformers' FbgemmFp8Linear")


fbgemm("fbgemm", torch.float32)
fbgemm("fbgemm_bf16_scale", torch.bfloat16)


@sample("scaled/modelopt_fp8")
def modelopt_fp8(folder):
    codes, scale = float8("modelopt_fp8", 8, 12), torch.tensor(0.00371)
    beside = {f"{NAME}.input_scale": torch.tensor(0.25), "model.layers.0.k_proj.k_scale": torch.tensor(1.5)}
    stored = {f"{NAME}.weight": codes, f"{NAME}.weight_scale": scale} | beside
    expected = {f"{NAME}.weight": weight(codes.float() * scale)} | {name: Tensor(array(t)) for name, t in beside.items()}
    config = {"quant_method": "modelopt", "quant_algo": "FP8", "kv_cache_quant_algo": "FP8"}
    return save_model(folder, stored, expected, config, "hand-made after nvidia-modelopt 0.47.0 FP8QTensor")


@sample("scaled/modelopt_nvfp4")
def modelopt_nvfp4(folder):
    rows, columns = 6, 48
    packed = torch.randint(0, 256, (rows, columns // 2), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
    scales = (random("nvfp4.scale", rows, columns // 16).abs() * 200).to(torch.float8_e4m3fn)
    second = torch.tensor(0.000731)
    tensor = types.SimpleNamespace(metadata={"dtype": torch.bfloat16, "shape": (rows, columns)}, _quantized_data=packed,
                                   get_e2m1_values=lambda _: NVFP4.e2m1_values)
    restored, exact = (NVFP4.NVFP4QTensor.dequantize(tensor, dtype, scale=scales, double_scale=second, block_sizes={-1: 16})
                       for dtype in (torch.bfloat16, torch.float32))
    stored = {f"{NAME}.weight": packed, f"{NAME}.weight_scale": scales, f"{NAME}.weight_scale_2": second,
              f"{NAME}.input_scale": torch.tensor(0.25)}
    expected = {f"{NAME}.weight": weight(restored, exact), f"{NAME}.input_scale": Tensor(array(torch.tensor(0.25)))}
    config = {"quant_method": "modelopt", "quant_algo": "NVFP4", "group_size": 16}
    return save_model(folder, stored, expected, config, "hand-made, restored by nvidia-modelopt 0.47.0")


def mxfp4_parts(experts, rows, groups):
    generator = torch.Generator().manual_seed(experts)
    packed = torch.randint(0, 256, (experts, rows, groups, 16), dtype=torch.uint8, generator=generator)
    return packed, torch.randint(110, 135, (experts, rows, groups), dtype=torch.uint8, generator=generator)


@sample("scaled/gpt_oss")
def gpt_oss(folder):
    """transformers' names; it restores experts x inputs x outputs, the transpose of what is stored."""
    stored, expected = {}, {}
    for part, rows, groups in (("gate_up_proj", 6, 3), ("down_proj", 5, 2)):
        name = f"model.layers.0.mlp.experts.{part}"
        packed, scales = mxfp4_parts(2, rows, groups)
        bias = random(name, 2, rows, dtype=torch.bfloat16)
        restored = transformers.integrations.mxfp4.convert_moe_packed_tensors(packed, scales)
        stored |= {f"{name}_blocks": packed, f"{name}_scales": scales, f"{name}_bias": bias}
        expected |= {name: weight(restored), f"{name}_bias": Tensor(array(bias))}
    return save_model(folder, stored, expected, {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]},
                      f"hand-made, restored by transformers {transformers.__version__}")


@sample("scaled/gpt_oss_original")
def gpt_oss_original(folder):
    """The names of openai/gpt-oss's own checkpoint, whose loader does not transpose (gpt_oss/torch/weights.py)."""
    name = "block.0.mlp.mlp1_weight"
    packed, scales = mxfp4_parts(3, 4, 2)
    restored = transformers.integrations.mxfp4.convert_moe_packed_tensors(packed, scales).transpose(1, 2)
    return save_model(folder, {f"{name}.blocks": packed, f"{name}.scales": scales}, {name: weight(restored)}, None,
                      f"hand-made, restored by transformers {transformers.__version__}")


@sample("scaled/eetq")
def eetq(folder):
    """Recognised, not restored: the codes are permuted for the machine that packed them."""
    codes = torch.randint(-128, 128, (16, 32), dtype=torch.int8, generator=torch.Generator().manual_seed(5))
    scales = random("eetq", 32, dtype=torch.float16)
    sample_ = save_model(folder, {f"{NAME}.weight": codes, f"{NAME}.weight_scales": scales}, {}, {"quant_method": "eetq",
                         "weights": "int8"}, "hand-made after EETQ")
    sample_.tensors[f"{NAME}.weight"] = unsupported("eetq", (32, 16), "permuted for one GPU architecture")
    return sample_
