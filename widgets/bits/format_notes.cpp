// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/format_notes.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/formats/brief_decimal.h"
#include "core/formats/explain_steps.h"
#include "core/formats/limits.h"
#include "core/formats/value_text.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kFactDigits = 9;

struct FormatNotes {
  Q_DECLARE_TR_FUNCTIONS(FormatNotes)
};

/// The suffix of ml_dtypes' and torch's names.
QString suffixNote(const FormatInfo& info, const FloatSpec& spec) {
  const auto ends = [&](const char* suffix) { return info.id.ends_with(suffix); };
  if (ends("b11fnuz"))
    return FormatNotes::tr(
        "b11: a bias of 11. fn: finite, no infinity. uz: one zero, unsigned; the code of −0 is the only NaN.");
  if (ends("fnuz"))
    return FormatNotes::tr(
        "fn: finite, no infinity. uz: one zero, unsigned; the code of −0 is the only NaN. The bias is one more than "
        "OCP's, so the same code is half the value.");
  if (ends("fnu"))
    return FormatNotes::tr(
        "fn: finite, no infinity. u: unsigned. It has neither a zero nor a fraction, only powers of two.");
  if (!ends("fn")) return {};
  return spec.specials == Specials::None
             ? FormatNotes::tr("fn: finite. This one has no NaN either: every code is a number.")
             : FormatNotes::tr(
                   "fn: finite, no infinity. NaN is the code of all ones; what would be infinity is a number.");
}

QString familyNote(const FormatInfo& info) {
  switch (info.family) {
    case FormatFamily::P3109:
      return FormatNotes::tr(
          "binaryKpP: K bits, precision P with the hidden bit counted. s or u: signed or unsigned. e: extended by "
          "infinities, f: finite. One zero, one NaN; the bias is one more than that of IEEE 754 and OCP.");
    case FormatFamily::CodeBook:
      return FormatNotes::tr(
          "The values are relative: a block is divided by its largest magnitude first, so a number alone means "
          "little.");
    case FormatFamily::Scale:
      return FormatNotes::tr("Holds the scale that a block of numbers shares, so it needs no sign.");
    default:
      return {};
  }
}

QString subnormalNote(const NumberFormat& format, const FloatSpec& spec, const FormatLimits& limits) {
  const QString boundary = qt("2") + qt(superscript(spec.smallestExponent()));
  if (limits.smallestSubnormal)
    return FormatNotes::tr(
               "Below %1 the hidden bit is 0: values there (subnormal) keep one spacing down to zero, and so lose "
               "digits the smaller they are.")
        .arg(boundary);
  if (spec.bottom == Bottom::Flushed && format.info().codeBits > 2)
    return FormatNotes::tr("There are no subnormal values: between %1 and zero there is nothing.").arg(boundary);
  return {};
}

QString valueOf(const NumberFormat& format, std::uint64_t code) { return qt(readableText(format, code)); }

QString codeNote(const NumberFormat& format, std::uint64_t code) { return qt(codeText(format, code)); }

QString briefly(const std::string& number) {
  const BriefDecimal brief = briefDecimal(number, kFactDigits);
  return (brief.exact ? QString() : QStringLiteral("≈ ")) + qt(brief.text);
}

void addLayout(const NumberFormat& format, std::vector<Fact>& facts) {
  facts.push_back({FormatNotes::tr("Bits"), QString::number(format.info().codeBits)});
  const FloatSpec* spec = format.floatSpec();
  if (!spec) return;
  facts.push_back({FormatNotes::tr("Sign, exponent, fraction"),
                   QStringLiteral("%1-%2-%3").arg(spec->signBits).arg(spec->exponentBits).arg(spec->fractionBits)});
  facts.push_back({FormatNotes::tr("Bias"), QString::number(spec->bias)});
}

}  // namespace

QStringList formatNotes(const NumberFormat& format) {
  QStringList notes{familyNote(format.info())};
  if (const FloatSpec* spec = format.floatSpec()) {
    notes << suffixNote(format.info(), *spec);
    notes << subnormalNote(format, *spec, limitsOf(format));
  }
  notes.removeAll(QString());
  return notes;
}

std::vector<Fact> formatFacts(const NumberFormat& format) {
  const FormatLimits limits = limitsOf(format);
  std::vector<Fact> facts;
  addLayout(format, facts);
  const auto addCode = [&](const QString& name, std::optional<std::uint64_t> code) {
    if (code) facts.push_back({name, valueOf(format, *code), codeNote(format, *code)});
  };
  const auto add = [&](const QString& name, const QString& text, const QString& note = {}) {
    facts.push_back({name, text, note});
  };
  addCode(FormatNotes::tr("Largest"), limits.largest);
  addCode(FormatNotes::tr("Lowest"), limits.lowest);
  addCode(FormatNotes::tr("Smallest normal"), limits.smallestNormal);
  addCode(FormatNotes::tr("Smallest subnormal"), limits.smallestSubnormal);
  if (limits.epsilon)
    add(FormatNotes::tr("Epsilon"), briefly(*limits.epsilon), FormatNotes::tr("from 1 to the next value"));
  if (limits.epsilonBelow)
    add(FormatNotes::tr("Epsilon below"), briefly(*limits.epsilonBelow),
        FormatNotes::tr("from the value before 1 to 1"));
  add(FormatNotes::tr("Distinct finite values"), grouped(limits.finiteValues));
  add(FormatNotes::tr("NaN codes"), grouped(limits.nanCodes));
  add(FormatNotes::tr("Infinity"), limits.hasInfinity ? FormatNotes::tr("yes") : FormatNotes::tr("no"));
  add(FormatNotes::tr("Negative zero"), limits.hasNegativeZero ? FormatNotes::tr("yes") : FormatNotes::tr("no"));
  const FormatInfo& info = format.info();
  add(FormatNotes::tr("Id"), qt(info.id));
  if (!info.torch.empty()) add(QStringLiteral("torch"), qt(info.torch));
  if (!info.mlDtypes.empty()) add(FormatNotes::tr("ml_dtypes or NumPy"), qt(info.mlDtypes));
  if (!info.source.empty()) add(FormatNotes::tr("Source"), qt(info.source));
  return facts;
}

}  // namespace ulpscope
