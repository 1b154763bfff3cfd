// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace ulpscope {

/// The numbers, texts and truth values of a small JSON document (config.json, a quant_state) by their path:
/// "quantization_config/config_groups/group_0/weights/num_bits", elements of an array by their number. Hostile
/// documents cost a bounded amount: deeper than `kMostDepth` or with more values than `kMostValues` they are refused.
class ConfigValues {
 public:
  static constexpr int kMostDepth = 64;
  static constexpr std::size_t kMostValues = 200'000;

  ConfigValues() = default;
  /// Corrupt for what is not JSON; of a key that stands twice in one object the first counts.
  static Result<ConfigValues> parse(std::string_view json);

  bool empty() const { return m_values.empty(); }
  /// Nothing where there is no such value, or one of another kind. A float is no integer, even where it is whole.
  std::optional<std::int64_t> integer(std::string_view path) const;
  std::optional<double> number(std::string_view path) const;
  std::optional<std::string> text(std::string_view path) const;
  std::optional<bool> truth(std::string_view path) const;
  /// The integers of an array; nothing unless all its elements are.
  std::optional<std::vector<std::int64_t>> integers(std::string_view path) const;
  std::optional<std::vector<std::string>> texts(std::string_view path) const;
  /// Whether an object, an array that is not empty, or a value other than null stands there.
  bool has(std::string_view path) const;
  /// The keys of the object (or the numbers of the array) at `path`, sorted as texts.
  std::vector<std::string> keys(std::string_view path) const;

 private:
  friend class ConfigReader;
  using Value = std::variant<std::int64_t, double, bool, std::string>;
  template <class T>
  std::optional<T> get(std::string_view path) const;

  std::map<std::string, Value, std::less<>> m_values;
};

}  // namespace ulpscope
