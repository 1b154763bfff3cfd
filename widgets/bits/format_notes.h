// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStringList>

#include "core/formats/number_format.h"
#include "widgets/quantization/fact_list.h"

namespace ulpscope {

/// What people stumble over in a format's name and values, a sentence or two each: what fn, fnuz and fnu mean, where
/// subnormals begin, that a code book is scaled by its block.
QStringList formatNotes(const NumberFormat& format);

/// The numbers of a format, by enumeration where it is small enough: layout, limits, epsilon on both sides of 1, how
/// many codes are what.
std::vector<Fact> formatFacts(const NumberFormat& format);

}  // namespace ulpscope
