// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "core/formats/explain.h"

namespace ulpscope {

/// What is said about the number on show, ready to be read.
struct HeroText {
  QString origin;    ///< where the number comes from; empty for one that was typed
  QString readable;  ///< exact where that is short, else the shortest that reads back
  QString exact;
  QString hexFloat;
  QString code;
  QString verdict;  ///< "exact", "error +0.03125"
  bool isExact = true;
  QString kind;              ///< "normal"
  QString kindMeaning = {};  ///< one sentence, of a kind that not everybody knows
  QString formula;           ///< "−1.697265625 × 2⁴", or empty
};

/// What a subnormal value is, in a sentence with the numbers of this one; empty for any other.
QString subnormalNote(const Explanation& explanation);

HeroText heroText(const Explanation& explanation, const QString& origin);

}  // namespace ulpscope
