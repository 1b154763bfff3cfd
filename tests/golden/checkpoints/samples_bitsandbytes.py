# SPDX-License-Identifier: Apache-2.0
"""bitsandbytes: NF4 and FP4, with and without nested scales, and LLM.int8() weights, in transformers' key names.

Its pure torch backend restores: the native CPU kernel takes wrong scales where blocks cross the ends of rows.
"""

import bitsandbytes
import bitsandbytes.functional
import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute

from packed import save_model, weight
from registry import sample
from torch_values import random

PRODUCER = f"bitsandbytes {bitsandbytes.__version__}"


def restored(packed, state):
    absmax = state.absmax
    if state.nested:
        absmax = bitsandbytes.functional.dequantize_blockwise(state.absmax, state.state2) + state.offset
    codes = packed.contiguous().view(torch.uint8).reshape(-1)
    return [_dequantize_4bit_compute(codes, absmax.float(), state.code, state.blocksize, state.shape, dtype)
            for dtype in (state.dtype, torch.float32)]


def four_bit(label, kind, dtype, nested, blocksize=64, storage=torch.uint8, shapes=((32, 64), (5, 27))):
    @sample(f"bitsandbytes/{label}")
    def write(folder):
        stored, expected = {}, {}
        for index, shape in enumerate(shapes):
            name = f"model.layers.{index}.q_proj.weight"
            matrix = random(f"{label}{index}", *shape) * 0.05
            matrix[0, :] = 0
            matrix[-1, 0] = -3.0
            packed, state = bitsandbytes.functional.quantize_4bit(
                matrix.to(dtype), blocksize=blocksize, compress_statistics=nested, quant_type=kind, quant_storage=storage)
            stored |= {name: packed} | {f"{name}.{key}": value for key, value in state.as_dict(packed=True).items()}
            expected[name] = weight(*restored(packed, state))
        config = {"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_quant_type": kind,
                  "bnb_4bit_use_double_quant": nested, "bnb_4bit_quant_storage": str(storage).removeprefix("torch.")}
        return save_model(folder, stored, expected, config, PRODUCER)


four_bit("nf4", "nf4", torch.bfloat16, False)
four_bit("nf4_nested", "nf4", torch.bfloat16, True, 32, shapes=((75, 128), (5, 27)))  # 300 blocks: two nested ones
four_bit("nf4_half", "nf4", torch.float16, False, 128)
four_bit("nf4_float", "nf4", torch.float32, True)
four_bit("nf4_in_bf16", "nf4", torch.bfloat16, False, storage=torch.bfloat16, shapes=((32, 64), (8, 24)))
four_bit("fp4", "fp4", torch.float16, False)
four_bit("fp4_nested", "fp4", torch.bfloat16, True)


@sample("bitsandbytes/int8")
def int8(folder):
    name = "model.layers.0.q_proj"
    codes, scales, _ = bitsandbytes.functional.int8_vectorwise_quant(random("int8", 24, 40, dtype=torch.float16))
    stored = {f"{name}.weight": codes, f"{name}.SCB": scales, f"{name}.weight_format": torch.tensor(0, dtype=torch.uint8)}
    values = bitsandbytes.functional.int8_vectorwise_dequant(codes, scales)
    config = {"quant_method": "bitsandbytes", "load_in_4bit": False, "load_in_8bit": True, "llm_int8_threshold": 6.0}
    return save_model(folder, stored, {f"{name}.weight": weight(values)}, config, PRODUCER)
