// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_events.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace ulpscope {
namespace {

using Json = nlohmann::json;

/// Hands characters to the parser through a position that outlives its copies, so that errors can say where it stopped.
class TrackedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  /// Moves `*position`; a null `position` is the end.
  TrackedIterator(const char** position, const char* end) : m_position(position), m_end(end) {}

  reference operator*() const { return **m_position; }
  TrackedIterator& operator++() {
    ++*m_position;
    return *this;
  }
  TrackedIterator operator++(int) { return ++*this; }
  friend bool operator==(const TrackedIterator& a, const TrackedIterator& b) { return a.current() == b.current(); }

 private:
  const char* current() const { return m_position ? *m_position : m_end; }

  const char** m_position;
  const char* m_end;
};

/// The parser's callbacks. Each returns false to stop; `m_outcome` then holds why.
class Adapter final : public nlohmann::json_sax<Json> {
 public:
  Adapter(JsonEvents& events, int maxDepth) : m_events(events), m_maxDepth(maxDepth) {}

  Result<>& outcome() { return m_outcome; }

  bool null() override { return keep(m_events.other("null")); }
  bool boolean(bool) override { return keep(m_events.other("a boolean")); }
  bool number_integer(number_integer_t) override { return keep(m_events.other("a negative number")); }
  bool number_unsigned(number_unsigned_t value) override { return keep(m_events.number(value)); }
  bool number_float(number_float_t, const string_t&) override {
    return keep(m_events.other("a fraction or a number above 2^64"));
  }
  bool string(string_t& value) override { return keep(m_events.string(value)); }
  bool binary(binary_t&) override { return keep(m_events.other("binary data")); }
  bool start_object(std::size_t) override { return deeper() && keep(m_events.beginObject()); }
  bool key(string_t& name) override { return keep(m_events.key(name)); }
  bool end_object() override { return shallower() && keep(m_events.endObject()); }
  bool start_array(std::size_t) override { return deeper() && keep(m_events.beginArray()); }
  bool end_array() override { return shallower() && keep(m_events.endArray()); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    // The parser's own sentence repeats the token, which may be megabytes of anything.
    return keep(fail(Errc::Corrupt, "valid JSON in UTF-8 expected, something else found"));
  }

 private:
  bool keep(Result<> outcome) {
    if (outcome) return true;
    m_outcome = std::move(outcome);
    return false;
  }
  bool deeper() {
    if (++m_depth <= m_maxDepth) return true;
    return keep(fail(Errc::LimitExceeded, fmt::format("JSON nested at most {} deep expected, more found", m_maxDepth)));
  }
  bool shallower() {
    --m_depth;
    return true;
  }

  JsonEvents& m_events;
  int m_maxDepth;
  int m_depth = 0;
  Result<> m_outcome;
};

}  // namespace

Result<> readJson(std::string_view text, int maxDepth, JsonEvents& events) {
  // Both of these the parser would let through: it skips a mark, and takes a zero byte for the end.
  if (text.starts_with("\xEF\xBB\xBF")) return fail(Errc::Corrupt, "JSON expected, a byte order mark found", {}, 0);
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    return fail(Errc::Corrupt, "JSON expected, a zero byte found", {}, zero);

  const char* position = text.data();
  const char* const end = text.data() + text.size();
  Adapter adapter(events, maxDepth);
  const bool complete = Json::sax_parse(TrackedIterator(&position, end), TrackedIterator(nullptr, end), &adapter);
  if (complete) return {};
  Error error = adapter.outcome().error();
  error.offset = static_cast<std::uint64_t>(position - text.data());
  return tl::unexpected(std::move(error));
}

}  // namespace ulpscope
