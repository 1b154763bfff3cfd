// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/formats/encoded.h"
#include "core/formats/float_spec.h"
#include "core/formats/rounding.h"
#include "core/formats/unrounded.h"

namespace ulpscope {

enum class FormatFamily : std::uint8_t { Ieee, MachineLearning, Float8, Float4, Integer, CodeBook };

enum class NumberClass : std::uint8_t { Zero, Subnormal, Normal, Infinity, Nan };

/// What a run of code bits is for; the explorer colours by it.
enum class FieldKind : std::uint8_t { Sign, Exponent, Fraction, Padding, Integer, Index };

struct BitField {
  FieldKind kind;
  int highestBit;
  int bits;
};

/// What a format is, beyond its codes. Empty strings and nullopt mean "does not apply".
struct FormatInfo {
  std::string_view id;     ///< stable, lower case: "float8_e4m3fn"
  std::string_view title;  ///< short: "FP8 E4M3"
  std::string_view name;   ///< as its standard calls it: "OCP OFP8 E4M3"
  FormatFamily family;
  int codeBits = 0;                ///< set by the format from its layout
  std::string_view torch = {};     ///< torch dtype
  std::string_view mlDtypes = {};  ///< ml_dtypes or NumPy name
  std::string_view source;         ///< the defining document
};

/// A number format: codes of `info().codeBits` bits and what they stand for. Floats, integers and code books alike.
/// Immutable and shared between threads.
class NumberFormat {
 public:
  virtual ~NumberFormat() = default;

  virtual const FormatInfo& info() const = 0;

  /// The exact value of `code` (bits above codeBits must be zero). Never sticky.
  virtual Unrounded decode(std::uint64_t code) const = 0;
  virtual NumberClass classify(std::uint64_t code) const = 0;
  virtual Encoded encode(const Unrounded& number, Rounding rounding, Overflow overflow) const = 0;

  /// The bit fields from the top, covering all code bits.
  virtual std::vector<BitField> fields() const = 0;

  /// The codes of the next larger and next smaller value; nullopt at the ends and for NaN. Infinity counts as a value,
  /// the two zeros as one.
  virtual std::optional<std::uint64_t> nextUp(std::uint64_t code) const = 0;
  virtual std::optional<std::uint64_t> nextDown(std::uint64_t code) const = 0;

  /// The layout, where the format is a binary float; nullptr otherwise.
  virtual const FloatSpec* floatSpec() const { return nullptr; }
};

/// Every format, in the order people expect to see them (wide to narrow, floats, integers, code books).
std::span<const NumberFormat* const> formatRegistry();

/// nullptr if there is none of that id.
const NumberFormat* findFormat(std::string_view id);

/// Ids, and titles, as the command line and the settings spell them: "nearest_even", "saturate".
std::string_view idOf(Rounding rounding);
std::string_view idOf(Overflow overflow);
std::string_view idOf(FormatFamily family);
std::string_view idOf(NumberClass numberClass);
std::optional<Rounding> findRounding(std::string_view id);
std::optional<Overflow> findOverflow(std::string_view id);

}  // namespace ulpscope
