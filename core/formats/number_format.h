// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/encoded.h"
#include "core/formats/float_spec.h"
#include "core/formats/rounding.h"
#include "core/formats/unrounded.h"

namespace ulpscope {

/// What a format is for, in the order in which lists show them.
enum class FormatFamily : std::uint8_t {
  Ieee,
  MachineLearning,
  Float8,
  Float6,
  Float4,
  Scale,    ///< unsigned scale factors of block formats
  P3109,    ///< the binaryKpP of IEEE P3109
  Tapered,  ///< posits and takums
  Integer,
  CodeBook,
  Historic,
  Custom,
};

enum class NumberClass : std::uint8_t { Zero, Subnormal, Normal, Infinity, Nan };

/// What a run of code bits is for; the explorer colours by it.
enum class FieldKind : std::uint8_t {
  Sign,
  Direction,       ///< takums: whether the exponent is not negative
  Regime,          ///< posits: the run that makes most of the exponent; takums: the length of the characteristic
  Characteristic,  ///< takums: what the exponent is, less the smallest one of that length
  Exponent,
  Fraction,
  Padding,
  Integer,
  Index,
};

struct BitField {
  FieldKind kind;
  int highestBit;
  int bits;
};

/// What a format is, beyond its codes. Empty strings mean "does not apply".
struct FormatInfo {
  std::string id;     ///< stable, lower case: "float8_e4m3fn"
  std::string title;  ///< short: "FP8 E4M3"
  std::string name;   ///< as its standard calls it: "OCP OFP8 E4M3"
  FormatFamily family;
  int codeBits = 0;           ///< set by the format from its layout
  std::string torch = {};     ///< torch dtype
  std::string mlDtypes = {};  ///< ml_dtypes or NumPy name
  std::string source;         ///< the defining document
};

/// A number format: codes of `info().codeBits` bits and what they stand for. Floats, integers and code books alike.
/// Immutable and shared between threads.
class NumberFormat {
 public:
  virtual ~NumberFormat() = default;

  virtual const FormatInfo& info() const = 0;

  /// The exact value of `code` (bits above codeBits must be zero). Sticky in one case alone: the values of logarithmic
  /// takums are irrational but for 0 and +-1, so these are their leading 64 bits, cut toward zero; encode() takes such
  /// a number back to its code.
  virtual Unrounded decode(std::uint64_t code) const = 0;
  virtual NumberClass classify(std::uint64_t code) const = 0;
  virtual Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const = 0;

  /// The bit fields of `code` from the top, covering all code bits. They are the same for every code but in tapered
  /// formats, where the regime moves those behind it.
  virtual std::vector<BitField> fields(std::uint64_t code) const = 0;

  /// The codes of the next larger and next smaller value; nullopt at the ends and for NaN. Infinity counts as a value,
  /// the two zeros as one.
  virtual std::optional<std::uint64_t> nextUp(std::uint64_t code) const = 0;
  virtual std::optional<std::uint64_t> nextDown(std::uint64_t code) const = 0;

  /// The layout, where the format is a binary float; nullptr otherwise.
  virtual const FloatSpec* floatSpec() const { return nullptr; }
};

/// Shared, for formats that are made from their ids live as long as somebody uses them.
using FormatPointer = std::shared_ptr<const NumberFormat>;

/// The formats that have a file of their own; formatRegistry() has those and more.
std::span<const NumberFormat* const> namedFormats();

/// Every format that lists show, in the order people expect to see them: by family, and wide to narrow.
std::span<const NumberFormat* const> formatRegistry();

/// nullptr if there is none of that id in the registry.
const NumberFormat* findFormat(std::string_view id);

/// One of the registry, or one made from its id ("binary6p3sf", "custom:s1e5m3", see FormatRule). Usage if there is
/// none.
Result<FormatPointer> makeFormat(std::string_view id);

/// Ids, and titles, as the command line and the settings spell them: "nearest_even", "saturate".
std::string_view idOf(Rounding rounding);
std::string_view idOf(Overflow overflow);
std::string_view idOf(FormatFamily family);
std::string_view idOf(NumberClass numberClass);
std::optional<Rounding> findRounding(std::string_view id);
std::optional<Overflow> findOverflow(std::string_view id);

}  // namespace ulpscope
