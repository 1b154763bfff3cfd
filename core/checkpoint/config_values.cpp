// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/config_values.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace ulpscope {

/// Nesting costs an entry of `m_levels` and no stack.
class ConfigReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit ConfigReader(ConfigValues& values) : m_values(values) {}
  const std::optional<Error>& error() const { return m_error; }

  bool null() override { return skip(); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override {
    return std::in_range<std::int64_t>(value) ? add(static_cast<std::int64_t>(value)) : add(static_cast<double>(value));
  }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return skip(); }
  bool start_object(std::size_t) override { return begin(false); }
  bool start_array(std::size_t) override { return begin(true); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string& name) override {
    m_path.resize(m_levels.back().pathLength);
    m_path += name;
    return m_path.size() <= kMostPath || stop("paths of at most 4,096 bytes");
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    m_error = Error{Errc::Corrupt, "JSON expected, something else found", {}, position};
    return false;
  }

 private:
  static constexpr std::size_t kMostPath = 4096;
  struct Level {
    bool isArray;
    std::size_t index = 0;
    std::size_t pathLength;  ///< of what stands before the key or number
  };

  bool stop(std::string_view expected) {
    m_error = Error{Errc::LimitExceeded, fmt::format("{} expected, more found", expected), {}, {}};
    return false;
  }
  void name() {
    if (m_levels.empty() || !m_levels.back().isArray) return;
    m_path.resize(m_levels.back().pathLength);
    m_path += std::to_string(m_levels.back().index++);
  }
  bool skip() {
    name();
    return true;
  }
  bool add(ConfigValues::Value value) {
    name();
    if (m_values.m_values.size() >= ConfigValues::kMostValues) return stop("at most 200,000 values");
    m_values.m_values.try_emplace(m_path, std::move(value));
    return true;
  }
  bool begin(bool isArray) {
    name();
    if (m_levels.size() >= static_cast<std::size_t>(ConfigValues::kMostDepth)) return stop("nesting of at most 64");
    if (!m_levels.empty()) m_path += '/';
    m_levels.push_back({.isArray = isArray, .pathLength = m_path.size()});
    return true;
  }
  bool end() {
    const std::size_t length = m_levels.back().pathLength;
    m_levels.pop_back();
    m_path.resize(length > 0 ? length - 1 : 0);
    return true;
  }

  ConfigValues& m_values;
  std::string m_path;
  std::vector<Level> m_levels;
  std::optional<Error> m_error;
};

Result<ConfigValues> ConfigValues::parse(std::string_view json) {
  ConfigValues values;
  ConfigReader reader(values);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    return tl::unexpected(reader.error().value_or(Error{Errc::Corrupt, "JSON expected, something else found", {}, {}}));
  return values;
}

template <class T>
std::optional<T> ConfigValues::get(std::string_view path) const {
  const auto found = m_values.find(path);
  if (found == m_values.end()) return std::nullopt;
  const T* const value = std::get_if<T>(&found->second);
  return value ? std::optional<T>(*value) : std::nullopt;
}

std::optional<std::int64_t> ConfigValues::integer(std::string_view path) const { return get<std::int64_t>(path); }
std::optional<std::string> ConfigValues::text(std::string_view path) const { return get<std::string>(path); }
std::optional<bool> ConfigValues::truth(std::string_view path) const { return get<bool>(path); }

std::optional<double> ConfigValues::number(std::string_view path) const {
  if (const auto whole = integer(path)) return static_cast<double>(*whole);
  return get<double>(path);
}

std::optional<std::vector<std::int64_t>> ConfigValues::integers(std::string_view path) const {
  std::vector<std::int64_t> values;
  const std::size_t count = keys(path).size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = integer(fmt::format("{}/{}", path, i));
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return count > 0 ? std::optional(std::move(values)) : std::nullopt;
}

std::optional<std::vector<std::string>> ConfigValues::texts(std::string_view path) const {
  std::vector<std::string> values;
  const std::size_t count = keys(path).size();
  for (std::size_t i = 0; i < count; ++i) {
    auto value = text(fmt::format("{}/{}", path, i));
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return count > 0 ? std::optional(std::move(values)) : std::nullopt;
}

bool ConfigValues::has(std::string_view path) const {
  if (m_values.contains(path)) return true;
  const std::string prefix = std::string(path) + "/";
  const auto first = m_values.lower_bound(prefix);
  return first != m_values.end() && first->first.starts_with(prefix);
}

std::vector<std::string> ConfigValues::keys(std::string_view path) const {
  const std::string prefix = path.empty() ? std::string() : std::string(path) + "/";
  std::set<std::string_view> names;
  for (auto at = m_values.lower_bound(prefix); at != m_values.end() && at->first.starts_with(prefix); ++at) {
    const std::string_view rest = std::string_view(at->first).substr(prefix.size());
    names.insert(rest.substr(0, rest.find('/')));
  }
  return {names.begin(), names.end()};
}

}  // namespace ulpscope
