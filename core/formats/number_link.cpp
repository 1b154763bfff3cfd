// SPDX-License-Identifier: Apache-2.0
#include "core/formats/number_link.h"

#include "core/formats/explain.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr std::string_view kScheme = "ulpscope:";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string linkText(const NumberFormat& format, std::uint64_t code) {
  return std::string(kScheme) + format.info().id + '/' + codeText(format, code);
}

bool isLink(std::string_view text) { return trimmed(text).starts_with(kScheme); }

Result<NumberLink> parseLink(std::string_view text) {
  const std::string_view link = trimmed(text);
  const std::size_t slash = link.rfind('/');
  if (!link.starts_with(kScheme) || slash == std::string_view::npos)
    return fail(Errc::Usage, R"(a link such as "ulpscope:float8_e4m3fn/0x7E" expected)", std::string(text));
  auto format = makeFormat(link.substr(kScheme.size(), slash - kScheme.size()));
  if (!format) return tl::unexpected(std::move(format.error()));
  const auto code = parseCode(link.substr(slash + 1), **format);
  if (!code) return tl::unexpected(code.error());
  return NumberLink{std::move(*format), *code};
}

}  // namespace ulpscope
