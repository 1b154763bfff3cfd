// SPDX-License-Identifier: Apache-2.0
// intN: two's complement, -2^(N - 1) to 2^(N - 1) - 1; uintN: 0 to 2^N - 1. What a code means in a tensor is up to a
// scale and a zero point, which are not part of the format.
#include <fmt/format.h>

#include "core/formats/format_rule.h"
#include "core/formats/integer_format.h"
#include "core/formats/rules/id_reader.h"

namespace ulpscope {
namespace {

constexpr int kWidest = 32;
constexpr int kWidestMember = 8;

bool claims(std::string_view id) { return id.starts_with("int") || id.starts_with("uint"); }

/// ml_dtypes 0.6 has integers of 1, 2 and 4 bits, NumPy those of whole bytes, PyTorch 2.11 all of 1 to 8.
std::string mlDtypesName(const std::string& id, int bits) {
  const bool known = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 32;
  return known ? id : "";
}

Result<FormatPointer> make(std::string_view id) {
  IdReader reader(id);
  const bool isUnsigned = reader.take("u");
  reader.take("int");
  const auto bits = reader.takeNumber();
  if (!bits || !reader.atEnd() || *bits < 1 || *bits > kWidest)
    return fail(Errc::Usage,
                fmt::format("an integer format such as \"int8\" or \"uint4\" of 1 to {} bits expected", kWidest),
                std::string(id));
  const bool wholeBytes = *bits % 8 == 0;
  const std::string name(id);
  return std::make_shared<const IntegerFormat>(
      FormatInfo{.id = name,
                 .title = fmt::format("{}INT{}", isUnsigned ? "U" : "", *bits),
                 .name = fmt::format("{}-bit {} integer", *bits, isUnsigned ? "unsigned" : "two's complement"),
                 .family = FormatFamily::Integer,
                 .torch = *bits <= kWidestMember || wholeBytes ? name : "",
                 .mlDtypes = mlDtypesName(name, *bits),
                 .source = wholeBytes ? "ISO C++20 [basic.fundamental]" : "ml_dtypes 0.6, intn.h, for any width"},
      *bits, isUnsigned ? IntegerFormat::Kind::Unsigned : IntegerFormat::Kind::TwosComplement);
}

std::vector<std::string> members() {
  std::vector<std::string> ids;
  for (const char* kind : {"int", "uint"})
    for (int bits = kWidestMember; bits >= 1; --bits) ids.push_back(fmt::format("{}{}", kind, bits));
  return ids;
}

}  // namespace

const FormatRule& integers_entry() {
  static const FormatRule rule{"intN, uintN", members(), claims, make};
  return rule;
}

}  // namespace ulpscope
