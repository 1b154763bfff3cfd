#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases of quanto_int8 and quanto_int4: optimum-quanto's optimizers and quantize_weight, on one thread."""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from golden_cases import NAMES, Cases, read_input  # noqa: E402
from optimum.quanto import AbsmaxOptimizer, HqqOptimizer, MaxOptimizer, quantize_weight  # noqa: E402
from optimum.quanto import qint2, qint4, qint8  # noqa: E402

torch.set_num_threads(1)


def automatic_group(columns):
    """nn/qmodule.py, QModuleMixin.__init__."""
    group = 128
    if columns <= group:
        return None
    while columns % group and group > 32:
        group -= 32
    return group if columns % group == 0 else None


def main():
    cases = Cases("quanto", ("optimum-quanto", "torch"))
    for name in NAMES:
        weights = torch.from_numpy(read_input(name))
        columns = weights.shape[1]
        scale = AbsmaxOptimizer()(weights, qint8, 0)
        result = quantize_weight(weights, qint8, 0, scale)
        cases.add(f"int8_{name}", "quanto_int8", {}, name, codes=result._data.numpy(), scales=scale.numpy(),
                  restored=result.dequantize().numpy())
        for bits, kind in ((4, qint4), (2, qint2)):
            for group in ("auto", "128", "64", "32", "row"):
                size = {"auto": automatic_group(columns), "row": None}.get(group, group)
                size = int(size) if size else None
                if size and columns % size:
                    continue
                for optimizer in (MaxOptimizer(), HqqOptimizer()):
                    scale, shift = optimizer(weights, kind, 0, size)
                    result = quantize_weight(weights, kind, 0, scale, shift, size)
                    settings = {"bits": bits, "group": group,
                                "optimizer": "max" if type(optimizer) is MaxOptimizer else "hqq"}
                    tag = "_".join(str(v) for v in settings.values())
                    cases.add(f"int{bits}_{name}_{tag}", "quanto_int4", settings, name,
                              codes=result._data.unpack().numpy(), scales=scale.numpy(), offsets=-shift.numpy(),
                              restored=result.dequantize().numpy())
    single_group(cases)
    cases.write()


def single_group(cases):
    """A matrix of one group: each column is measured by itself."""
    weights = torch.from_numpy(read_input("odd")).reshape(1, -1)
    for bits, kind in ((4, qint4), (2, qint2)):
        scale, shift = MaxOptimizer()(weights, kind, 0, None)
        result = quantize_weight(weights, kind, 0, scale, shift, None)
        cases.add(f"int{bits}_single_group", "quanto_int4", {"bits": bits}, "odd", shape=weights.shape,
                  codes=result._data.unpack().numpy(), scales=scale.numpy(), offsets=-shift.numpy(),
                  restored=result.dequantize().numpy())


if __name__ == "__main__":
    main()
