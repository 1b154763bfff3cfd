// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "core/formats/explain.h"

int main() {
  using namespace ulpscope;
  const NumberFormat* half = findFormat("float16");
  if (!half) return 1;
  const auto explained = explainValue("-27.15625", *half, Rounding::NearestEven, Overflow::Format);
  if (!explained) return 1;
  std::printf("0x%llX\n", static_cast<unsigned long long>(explained->code));
  return explained->code == 0xCECA ? 0 : 1;
}
