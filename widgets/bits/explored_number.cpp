// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/explored_number.h"

#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {

ExploredNumber::ExploredNumber(const std::string& value) {
  useFormat(FormatPointer(FormatPointer(), formatRegistry().front()));
  setCode(0);
  (void)bringValue(value);
}

void ExploredNumber::useFormat(FormatPointer format) {
  if (m_format && m_format->info().id == format->info().id) return;
  m_scale.emplace(*format);
  m_format = std::move(format);
}

Result<Explanation> ExploredNumber::explain(const std::string& text) {
  auto plain = explainValue(text, *m_format, m_rules.rounding, m_rules.overflow);
  auto explanation = m_rules.like ? explainLike(text, *m_format, *m_rules.like) : plain;
  if (explanation) {
    m_remark = explanation->rule;
    return explanation;
  }
  if (plain) m_remark = explanation.error().message;
  return plain;
}

Result<void> ExploredNumber::setValue(const std::string& text) {
  auto explanation = explain(text);
  if (!explanation) return tl::unexpected(std::move(explanation.error()));
  m_value = text;
  m_explanation = std::move(*explanation);
  return {};
}

Result<void> ExploredNumber::bringValue(const std::string& text) {
  const auto stored = setValue(text);
  if (stored) return {};
  const auto number = parseNumber(text);
  const Encoded zero =
      number ? m_format->encode(unrounded(*number), Rounding::NearestEven, Overflow::Format) : Encoded{};
  m_value = text;
  m_explanation = std::move(*explainCode(zero.code, *m_format));
  m_remark = m_explanation->rule;
  return stored;
}

void ExploredNumber::setCode(std::uint64_t code) {
  const bool isExact = !m_format->decode(code).sticky;  // the digits of an irrational value never end
  m_value = isExact ? exactText(*m_format, code) : shortestText(*m_format, code);
  auto explanation = explain(m_value);
  // Codes that no number rounds to (most NaN, padding bits) are explained from their bits.
  if (!explanation || explanation->code != code) {
    explanation = explainCode(code, *m_format);
    m_remark = explanation->rule;
  }
  m_explanation = std::move(*explanation);
}

Result<void> ExploredNumber::setFormat(FormatPointer format) {
  useFormat(std::move(format));
  return bringValue(m_value);
}

Result<void> ExploredNumber::setRules(const StorageRules& rules) {
  m_rules = rules;
  return bringValue(m_value);
}

void ExploredNumber::step(Step step) {
  switch (step) {
    case Step::Down:
      return setCode(m_format->nextDown(code()).value_or(code()));
    case Step::Up:
      return setCode(m_format->nextUp(code()).value_or(code()));
    case Step::Halve:
      return setCode(halved(*m_format, code()));
    case Step::Double:
      return setCode(doubled(*m_format, code()));
  }
}

}  // namespace ulpscope
