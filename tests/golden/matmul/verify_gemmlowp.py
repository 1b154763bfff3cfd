#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gemmlowp's own product against the oracle of the engine `gemmlowp`.

    verify_gemmlowp.py INCLUDE [CXX]

INCLUDE holds public/gemmlowp.h (Debian: libgemmlowp-dev, /usr/include/gemmlowp). A program of a page is compiled with it: it
multiplies codes with their zero points by GemmWithOutputPipeline, once to sums of 32 bits and once requantized. Codes,
scales and factors come from make_products.py, whose products the engine equals to the bit in every test run; what
gemmlowp makes of them must be what make_products.py says, code for code.
"""

import random
import subprocess
import sys
import tempfile
from pathlib import Path

import make_products as oracle

PROGRAM = r"""
#include <cstdint>
#include <iostream>
#include <tuple>
#include <vector>
#include "public/gemmlowp.h"

int main() {
  int m, n, k, za, zb, factor, exponent, zc;
  gemmlowp::GemmContext context;
  while (std::cin >> m >> n >> k >> za >> zb >> factor >> exponent >> zc) {
    std::vector<std::uint8_t> a(m * k), b(k * n), c(m * n);
    std::vector<std::int32_t> sums(m * n);
    int number;
    for (auto& x : a) std::cin >> number, x = static_cast<std::uint8_t>(number);
    for (auto& x : b) std::cin >> number, x = static_cast<std::uint8_t>(number);  // a column after the other
    using gemmlowp::MapOrder;
    const gemmlowp::MatrixMap<const std::uint8_t, MapOrder::RowMajor> left(a.data(), m, k, k);
    const gemmlowp::MatrixMap<const std::uint8_t, MapOrder::ColMajor> right(b.data(), k, n, k);
    gemmlowp::MatrixMap<std::int32_t, MapOrder::RowMajor> whole(sums.data(), m, n, n);
    gemmlowp::MatrixMap<std::uint8_t, MapOrder::RowMajor> narrow(c.data(), m, n, n);
    const gemmlowp::OutputStageScaleInt32ByFixedPointAndExponent scaled{factor, exponent, zc};
    using Bits = gemmlowp::DefaultL8R8BitDepthParams;
    gemmlowp::GemmWithOutputPipeline<std::uint8_t, std::int32_t, Bits>(&context, left, right, &whole, -za, -zb,
                                                                       std::make_tuple());
    gemmlowp::GemmWithOutputPipeline<std::uint8_t, std::uint8_t, Bits>(
        &context, left, right, &narrow, -za, -zb,
        std::make_tuple(scaled, gemmlowp::OutputStageSaturatingCastToUint8()));
    for (const auto sum : sums) std::cout << sum << ' ';
    for (const auto code : c) std::cout << int{code} << ' ';
    std::cout << '\n';
  }
}
"""


def cases():
    generator = random.Random(5)
    for kind in ("normal", "uniform", "negative", "spread", "outliers", "ties"):
        for rows, columns, k in ((1, 1, 1), (3, 5, 17), (8, 8, 64), (7, 9, 300)):
            for _ in range(4):
                yield [oracle.to_single(oracle.draw(generator, kind, n, k)) for n in (rows, columns)]


def question(a, b):
    """What the program is asked, and what it is to answer."""
    (x, sx, zx), (y, sy, zy) = oracle.affine_codes(a), oracle.affine_codes(b)
    sums = [sum((p - zx) * (q - zy) for p, q in zip(r, c)) for r in x for c in y]
    scale = oracle.single(sx * sy)
    out, zero = oracle.affine(*(oracle.single(oracle.single(end) * scale) for end in (min(sums), max(sums))))
    factor = oracle.single(scale / out)
    shift = oracle.exponent_of(factor) + 1
    fixed = oracle.away(factor / oracle.power(shift) * 2 ** 31)  # a float: never 2^31
    codes = [min(max(oracle.times_fixed_point(total, factor) + zero, 0), 255) for total in sums]
    numbers = [len(a), len(b), len(a[0]), zx, zy, fixed, shift, zero] + [c for row in x + y for c in row]
    return " ".join(map(str, numbers)), sums + codes


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    asked = [question(a, b) for a, b in cases()]
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "product.cpp"), Path(folder, "product")
        source.write_text(PROGRAM)
        subprocess.run([sys.argv[2] if len(sys.argv) == 3 else "c++", "-std=c++17", "-O1", "-w", f"-I{sys.argv[1]}", source,
                        "-o", program, "-lpthread"], check=True)
        answers = subprocess.run([program], input="\n".join(text for text, _ in asked), capture_output=True, text=True,
                                 check=True).stdout.splitlines()
    assert len(answers) == len(asked)
    total = wrong = 0
    for (_, expected), line in zip(asked, answers):
        found = list(map(int, line.split()))
        assert len(found) == len(expected)
        total += len(found)
        wrong += sum(x != y for x, y in zip(found, expected))
    print(f"{len(asked)} products, {total} sums and codes, {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
