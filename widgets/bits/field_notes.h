// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

#include "core/formats/anatomy.h"

namespace ulpscope {

/// What of a number the result of a note is, where the user can write another one.
enum class NotePart : std::uint8_t { None, Exponent, Significand };

/// What stands under a bit field: "exponent ", "19", " − 15 = " and, set in bold, "4".
struct FieldNote {
  QString text;
  QString result;
  NotePart part = NotePart::None;  ///< what `result` is
  QString lead = {};               ///< words before `stored`
  QString stored = {};             ///< the bits of the field as a number, which the user can write anew
  QString exactResult = {};        ///< every digit of a result that was cut
};

/// One note for each of format.fields(code), empty where there is nothing to say.
std::vector<FieldNote> fieldNotes(const NumberFormat& format, std::uint64_t code);

/// All of a note as text.
QString plainText(const FieldNote& note);

/// "−1.697265625 × 2⁴"; empty for zero, infinity and NaN, and for formats that are no floats.
QString formulaText(const NumberFormat& format, std::uint64_t code);

/// "one ulp = 2⁻⁶ = 0.015625" of the exact decimal `ulp`; without the power for formats that are no floats; empty where
/// `ulp` is.
QString ulpText(const NumberFormat& format, std::uint64_t code, const QString& ulp);

/// A value where it is set as a number: "NaN", "∞" and "-∞" instead of the words that can be typed.
QString withSymbols(const QString& number);

/// The same amid words, with a true minus sign instead of the hyphen.
QString typeset(const QString& number);

}  // namespace ulpscope
