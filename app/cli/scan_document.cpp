// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/scan_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "app/cli/terminal.h"
#include "core/base/byte_source.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::string_view kKind = "ulp scan";
constexpr int kVersion = 1;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

std::uint64_t positionOf(const Json& tensor) { return tensor.at("position").get<std::uint64_t>(); }

double numberOf(const Json& value) {
  if (value.is_number()) return value.get<double>();
  return value == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
}

/// Over all tensors that the scheme fits, each weighted by its elements.
Json totalsOf(const std::string& scheme, const std::vector<Json>& tensors) {
  std::uint64_t elements = 0, included = 0, fits = 0;
  double bits = 0, squaredError = 0, squaredInput = 0;
  for (const Json& tensor : tensors) {
    const auto results = tensor.find("schemes");
    if (results == tensor.end() || !results->contains(scheme) || !results->at(scheme).contains("metrics")) continue;
    const Json& result = results->at(scheme);
    const auto count = tensor.at("elements").get<std::uint64_t>();
    const auto weight = static_cast<double>(result.at("metrics").at("included").get<std::uint64_t>());
    bits += numberOf(result.at("bitsPerWeight")) * static_cast<double>(count);
    elements += count;
    ++fits;
    if (weight == 0) continue;
    const double mse = numberOf(result.at("metrics").at("meanSquaredError"));
    const double relative = numberOf(result.at("metrics").at("relativeRmse"));
    included += result.at("metrics").at("included").get<std::uint64_t>();
    squaredError += mse * weight;
    if (relative > 0) squaredInput += mse * weight / (relative * relative);
  }
  const double n = static_cast<double>(elements);
  return {{"tensors", fits},
          {"elements", elements},
          {"bitsPerWeight", jsonNumber(elements > 0 ? bits / n : std::nan(""))},
          {"meanSquaredError", jsonNumber(included > 0 ? squaredError / static_cast<double>(included) : std::nan(""))},
          {"signalToNoiseDb", jsonNumber(squaredError > 0 ? 10 * std::log10(squaredInput / squaredError)
                                                          : std::numeric_limits<double>::infinity())}};
}

class Fnv1a {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) addByte(static_cast<unsigned char>(c));
    addByte(0);
  }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) addByte(static_cast<unsigned char>(number >> shift));
  }
  std::uint64_t value() const { return m_hash; }

 private:
  void addByte(unsigned char byte) { m_hash = (m_hash ^ byte) * 0x100000001B3; }
  std::uint64_t m_hash = 0xCBF29CE484222325;
};

std::optional<std::uint64_t> parseCount(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Shard> parseShard(const std::string& text) {
  const auto slash = text.find('/');
  if (slash != std::string::npos) {
    const auto index = parseCount(std::string_view(text).substr(0, slash));
    const auto count = parseCount(std::string_view(text).substr(slash + 1));
    if (index && count && *index < *count) return Shard{*index, *count};
  }
  return fail(Errc::Usage, fmt::format("--shard takes I/N with I from 0 to N - 1, found {}", printable(text)));
}

std::string fingerprint(const Checkpoint& checkpoint) {
  Fnv1a hash;
  for (const auto& file : checkpoint.files) hash.add(file->size());
  for (const TensorInfo& tensor : checkpoint.tensors) {
    hash.add(tensor.name);
    hash.add(tensor.storedType);
    for (const std::uint64_t extent : tensor.shape) hash.add(extent);
    hash.add(tensor.file);
    hash.add(tensor.offset);
  }
  return fmt::format("{:016x}", hash.value());
}

bool ScanDocument::isComplete() const {
  std::uint64_t expected = 0;
  for (std::uint64_t position = 0; position < request.tensors; ++position) expected += shard.holds(position) ? 1 : 0;
  return tensors.size() == expected;
}

bool ScanDocument::has(std::uint64_t position) const {
  return std::ranges::binary_search(tensors, position, {}, positionOf);
}

void ScanDocument::add(Json tensor) {
  const auto place = std::ranges::lower_bound(tensors, positionOf(tensor), {}, positionOf);
  tensors.insert(place, std::move(tensor));
}

Json ScanDocument::toJson() const {
  Json schemes = Json::object();
  for (const std::string& scheme : request.schemes) schemes[scheme] = totalsOf(scheme, tensors);
  std::uint64_t elements = 0, bytes = 0;
  for (const Json& tensor : tensors) {
    elements += tensor.at("elements").get<std::uint64_t>();
    bytes += tensor.at("bytes").get<std::uint64_t>();
  }
  return {{"kind", kKind},
          {"version", kVersion},
          {"request",
           {{"checkpoint", request.checkpoint},
            {"tensors", request.tensors},
            {"pattern", request.pattern},
            {"schemes", request.schemes}}},
          {"shard", {shard.index, shard.count}},
          {"complete", isComplete()},
          {"tensors", tensors},
          {"totals",
           {{"tensors", tensors.size()}, {"elements", elements}, {"bytes", bytes}, {"schemes", std::move(schemes)}}}};
}

Result<ScanDocument> readScan(const std::filesystem::path& path) {
  const auto file = openFile(path);
  if (!file) return tl::unexpected(file.error());
  if ((*file)->size() > kMostBytes)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} expected, found {}", humanBytes(kMostBytes), humanBytes((*file)->size())),
                path.string());
  std::string text((*file)->size(), '\0');
  if (auto read = (*file)->read(0, std::as_writable_bytes(std::span(text))); !read) return tl::unexpected(read.error());
  const auto broken = [&] {
    return fail(Errc::Corrupt, "the document of a scan (ulp scan -o) expected, found something else", path.string());
  };
  try {
    const Json json = Json::parse(text);
    if (json.at("kind") != kKind || json.at("version") != kVersion) return broken();
    const Json& request = json.at("request");
    ScanDocument document{
        {request.at("checkpoint"), request.at("tensors"), request.at("pattern"), request.at("schemes")},
        {json.at("shard").at(0), json.at("shard").at(1)},
        {}};
    if (document.shard.index >= document.shard.count) return broken();
    for (const Json& tensor : json.at("tensors")) {
      const auto position = positionOf(tensor);
      if (position >= document.request.tensors || !document.shard.holds(position) || document.has(position))
        return broken();
      document.add(tensor);
    }
    static_cast<void>(document.toJson());  // every member that the totals need is there
    return document;
  } catch (const Json::exception&) {
    return broken();
  }
}

Result<> writeScan(const std::filesystem::path& path, const ScanDocument& document, AtomicFile::Existing existing) {
  return writeFile(path, documentText(document.toJson()), existing);
}

Result<ScanDocument> mergeScans(std::vector<ScanDocument> parts) {
  ScanDocument whole{parts.front().request, {}, {}};
  for (ScanDocument& part : parts) {
    if (part.request != whole.request)
      return fail(Errc::Usage,
                  "parts of one scan expected, found parts with another checkpoint, pattern or list of schemes");
    for (Json& tensor : part.tensors) {
      if (whole.has(positionOf(tensor)))
        return fail(Errc::Usage, fmt::format("each tensor in one part expected, found {} in two",
                                             printable(textOf(tensor.at("name")))));
      whole.add(std::move(tensor));
    }
  }
  return whole;
}

std::string scanText(const ScanDocument& document, const Terminal& terminal) {
  const auto decibel = [](const Json& value) {
    return value.is_number() ? fmt::format("{:.2f}", value.get<double>()) : textOf(value);
  };
  Table table{{"tensor", "type", "elements"}, {}};
  std::string alignment = "llr";
  for (const std::string& scheme : document.request.schemes) {
    table.header.push_back(scheme);
    alignment += 'r';
  }
  for (const Json& tensor : document.tensors) {
    std::vector<std::string> row{printable(textOf(tensor.at("name"))), printable(textOf(tensor.at("dtype"))),
                                 groupedDigits(tensor.at("elements").get<std::uint64_t>())};
    for (const std::string& scheme : document.request.schemes) {
      const bool isMeasured = tensor.contains("schemes") && tensor.at("schemes").at(scheme).contains("metrics");
      row.push_back(isMeasured ? decibel(tensor.at("schemes").at(scheme).at("metrics").at("signalToNoiseDb")) : "—");
    }
    table.rows.push_back(std::move(row));
  }
  const Json totals = document.toJson().at("totals");
  std::vector<std::string> all{"all", "", groupedDigits(totals.at("elements").get<std::uint64_t>())};
  std::vector<std::string> bits{"bits per weight", "", ""};
  for (const std::string& scheme : document.request.schemes) {
    const Json& total = totals.at("schemes").at(scheme);
    all.push_back(decibel(total.at("signalToNoiseDb")));
    bits.push_back(
        total.at("bitsPerWeight").is_number() ? fmt::format("{:.3f}", total.at("bitsPerWeight").get<double>()) : "—");
  }
  table.rows.push_back(std::move(all));
  table.rows.push_back(std::move(bits));
  return terminal.table(table, alignment) + "\nSignal to noise in dB; — where the scheme does not fit the tensor.\n";
}

}  // namespace ulpscope
