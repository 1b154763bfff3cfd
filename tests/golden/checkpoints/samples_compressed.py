# SPDX-License-Identifier: Apache-2.0
"""compressed-tensors: every format that the package writes; sparse-bitmask and g_idx, which it no longer has, by hand.

Weights are compressed and restored by the package's compressors; scales come from its calculate_qparams.
"""

import importlib.metadata
import os

os.environ["TORCH_COMPILE_DISABLE"] = "1"  # its functions give the same without, and minutes sooner

import compressed_tensors.compressors as compressors  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32  # noqa: E402
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme  # noqa: E402
from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam  # noqa: E402

from packed import save_model, weight  # noqa: E402
from registry import Tensor, sample  # noqa: E402
from torch_values import array, random  # noqa: E402

VERSION = importlib.metadata.version("compressed-tensors")
PRODUCER = f"compressed-tensors {VERSION}"


def parameters(matrix, args):
    """Scale, zero point and global scale of a weight, in the shapes of the strategy."""
    strategy, common = args.strategy, {}
    if strategy in ("group", "tensor_group"):
        parts = matrix.reshape(len(matrix), -1, args.group_size)
        low, high = parts.amin(-1), parts.amax(-1)
    elif strategy == "block":
        high_, wide = args.block_structure
        rows, columns = -(-len(matrix) // high_), -(-matrix.shape[1] // wide)
        blocks = [[matrix[r * high_:(r + 1) * high_, c * wide:(c + 1) * wide] for c in range(columns)] for r in range(rows)]
        low = torch.stack([torch.stack([block.min() for block in row]) for row in blocks])
        high = torch.stack([torch.stack([block.max() for block in row]) for row in blocks])
    elif strategy == "channel":
        low, high = matrix.amin(1, keepdim=True), matrix.amax(1, keepdim=True)
    else:
        low, high = matrix.min().reshape(1), matrix.max().reshape(1)
    if strategy == "tensor_group":
        common["global_scale"] = generate_gparam(matrix.min().reshape(1), matrix.max().reshape(1))
    scale, zero = calculate_qparams(low, high, args, **common)
    return scale, zero, common.get("global_scale")


def exactly(state, scheme, compressor):
    """The same with scales in float32; formats whose scales are exact there anyway give what they give."""
    wide = {name: tensor.float() if name == "weight_scale" and tensor.dtype in (torch.bfloat16, torch.float16) else tensor
            for name, tensor in state.items()}
    return compressor.decompress(wide, scheme)["weight"]


def compressed(label, format_, dtype=torch.bfloat16, shape=(12, 64), static_input=False, **arguments):
    @sample(f"compressed/{label}")
    def write(folder):
        args = QuantizationArgs(**arguments)
        scheme = QuantizationScheme(targets=["Linear"], weights=args, format=format_)
        compressor = compressors.BaseCompressor.get_value_from_registry(format_)
        name = "model.layers.0.q_proj"
        matrix = (random(label, *shape) * 0.1).to(dtype)
        scale, zero, global_scale = parameters(matrix, args)
        state = {"weight": matrix, "weight_scale": scale, "weight_zero_point": zero}
        if global_scale is not None:
            state["weight_global_scale"] = global_scale
        state = compressor.compress(state, scheme)
        restored = compressor.decompress(state, scheme)["weight"]
        stored = {f"{name}.{part}": tensor for part, tensor in state.items()}
        expected = {f"{name}.weight": weight(restored, exactly(state, scheme, compressor))}
        if static_input:
            stored[f"{name}.input_global_scale"] = torch.tensor([123.0])
            expected[f"{name}.input_global_scale"] = Tensor(array(torch.tensor([123.0])))
        config = {"quant_method": "compressed-tensors", "format": format_, "quantization_status": "compressed",
                  "version": VERSION, "ignore": ["lm_head"], "config_groups": {"group_0": {
                      "targets": ["Linear"], "format": format_, "weights": args.model_dump(mode="json", exclude_none=True)}}}
        return save_model(folder, stored, expected, config, PRODUCER)


integer, floating = {"type": "int"}, {"type": "float", "symmetric": True}
compressed("int8_channel", "int-quantized", num_bits=8, strategy="channel", symmetric=True, **integer)
compressed("int8_channel_asymmetric", "int-quantized", num_bits=8, strategy="channel", symmetric=False, **integer)
compressed("int8_tensor", "int-quantized", torch.float16, num_bits=8, strategy="tensor", symmetric=True, **integer)
compressed("naive_group", "naive-quantized", torch.float32, num_bits=8, strategy="group", group_size=16, symmetric=False, **integer)
compressed("float8_channel", "float-quantized", num_bits=8, strategy="channel", **floating)
compressed("float8_tensor", "float-quantized", torch.float16, num_bits=8, strategy="tensor", **floating)
compressed("float8_block", "float-quantized", torch.float32, (20, 40), num_bits=8, strategy="block", block_structure=[16, 16], **floating)
compressed("pack4_group", "pack-quantized", num_bits=4, strategy="group", group_size=32, symmetric=True, **integer)
compressed("pack4_group_asymmetric", "pack-quantized", num_bits=4, strategy="group", group_size=32, symmetric=False, **integer)
compressed("pack4_channel", "pack-quantized", torch.float16, (10, 35), num_bits=4, strategy="channel", symmetric=True, **integer)
compressed("pack4_channel_asymmetric", "pack-quantized", torch.float16, (10, 35), num_bits=4, strategy="channel", symmetric=False, **integer)
compressed("pack8_group", "pack-quantized", num_bits=8, strategy="group", group_size=32, symmetric=True, **integer)
compressed("pack8_channel_asymmetric", "pack-quantized", torch.float32, (9, 30), num_bits=8, strategy="channel", symmetric=False, **integer)
for bits in (2, 3, 5, 6, 7):
    compressed(f"pack{bits}_group", "pack-quantized", num_bits=bits, strategy="group", group_size=32, symmetric=False, **integer)
compressed("nvfp4", "nvfp4-pack-quantized", num_bits=4, strategy="tensor_group", group_size=16, scale_dtype=torch.float8_e4m3fn,
           zp_dtype=torch.float8_e4m3fn, static_input=True, **floating)
compressed("mxfp4", "mxfp4-pack-quantized", num_bits=4, strategy="group", group_size=32, scale_dtype=torch.uint8,
           zp_dtype=torch.uint8, **floating)
compressed("mxfp6", "mxfp6-pack-quantized", num_bits=6, strategy="group", group_size=32, scale_dtype=torch.uint8,
           zp_dtype=torch.uint8, **floating)
compressed("mxfp8", "mxfp8-quantized", num_bits=8, strategy="group", group_size=32, scale_dtype=torch.uint8,
           zp_dtype=torch.uint8, **floating)


@sample("compressed/pack4_g_idx")
def pack4_g_idx(folder):
    """Activation order, as versions up to 0.12 stored it: column i has the scale and zero point of group g_idx[i]."""
    name, rows, columns, groups = "model.layers.0.q_proj", 12, 64, 2
    codes = torch.randint(-8, 8, (rows, columns), generator=torch.Generator().manual_seed(1)).to(torch.int8)
    scales, zeros = random("g_idx", rows, groups).abs() * 0.01 + 0.01, torch.tensor([[-3, 4]] * rows, dtype=torch.int8)
    order = torch.arange(columns)[torch.randperm(columns, generator=torch.Generator().manual_seed(2))].int() // 32
    stored = {
        f"{name}.weight_packed": pack_to_int32(codes, 4), f"{name}.weight_shape": torch.tensor([rows, columns]),
        f"{name}.weight_scale": scales.to(torch.bfloat16), f"{name}.weight_g_idx": order,
        f"{name}.weight_zero_point": pack_to_int32(zeros, 4, packed_dim=0).contiguous(),
    }
    exact = (codes - zeros[:, order.long()]).float() * scales.to(torch.bfloat16).float()[:, order.long()]
    weights = {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 32, "symmetric": False, "actorder": "group"}
    config = {"quant_method": "compressed-tensors", "format": "pack-quantized",
              "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights}}}
    return save_model(folder, stored, {f"{name}.weight": weight(exact.to(torch.bfloat16), exact)}, config,
                      f"hand-made after compressed-tensors 0.12, packed by {VERSION}")


@sample("compressed/sparse_bitmask")
def sparse_bitmask(folder):
    """Hand-made after compressed-tensors 0.12: the values that are not zero, a bit for each element (the first in the low
    bit of its row's first byte), where each row starts in the values."""
    name = "model.layers.0.q_proj"
    dense = (random("sparse", 6, 19) * (random("mask", 6, 19) > 0.5)).to(torch.bfloat16)
    dense = torch.where(dense == 0, 0.0, dense)  # what is not stored is restored as +0
    present = dense != 0
    bits = torch.from_numpy(numpy.packbits(present.numpy(), axis=-1, bitorder="little"))
    counts = present.sum(-1)
    stored = {f"{name}.shape": torch.tensor(dense.shape), f"{name}.compressed": dense[present], f"{name}.bitmask": bits,
              f"{name}.row_offsets": torch.cumsum(counts, 0) - counts}
    config = {"quant_method": "compressed-tensors", "sparsity_config": {"format": "sparse-bitmask"}}
    return save_model(folder, stored, {f"{name}.weight": weight(dense)}, config, "hand-made after compressed-tensors 0.12")
