# SPDX-License-Identifier: Apache-2.0
"""Torch tensors as arrays of NumPy and ml_dtypes, which is how expected values are kept."""

import ml_dtypes
import torch

from registry import Tensor, generator

PRODUCER = f"torch {torch.__version__}"

# Types that NumPy lacks -> the unsigned type of that width, ml_dtypes' type of the same codes.
VIEWS = {
    torch.bfloat16: (torch.uint16, ml_dtypes.bfloat16), torch.float8_e4m3fn: (torch.uint8, ml_dtypes.float8_e4m3fn),
    torch.float8_e5m2: (torch.uint8, ml_dtypes.float8_e5m2), torch.float8_e4m3fnuz: (torch.uint8, ml_dtypes.float8_e4m3fnuz),
    torch.float8_e5m2fnuz: (torch.uint8, ml_dtypes.float8_e5m2fnuz),
    torch.float8_e8m0fnu: (torch.uint8, ml_dtypes.float8_e8m0fnu),
}


def random(name, *shape, dtype=torch.float32):
    return torch.from_numpy(generator(name).standard_normal(shape)).to(dtype)


def array(tensor):
    tensor = tensor.detach().resolve_conj().resolve_neg()
    if type(tensor) is not torch.Tensor:
        tensor = tensor.as_subclass(torch.Tensor)
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.dtype in VIEWS:
        unsigned, codes = VIEWS[tensor.dtype]
        # reshape: a view to another type wants at least one dimension.
        return tensor.contiguous().reshape(-1).view(unsigned).numpy().view(codes).reshape(tuple(tensor.shape))
    return tensor.contiguous().numpy()


def expected(tensors):
    return {name: Tensor(array(tensor)) for name, tensor in tensors.items()}
