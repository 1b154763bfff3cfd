// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_query.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {
namespace {

using Term = TensorQuery::Term;
using Kind = Term::Kind;

constexpr std::int64_t kRegexMemory = 8 << 20;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

tl::unexpected<Error> unlike(std::string_view expected, std::string_view found) {
  return fail(Errc::Usage, fmt::format("{} expected, {} found", expected, found.empty() ? "nothing" : inQuotes(found)));
}

Result<> readShape(std::string_view text, Term& term) {
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('x', start), text.size());
    const std::string_view side = text.substr(start, end - start);
    const auto length = number(side);
    if (!length && side != "*") return unlike("a shape as in 4096x* or *x*x3", text);
    term.shape.push_back(length);
    start = end + 1;
  }
  return {};
}

Result<> readLayers(std::string_view text, Term& term) {
  const std::size_t dash = text.find('-');
  const auto first = number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
  if (!first || !last) return unlike("the number of a layer, or a range as in 0-5,", text);
  term.firstLayer = *first;
  term.lastLayer = *last;
  return {};
}

Result<> readFlag(std::string_view text, Term& term) {
  const auto flag = std::ranges::find(kTensorFlags, text, [](TensorFlag each) { return idOf(each); });
  if (flag != kTensorFlags.end()) {
    term.flag = *flag;
    return {};
  }
  std::string ids;
  for (const TensorFlag each : kTensorFlags) ids += fmt::format("{}{}", ids.empty() ? "" : ", ", idOf(each));
  return unlike("one of the flags " + ids, text);
}

struct Key {
  std::string_view prefix;
  Kind kind;
};
constexpr std::array kKeys{Key{"type:", Kind::Type}, Key{"shape:", Kind::Shape}, Key{"role:", Kind::Role},
                           Key{"layer:", Kind::Layer}, Key{"flag:", Kind::Flag}};

/// A word without its minus sign.
Result<> readWord(std::string_view word, Term& term) {
  const std::string lower = lowerCase(word);
  const auto key = std::ranges::find_if(kKeys, [&](const Key& each) { return lower.starts_with(each.prefix); });
  if (key == kKeys.end()) {
    term.text = lower;
    return {};
  }
  term.kind = key->kind;
  const std::string_view value = std::string_view(lower).substr(key->prefix.size());
  switch (key->kind) {
    case Kind::Shape:
      return readShape(value, term);
    case Kind::Layer:
      return readLayers(value, term);
    case Kind::Flag:
      return readFlag(value, term);
    default:
      term.text = value;
      return {};
  }
}

/// The end of a word that begins at `start`: of an expression the slash that a space or nothing follows, so that it may
/// hold spaces; without one, as while it is typed, it ends like any other word.
std::size_t endOfWord(std::string_view text, std::size_t start) {
  if (text[start] == '/')
    for (std::size_t slash = text.find('/', start + 1); slash < text.size(); slash = text.find('/', slash + 1))
      if (slash + 1 == text.size() || text[slash + 1] == ' ') return slash + 1;
  return std::min(text.find(' ', start), text.size());
}

}  // namespace

std::string_view idOf(TensorFlag flag) {
  constexpr std::array<std::string_view, kTensorFlags.size()> kIds{"unreadable", "packed",   "shared", "empty",  "nan",
                                                                   "inf",        "outliers", "zero",   "finding"};
  return kIds[static_cast<std::size_t>(flag)];
}

Result<TensorQuery> TensorQuery::parse(std::string_view text) {
  TensorQuery query;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    Term term;
    term.isNegated = text[at] == '-' && at + 1 < text.size() && text[at + 1] != ' ';
    if (term.isNegated) ++at;
    const std::size_t end = endOfWord(text, at);
    std::string_view word = text.substr(at, end - at);
    at = end;
    if (word.size() > 1 && word.front() == '/') {
      word.remove_prefix(1);
      if (word.ends_with('/')) word.remove_suffix(1);
      auto expression = Regex::compile(word);
      if (!expression) return tl::unexpected(std::move(expression).error());
      term.kind = Kind::Expression;
      term.expression = std::move(*expression);
    } else if (auto read = readWord(word, term); !read) {
      return tl::unexpected(std::move(read).error());
    }
    query.m_terms.push_back(std::move(term));
  }
  return query;
}

bool TensorQuery::needsValues() const {
  return std::ranges::any_of(
      m_terms, [](const Term& term) { return term.kind == Kind::Flag && ulpscope::needsValues(term.flag); });
}

struct Regex::Compiled {
  re2::RE2 expression;
};

Regex::Regex(std::unique_ptr<const Compiled> compiled) : m_compiled(std::move(compiled)) {}
Regex::~Regex() = default;

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_case_sensitive(false);
  options.set_max_mem(kRegexMemory);
  auto compiled = std::unique_ptr<const Compiled>(
      new Compiled{re2::RE2(re2::StringPiece(pattern.data(), pattern.size()), options)});
  if (!compiled->expression.ok())
    return fail(Errc::Usage, fmt::format("a regular expression expected between slashes, {} found: {}",
                                         inQuotes(pattern), printable(compiled->expression.error())));
  return std::shared_ptr<const Regex>(new Regex(std::move(compiled)));
}

bool Regex::isFoundIn(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), m_compiled->expression);
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace ulpscope
