// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/field_notes.h"

#include <QCoreApplication>

#include "core/formats/brief_decimal.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/explain_steps.h"

namespace ulpscope {
namespace {

constexpr int kMostDigits = 12;
constexpr int kMostFractionBits = 23;
constexpr int kUlpDigits = 7;

struct FieldNotes {
  Q_DECLARE_TR_FUNCTIONS(FieldNotes)
};

QString signedNumber(std::int64_t value) { return typeset(QString::number(value)); }

/// The digits of a significand as people read them: cut to what fits under the cells, with an ellipsis.
QString brief(const std::string& significand) {
  const BriefDecimal cut = briefDecimal(significand, kMostDigits);
  return QString::fromStdString(cut.text) + (cut.exact ? QString() : QStringLiteral("…"));
}

QString exponentOf(int power) { return QString::fromStdString(superscript(power)); }

QString briefBits(const std::string& bits) {
  const QString text = QString::fromStdString(bits);
  const qsizetype shown = kMostFractionBits + 2;  // and the hidden bit and the point
  return text.size() <= shown ? text : text.left(shown - 1) + QStringLiteral("…");
}

FieldNote signNote(bool negative) {
  return {FieldNotes::tr("sign %1").arg(negative ? QStringLiteral("−") : QStringLiteral("+")), {}};
}

FieldNote exponentNote(const FloatAnatomy& parts, const FloatSpec& spec) {
  FieldNote note{.text = {},
                 .result = signedNumber(parts.exponent),
                 .part = NotePart::Exponent,
                 .lead = FieldNotes::tr("exponent "),
                 .stored = QString::number(parts.storedExponent)};
  if (parts.significandBits.empty()) {
    note.text = spec.specials == Specials::Ieee ? FieldNotes::tr(", all ones") : QString();
    note.result.clear();
    note.part = NotePart::None;
  } else if (parts.storedExponent == 0 && spec.firstNormalField() == 1) {
    note.text = FieldNotes::tr(", so 1 − %1 = ").arg(parts.bias);
  } else {
    note.text = FieldNotes::tr(" − %1 = ").arg(parts.bias);
  }
  return note;
}

FieldNote fractionNote(const FloatAnatomy& parts, NumberClass numberClass) {
  const QString stored = FieldNotes::tr("fraction %1: ").arg(parts.storedFraction);
  if (numberClass == NumberClass::Infinity) return {stored, FieldNotes::tr("infinity")};
  if (numberClass == NumberClass::Nan) return {stored, FieldNotes::tr("NaN")};
  return {.text = FieldNotes::tr("significand %1 = ").arg(briefBits(parts.significandBits) + QChar(0x2082)),
          .result = brief(parts.significand),
          .part = NotePart::Significand,
          .exactResult = QString::fromStdString(parts.significand)};
}

FieldNote directionNote(const TaperedAnatomy& tapered) {
  return {tapered.parts.upward ? FieldNotes::tr("direction: up") : FieldNotes::tr("direction: down"), {}};
}

FieldNote regimeNote(const TaperedAnatomy& tapered) {
  const int regime = tapered.parts.regime;
  if (tapered.taper == Taper::Posit) {
    const QString run = regime >= 0 ? FieldNotes::tr("regime: run of %1 ones, r = ").arg(regime + 1)
                                    : FieldNotes::tr("regime: run of %1 zeros, r = ").arg(-regime);
    return {run, signedNumber(regime)};
  }
  if (tapered.parts.upward) return {FieldNotes::tr("regime r = "), signedNumber(regime)};
  return {FieldNotes::tr("regime r = 7 − %1 = ").arg(7 - regime), signedNumber(regime)};
}

FieldNote characteristicNote(const TaperedAnatomy& tapered) {
  const TaperedParts& parts = tapered.parts;
  const QString smallest = parts.upward ? QStringLiteral("2%1 − 1").arg(exponentOf(parts.regime))
                                        : QStringLiteral("−2%1 + 1").arg(exponentOf(parts.regime + 1));
  return {FieldNotes::tr("characteristic c = %1 + %2 = ").arg(smallest).arg(parts.exponent), signedNumber(parts.scale)};
}

FieldNote taperedFractionNote(const TaperedAnatomy& tapered) {
  const char* name = tapered.taper == Taper::Posit ? "f" : "m";
  return {
      FieldNotes::tr("fraction %1 = %2 = ").arg(QLatin1String(name), briefBits(tapered.fractionBits) + QChar(0x2082)),
      brief(tapered.fraction)};
}

FieldNote taperedNote(const TaperedAnatomy& tapered, FieldKind kind) {
  switch (kind) {
    case FieldKind::Sign:
      return signNote(tapered.parts.negative);
    case FieldKind::Direction:
      return directionNote(tapered);
    case FieldKind::Regime:
      return regimeNote(tapered);
    case FieldKind::Characteristic:
      return characteristicNote(tapered);
    case FieldKind::Exponent:
      return {FieldNotes::tr("exponent e = "), signedNumber(static_cast<std::int64_t>(tapered.parts.exponent))};
    default:
      return taperedFractionNote(tapered);
  }
}

FieldNote integerNote(const IntegerAnatomy& parts) {
  const auto rest = static_cast<std::int64_t>(parts.rest);
  if (parts.topWeight == 0) return {FieldNotes::tr("two's complement, top bit clear: "), signedNumber(rest)};
  return {FieldNotes::tr("two's complement %1 + %2 = ").arg(signedNumber(parts.topWeight)).arg(rest),
          signedNumber(parts.topWeight + rest)};
}

FieldNote indexNote(const IndexAnatomy& parts) {
  return {.text = FieldNotes::tr(" of %1, counted from 0").arg(parts.size),
          .result = {},
          .lead = FieldNotes::tr("entry "),
          .stored = QString::number(parts.index)};
}

}  // namespace

std::vector<FieldNote> fieldNotes(const NumberFormat& format, std::uint64_t code) {
  const Anatomy anatomy = anatomyOf(format, code);
  std::vector<FieldNote> notes;
  for (const BitField& field : format.fields(code)) {
    if (const auto* tapered = std::get_if<TaperedAnatomy>(&anatomy)) {
      notes.push_back(taperedNote(*tapered, field.kind));
      continue;
    }
    const auto* parts = std::get_if<FloatAnatomy>(&anatomy);
    switch (field.kind) {
      case FieldKind::Sign:
        notes.push_back(signNote(parts->negative));
        break;
      case FieldKind::Exponent:
        notes.push_back(exponentNote(*parts, *format.floatSpec()));
        break;
      case FieldKind::Fraction:
        notes.push_back(fractionNote(*parts, format.classify(code)));
        break;
      case FieldKind::Padding:
        notes.push_back({FieldNotes::tr("not used"), {}});
        break;
      case FieldKind::Integer:
        notes.push_back(integerNote(std::get<IntegerAnatomy>(anatomy)));
        break;
      case FieldKind::Index:
        notes.push_back(indexNote(std::get<IndexAnatomy>(anatomy)));
        break;
      case FieldKind::Direction:
      case FieldKind::Regime:
      case FieldKind::Characteristic:
        break;  // of tapered formats alone
    }
  }
  return notes;
}

QString plainText(const FieldNote& note) { return note.lead + note.stored + note.text + note.result; }

namespace {

/// Of a value other than zero and NaN.
QString taperedFormula(const NumberFormat& format, std::uint64_t code, const TaperedAnatomy& tapered) {
  const Unrounded value = format.decode(code);
  const QString sign = value.negative ? QStringLiteral("−") : QString();
  if (tapered.taper == Taper::LogarithmicTakum) {
    const TaperedParts& parts = tapered.parts;
    const std::int64_t power =
        (std::int64_t{parts.scale} << parts.fractionBits) + static_cast<std::int64_t>(parts.fraction);
    const bool negative = (power < 0) != parts.negative;
    const Unrounded half =
        exactNumber(negative, static_cast<std::uint64_t>(power < 0 ? -power : power), -parts.fractionBits - 1);
    return FieldNotes::tr("%1e to the power of %2").arg(sign, typeset(brief(toString(exactDecimal(half)))));
  }
  Unrounded significand = value;
  significand.negative = false;
  significand.exponent = -63;
  return QStringLiteral("%1%2 × 2%3")
      .arg(sign, brief(toString(exactDecimal(significand))), exponentOf(value.exponent + 63));
}

}  // namespace

QString formulaText(const NumberFormat& format, std::uint64_t code) {
  const Anatomy anatomy = anatomyOf(format, code);
  if (const auto* tapered = std::get_if<TaperedAnatomy>(&anatomy))
    return format.classify(code) == NumberClass::Normal ? taperedFormula(format, code, *tapered) : QString();
  const auto* parts = std::get_if<FloatAnatomy>(&anatomy);
  if (!parts || parts->significand.empty() || format.classify(code) == NumberClass::Zero) return {};
  return QStringLiteral("%1%2 × 2%3")
      .arg(parts->negative ? QStringLiteral("−") : QString(), brief(parts->significand),
           QString::fromStdString(superscript(parts->exponent)));
}

QString ulpText(const NumberFormat& format, std::uint64_t code, const QString& ulp) {
  if (ulp.isEmpty()) return {};
  const BriefDecimal decimal = briefDecimal(ulp.toStdString(), kUlpDigits);
  QString text =
      (decimal.exact ? QStringLiteral("= ") : QStringLiteral("≈ ")) + typeset(QString::fromStdString(decimal.text));
  const Anatomy anatomy = anatomyOf(format, code);
  if (const auto* parts = std::get_if<FloatAnatomy>(&anatomy))
    text.prepend(QStringLiteral("= 2%1 ").arg(
        QString::fromStdString(superscript(parts->exponent - format.floatSpec()->fractionBits))));
  return FieldNotes::tr("one ulp %1").arg(text);
}

QString withSymbols(const QString& number) {
  if (number == QLatin1String("nan")) return QStringLiteral("NaN");
  return QString(number).replace(QLatin1String("inf"), QStringLiteral("∞"));
}

QString typeset(const QString& number) { return withSymbols(number).replace(QLatin1Char('-'), QChar(0x2212)); }

}  // namespace ulpscope
