#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of hqq: Quantizer.quantize and Quantizer.dequantize of the package, on the CPU and one thread."""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from golden_cases import NAMES, Cases, read_input  # noqa: E402
from hqq.core.quantize import Quantizer  # noqa: E402

torch.set_num_threads(1)


def variants():
    """Each knob through its values, the others at their defaults; then axis 0 with every width."""
    base = {"bits": 4, "group": 64, "axis": 1, "round_zero": "auto", "optimize": "yes"}
    yield base
    for knob, values in (("bits", (8, 6, 5, 3, 2, 1)), ("group", (8, 16, 32, 128, 256)), ("axis", (0,)),
                         ("round_zero", ("yes", "no")), ("optimize", ("no",))):
        for value in values:
            yield base | {knob: value}
    for bits in (8, 3, 2, 1):
        yield base | {"bits": bits, "axis": 0}
    for group in (8, 16, 128, 256):
        yield base | {"group": group, "axis": 0}
    yield base | {"bits": 8, "round_zero": "yes"}
    yield base | {"bits": 3, "round_zero": "yes", "optimize": "no", "axis": 0}


def main():
    cases = Cases("hqq", ("hqq", "torch"))
    for name in NAMES:
        weights = torch.from_numpy(read_input(name))
        for settings in variants():
            if weights.numel() % settings["group"]:
                continue
            zero = settings["round_zero"]
            arguments = {"nbits": settings["bits"], "group_size": settings["group"], "axis": settings["axis"],
                         "optimize": settings["optimize"] == "yes", "device": "cpu",
                         "round_zero": settings["bits"] == 4 if zero == "auto" else zero == "yes"}
            codes, meta = Quantizer.quantize(weights.clone(), bitpack=False, **arguments)
            codes = torch.nan_to_num(codes, nan=0.0).to(torch.uint8)  # as they are packed: neither NaN nor -0
            restored = Quantizer.dequantize(codes, meta)
            tag = "_".join(str(v) for v in settings.values())
            cases.add(f"{name}_{tag}", "hqq", settings, name, codes=codes.reshape(weights.shape).numpy(),
                      scales=meta["scale"].numpy(), float_zeros=meta["zero"].numpy(), restored=restored.numpy())
    cases.write()


if __name__ == "__main__":
    main()
