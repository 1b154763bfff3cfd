// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/hero_text.h"

#include <QCoreApplication>
#include <bit>

#include "core/formats/anatomy.h"
#include "core/formats/brief_decimal.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kErrorDigits = 9;

struct HeroTexts {
  Q_DECLARE_TR_FUNCTIONS(HeroTexts)
};

QString titleOf(NumberClass numberClass) {
  switch (numberClass) {
    case NumberClass::Zero:
      return HeroTexts::tr("zero");
    case NumberClass::Subnormal:
      return HeroTexts::tr("subnormal");
    case NumberClass::Normal:
      return HeroTexts::tr("normal");
    case NumberClass::Infinity:
      return HeroTexts::tr("infinity");
    case NumberClass::Nan:
      return HeroTexts::tr("NaN");
  }
  return {};
}

/// "normal" says nothing of an integer.
QString kindOf(const NumberFormat& format, NumberClass numberClass) {
  const bool isFloating = format.floatSpec() || format.info().family == FormatFamily::Tapered;
  if (numberClass != NumberClass::Normal || isFloating) return titleOf(numberClass);
  switch (format.info().family) {
    case FormatFamily::CodeBook:
      return HeroTexts::tr("table entry");
    case FormatFamily::Integer:
      return HeroTexts::tr("integer");
    default:
      return HeroTexts::tr("finite");
  }
}

QString verdictOf(const Explanation& explanation) {
  if (explanation.outcome.exact) return HeroTexts::tr("exact");
  if (explanation.error.empty()) return HeroTexts::tr("out of range");
  const BriefDecimal brief = briefDecimal(explanation.error, kErrorDigits);
  const QString sign = explanation.error.starts_with('-') ? QString() : QStringLiteral("+");
  return HeroTexts::tr("error %1%2").arg(brief.exact ? QString() : QStringLiteral("≈ "), sign + qt(brief.text));
}

}  // namespace

QString subnormalNote(const Explanation& explanation) {
  const FloatSpec* spec = explanation.format->floatSpec();
  if (explanation.numberClass != NumberClass::Subnormal || !spec) return {};
  const auto parts = std::get<FloatAnatomy>(anatomyOf(*explanation.format, explanation.code));
  return HeroTexts::tr("Subnormal: below 2%1 the hidden bit is 0, so %2 of %3 significant bits are left.")
      .arg(qt(superscript(spec->smallestExponent())))
      .arg(std::bit_width(parts.storedFraction))
      .arg(spec->fractionBits + 1);
}

HeroText heroText(const Explanation& explanation, const QString& origin) {
  const NumberFormat& format = *explanation.format;
  const NumberClass numberClass = explanation.numberClass;
  const bool isFiniteFloat =
      format.floatSpec() && numberClass != NumberClass::Infinity && numberClass != NumberClass::Nan;
  return {.origin = origin,
          .readable = withSymbols(qt(readableText(format, explanation.code))),
          .exact = qt(explanation.value),
          .hexFloat = isFiniteFloat ? qt(explanation.hexFloat) : QString(),
          .code = qt(codeText(format, explanation.code)),
          .verdict = verdictOf(explanation),
          .isExact = explanation.outcome.exact,
          .kind = kindOf(format, numberClass),
          .kindMeaning = subnormalNote(explanation),
          .formula = formulaText(format, explanation.code)};
}

}  // namespace ulpscope
