// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

#include "core/formats/explain.h"

namespace ulpscope {

/// One way to take a number away.
struct CopyChoice {
  QString title;  ///< "Exact value"
  QString text;
  QString note = {};  ///< what it is, for those who meet it first
};

/// The number itself, in all its spellings: value exact and shortest, hex float, code, bits, bytes, C array, link.
std::vector<CopyChoice> spellings(const Explanation& explanation);

/// What the "copy as" menu offers: the spellings, the steps as Markdown, and all of it.
std::vector<CopyChoice> copyChoices(const Explanation& explanation);

}  // namespace ulpscope
