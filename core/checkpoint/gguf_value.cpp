// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kStringBytes = 1 << 20;      ///< that are kept of one string
constexpr std::uint64_t kElementsShown = 8;          ///< of an array
constexpr std::uint64_t kElementStringBytes = 64;    ///< that are shown of a string in an array
constexpr std::uint64_t kElementsPerStep = 1 << 16;  ///< strings and arrays passed over between looks at the job
constexpr int kArrayDepth = 2;

struct TypeRow {
  std::string_view name;
  std::uint64_t bytes;  ///< that one takes at least: strings and arrays have at least their length
};
constexpr std::array<TypeRow, 13> kTypes{{{"uint8", 1},
                                          {"int8", 1},
                                          {"uint16", 2},
                                          {"int16", 2},
                                          {"uint32", 4},
                                          {"int32", 4},
                                          {"float32", 4},
                                          {"bool", 1},
                                          {"string", 8},
                                          {"array", 12},
                                          {"uint64", 8},
                                          {"int64", 8},
                                          {"float64", 8}}};

const TypeRow& rowOf(GgufType type) { return kTypes[static_cast<std::size_t>(type)]; }

class ValueReader {
 public:
  ValueReader(Cursor& cursor, const JobContext& job) : m_cursor(cursor), m_job(job) {}

  Result<GgufValue> read() {
    const auto type = readType();
    if (!type) return tl::unexpected(type.error());
    m_value.type = *type;
    if (auto done = readOne(*type, 0); !done) return tl::unexpected(std::move(done.error()));
    return std::move(m_value);
  }

 private:
  Result<GgufType> readType() {
    const std::uint64_t at = m_cursor.position();
    const auto id = m_cursor.read<std::uint32_t>("the type of a value");
    if (!id) return tl::unexpected(id.error());
    if (*id >= kTypes.size())
      return m_cursor.corruptAt(
          at, fmt::format("a type of value below {} in the metadata expected, {} found", kTypes.size(), *id));
    return static_cast<GgufType>(*id);
  }

  /// A value of known type, `depth` arrays deep, whose text is appended.
  Result<> readOne(GgufType type, int depth) {
    switch (type) {
      case GgufType::Uint8:
        return readInteger<std::uint8_t>();
      case GgufType::Int8:
        return readInteger<std::int8_t>();
      case GgufType::Uint16:
        return readInteger<std::uint16_t>();
      case GgufType::Int16:
        return readInteger<std::int16_t>();
      case GgufType::Uint32:
        return readInteger<std::uint32_t>();
      case GgufType::Int32:
        return readInteger<std::int32_t>();
      case GgufType::Uint64:
        return readInteger<std::uint64_t>();
      case GgufType::Int64:
        return readInteger<std::int64_t>();
      case GgufType::Float32:
        return readFloat<float>();
      case GgufType::Float64:
        return readFloat<double>();
      case GgufType::Bool:
        return readBool();
      case GgufType::String:
        return readString(depth);
      case GgufType::Array:
        return readArray(depth);
    }
    return {};
  }

  template <class Integer>
  Result<> readInteger() {
    const auto value = m_cursor.read<Integer>("an integer of the metadata");
    if (!value) return tl::unexpected(value.error());
    m_value.text += std::to_string(*value);
    if (std::in_range<std::uint64_t>(*value)) m_value.integer = static_cast<std::uint64_t>(*value);
    return {};
  }

  template <class Float>
  Result<> readFloat() {
    const auto value = m_cursor.read<Float>("a number of the metadata");
    if (!value) return tl::unexpected(value.error());
    m_value.text += shortest(*value);
    return {};
  }

  Result<> readBool() {
    const auto value = m_cursor.read<std::uint8_t>("a bool of the metadata");
    if (!value) return tl::unexpected(value.error());
    m_value.text += *value != 0 ? "true" : "false";
    if (*value > 1) {
      m_value.oddBool = true;
      m_value.text += fmt::format(" (stored as {})", *value);
    }
    return {};
  }

  Result<> readString(int depth) {
    const auto length = m_cursor.read<std::uint64_t>("the length of a string");
    if (!length) return tl::unexpected(length.error());
    const std::uint64_t kept = std::min(*length, depth == 0 ? kStringBytes : kElementStringBytes);
    if (kept < *length && *length > m_cursor.left())  // so that the complaint has the length that the file states
      return m_cursor.skip(*length, "a string of the metadata");
    auto text = m_cursor.readText(kept, kept, "a string of the metadata");
    if (!text) return tl::unexpected(std::move(text.error()));
    if (depth == 0) {
      m_value.text = std::move(*text);
      if (kept < *length) m_value.text += fmt::format("… ({} bytes in all)", groupedDigits(*length));
    } else {
      m_value.text += kept < *length ? inQuotes(*text) + "…" : inQuotes(*text);
    }
    return m_cursor.skip(*length - kept, "a string of the metadata");
  }

  Result<> readArray(int depth) {
    if (depth == kArrayDepth)
      return fail(Errc::LimitExceeded,
                  fmt::format("arrays at most {} deep in the metadata expected, deeper ones found", kArrayDepth),
                  m_cursor.source().name(), m_cursor.position());
    const auto type = readType();
    if (!type) return tl::unexpected(type.error());
    const auto count = m_cursor.read<std::uint64_t>("the length of an array");
    if (!count) return tl::unexpected(count.error());
    const TypeRow& row = rowOf(*type);
    if (*count > m_cursor.left() / row.bytes)
      return m_cursor.corrupt(fmt::format("an array of {} in the metadata expected, {} bytes left",
                                          counted(*count, row.name), m_cursor.left()));
    if (depth > 0) m_value.text += '(';
    m_value.text += counted(*count, row.name);
    const std::uint64_t shown = std::min(*count, kElementsShown);
    for (std::uint64_t i = 0; i < shown; ++i) {
      m_value.text += i == 0 ? ": " : ", ";
      if (auto read = readOne(*type, depth + 1); !read) return read;
    }
    if (shown < *count) m_value.text += ", …";
    if (depth > 0) m_value.text += ')';
    m_value.integer.reset();
    return passOver(*type, *count - shown, depth + 1);
  }

  /// The other elements of an array, unseen.
  Result<> passOver(GgufType type, std::uint64_t count, int depth) {
    if (type != GgufType::String && type != GgufType::Array)
      return m_cursor.skip(count * rowOf(type).bytes, "an array of the metadata");
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i % kElementsPerStep == 0)
        if (auto going = m_job.step(0); !going) return going;
      if (auto passed = type == GgufType::String ? passString() : passArray(depth); !passed) return passed;
    }
    return {};
  }

  Result<> passString() {
    const auto length = m_cursor.read<std::uint64_t>("the length of a string");
    if (!length) return tl::unexpected(length.error());
    return m_cursor.skip(*length, "a string of the metadata");
  }

  Result<> passArray(int depth) {
    // Read like one that is shown, and its text dropped: at most eight elements of 64 bytes.
    const std::size_t length = m_value.text.size();
    auto read = readArray(depth);
    m_value.text.resize(length);
    return read;
  }

  Cursor& m_cursor;
  const JobContext& m_job;
  GgufValue m_value{};
};

}  // namespace

Result<GgufValue> readGgufValue(Cursor& cursor, const JobContext& job) { return ValueReader(cursor, job).read(); }

}  // namespace ulpscope
