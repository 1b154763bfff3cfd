#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of hqq: Quantizer.quantize and Quantizer.dequantize of the package, on the CPU and one thread."""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from golden_cases import NAMES, Cases, read_input  # noqa: E402
from hqq.core.quantize import Quantizer  # noqa: E402

torch.set_num_threads(1)

# Errors above 0.17, as large weights or one bit have them, go through torch's power, which is not rounded correctly in 1.5
# of 100 numbers: in these cases some zero points (3 of 2304 groups, 1 of 256) differ in their last bit. Codes do not.
ONLY_CODES = {"attention_1_64_1_auto_yes", "attention_1_64_0_auto_yes", "feed_forward_1_64_1_auto_yes",
              "feed_forward_1_64_0_auto_yes", "edges_4_16_0_auto_yes"}


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
            exact = {} if f"{name}_{tag}" in ONLY_CODES else {"float_zeros": meta["zero"].numpy(),
                                                              "restored": restored.numpy()}
            cases.add(f"{name}_{tag}", "hqq", settings, name, codes=codes.reshape(weights.shape).numpy(),
                      scales=meta["scale"].numpy(), **exact)
    cases.write()


if __name__ == "__main__":
    main()
