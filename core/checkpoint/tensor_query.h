// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/model_description.h"

namespace ulpscope {

/// What a list of tensors can be filtered by beside names. The first ones are known from the headers, the others once
/// the values were read.
enum class TensorFlag : std::uint8_t {
  Unreadable,
  Packed,
  Shared,  ///< its bytes are those of an earlier tensor
  Empty,   ///< no elements
  NotANumber,
  Infinite,
  Outliers,  ///< outlier columns
  Zero,      ///< every element is zero
  Finding    ///< `ulp lint` has something to say of it
};
inline constexpr std::array kTensorFlags{TensorFlag::Unreadable, TensorFlag::Packed,     TensorFlag::Shared,
                                         TensorFlag::Empty,      TensorFlag::NotANumber, TensorFlag::Infinite,
                                         TensorFlag::Outliers,   TensorFlag::Zero,       TensorFlag::Finding};
/// "unreadable", "packed", "shared", "empty", "nan", "inf", "outliers", "zero", "finding".
std::string_view idOf(TensorFlag flag);
inline bool needsValues(TensorFlag flag) { return flag >= TensorFlag::NotANumber; }

/// A set of flags of one tensor.
class TensorFlags {
 public:
  void set(TensorFlag flag, bool on = true) { on ? m_bits |= bit(flag) : m_bits &= ~bit(flag); }
  bool has(TensorFlag flag) const { return (m_bits & bit(flag)) != 0; }
  friend bool operator==(const TensorFlags&, const TensorFlags&) = default;

 private:
  static constexpr std::uint32_t bit(TensorFlag flag) { return std::uint32_t{1} << static_cast<unsigned>(flag); }
  std::uint32_t m_bits = 0;
};

class Regex;

/// What a tensor must fulfil. Words are separated by spaces, and all must hold; a minus sign before one turns it round.
///
///   word             somewhere in the name, the type ("bf16"), the packing ("gptq") or the shape written "384x1536"
///   /expression/     an RE2 regular expression found in the name
///   type:bf16        the beginning of a word in the type or the packing: "f16" is not in "bf16"
///   shape:4096x*     the whole shape; * is any number
///   role:query       part of the role's title
///   layer:3          the number of its layer, or of a range: layer:0-5
///   flag:nan         a TensorFlag
///
/// Everything is compared without case. A colon behind any other word is part of that word.
class TensorQuery {
 public:
  struct Term {
    enum class Kind { Anywhere, Expression, Type, Shape, Role, Layer, Flag };
    Kind kind = Kind::Anywhere;
    bool isNegated = false;
    std::string text = {};                            ///< lower case; of Anywhere, Type, Role
    std::shared_ptr<const Regex> expression = {};     ///< of Expression
    std::vector<std::optional<std::uint64_t>> shape;  ///< of Shape; nothing stands for any number
    std::uint64_t firstLayer = 0, lastLayer = 0;      ///< of Layer
    TensorFlag flag = TensorFlag::Unreadable;         ///< of Flag
  };

  /// Usage, if an expression, shape, layer or flag is not one: what was expected, what was found.
  static Result<TensorQuery> parse(std::string_view text);

  const std::vector<Term>& terms() const { return m_terms; }
  /// Whether its answer changes as values are read.
  bool needsValues() const;

 private:
  std::vector<Term> m_terms;
};

/// A regular expression that takes time linear in what it is searched in, whatever it is.
class Regex {
 public:
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  ~Regex();
  bool isFoundIn(std::string_view text) const;

 private:
  struct Compiled;
  explicit Regex(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> m_compiled;
};

/// ASCII letters made small.
std::string lowerCase(std::string_view text);

}  // namespace ulpscope
