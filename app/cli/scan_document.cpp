// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/scan_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "app/cli/lookup.h"
#include "app/cli/terminal.h"
#include "core/base/byte_source.h"
#include "core/base/text.h"
#include "core/quantization/scheme_totals.h"

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

/// Over all tensors that the scheme fits.
Json totalsOf(const std::string& scheme, const std::vector<Json>& tensors) {
  SchemeTotals totals;
  for (const Json& tensor : tensors) {
    const auto results = tensor.find("schemes");
    if (results == tensor.end() || !results->contains(scheme) || !results->at(scheme).contains("metrics")) continue;
    const Json& result = results->at(scheme);
    const Json& metrics = result.at("metrics");
    totals.add(tensor.at("elements").get<std::uint64_t>(), numberOf(result.at("bitsPerWeight")),
               {.included = metrics.at("included").get<std::uint64_t>(),
                .excluded = metrics.at("excluded").get<std::uint64_t>(),
                .meanSquaredError = numberOf(metrics.at("meanSquaredError")),
                .relativeRmse = numberOf(metrics.at("relativeRmse"))});
  }
  return {{"tensors", totals.tensors()},
          {"elements", totals.elements()},
          {"bitsPerWeight", jsonNumber(totals.bitsPerWeight())},
          {"meanSquaredError", jsonNumber(totals.meanSquaredError())},
          {"signalToNoiseDb", jsonNumber(totals.signalToNoiseDb())},
          {"excluded", totals.excluded()}};
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

/// A member that must be there, and what it must be.
struct Member {
  std::string_view name;
  std::string_view expected;
  bool (*isOne)(const Json&);
};
bool isCount(const Json& value) { return value.is_number_unsigned(); }
bool isNumber(const Json& value) {
  return value.is_number() || value == "inf" || value == "-inf" || value == "nan";  // as jsonNumber writes them
}
bool isString(const Json& value) { return value.is_string(); }
bool isObject(const Json& value) { return value.is_object(); }
bool isArray(const Json& value) { return value.is_array(); }

constexpr Member kRequestMembers[]{{"checkpoint", "a string", isString},
                                   {"tensors", "a count", isCount},
                                   {"pattern", "a string", isString},
                                   {"schemes", "a list", isArray}};
constexpr Member kTensorMembers[]{{"name", "a string", isString},   {"position", "a count", isCount},
                                  {"dtype", "a string", isString},  {"shape", "a list", isArray},
                                  {"elements", "a count", isCount}, {"bytes", "a count", isCount}};
constexpr Member kResultMembers[]{{"bitsPerWeight", "a number", isNumber}, {"metrics", "an object", isObject}};
constexpr Member kMetricsMembers[]{{"included", "a count", isCount},
                                   {"excluded", "a count", isCount},
                                   {"meanSquaredError", "a number", isNumber},
                                   {"relativeRmse", "a number", isNumber},
                                   {"signalToNoiseDb", "a number", isNumber}};
constexpr Member kErrorMember[]{{"error", "a string", isString}};

/// Checks `object`, which stands at `where` in the document.
Result<> checkMembers(const Json& object, const std::string& where, std::span<const Member> members) {
  if (!object.is_object())
    return fail(Errc::Corrupt, fmt::format("an object expected at {}, found {}", where, object.type_name()));
  for (const Member& member : members) {
    const auto found = object.find(member.name);
    if (found == object.end() || !member.isOne(*found))
      return fail(Errc::Corrupt, fmt::format("{} expected at {}.{}, found {}", member.expected, where, member.name,
                                             found == object.end()    ? std::string("nothing")
                                             : found->is_structured() ? std::string(found->type_name())
                                                                      : printable(found->dump(-1, ' ', true), 64)));
  }
  return {};
}

/// What was measured of a tensor in one scheme, or why nothing was.
Result<> checkResult(const Json& result, const std::string& where) {
  if (result.is_object() && result.contains("error")) return checkMembers(result, where, kErrorMember);
  if (auto checked = checkMembers(result, where, kResultMembers); !checked) return checked;
  return checkMembers(result.at("metrics"), where + ".metrics", kMetricsMembers);
}

Result<> checkTensor(const Json& tensor, const std::string& where, const std::vector<std::string>& schemes) {
  if (auto checked = checkMembers(tensor, where, kTensorMembers); !checked) return checked;
  if (tensor.contains("error")) return checkMembers(tensor, where, kErrorMember);
  constexpr Member kSchemes[]{{"schemes", "an object", isObject}};
  if (auto checked = checkMembers(tensor, where, kSchemes); !checked) return checked;
  for (const std::string& scheme : schemes) {
    const Member one[]{{scheme, "an object", isObject}};
    const Json& results = tensor.at("schemes");
    if (auto checked = checkMembers(results, where + ".schemes", one); !checked) return checked;
    if (auto checked = checkResult(results.at(scheme), where + ".schemes." + printable(scheme)); !checked)
      return checked;
  }
  return {};
}

/// All that later work takes for granted: whoever reads a document of these members meets no exception.
Result<ScanDocument> documentOf(const Json& json) {
  const auto misplaced = [](std::string_view what) {
    return fail(Errc::Corrupt, fmt::format("the document of a scan (ulp scan -o) expected, found {}", what));
  };
  if (!json.is_object() || json.value("kind", Json()) != kKind || json.value("version", Json()) != kVersion)
    return misplaced("something else");
  constexpr Member kMembers[]{
      {"request", "an object", isObject}, {"shard", "a list", isArray}, {"tensors", "a list", isArray}};
  if (auto checked = checkMembers(json, "document", kMembers); !checked) return tl::unexpected(checked.error());
  const Json& request = json.at("request");
  if (auto checked = checkMembers(request, "request", kRequestMembers); !checked)
    return tl::unexpected(checked.error());
  if (!std::ranges::all_of(request.at("schemes"), isString)) return misplaced("a scheme that is not a string");
  const Json& shard = json.at("shard");
  if (shard.size() != 2 || !std::ranges::all_of(shard, isCount) || shard[0] >= shard[1])
    return misplaced("a shard that is not two counts, the first below the second");
  const Json calibration = request.value("calibration", Json(""));
  if (!calibration.is_string()) return misplaced("a calibration that is not a string");
  ScanDocument document{
      {request.at("checkpoint"), request.at("tensors"), request.at("pattern"), request.at("schemes"), calibration},
      {shard[0], shard[1]},
      {}};
  for (const Json& tensor : json.at("tensors")) {
    const std::string where = fmt::format("tensors[{}]", document.tensors.size());
    if (auto checked = checkTensor(tensor, where, document.request.schemes); !checked)
      return tl::unexpected(checked.error());
    const auto position = positionOf(tensor);
    if (position >= document.request.tensors || !document.shard.holds(position) || document.has(position))
      return misplaced(fmt::format("{} at position {}, which is not its shard's or is taken", where, position));
    document.add(tensor);
  }
  return document;
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
  const std::uint64_t after = request.tensors - std::min(request.tensors, shard.index);
  return tensors.size() == after / shard.count + (after % shard.count != 0 ? 1 : 0);
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
  Json requested{{"checkpoint", request.checkpoint},
                 {"tensors", request.tensors},
                 {"pattern", request.pattern},
                 {"schemes", request.schemes}};
  if (!request.calibration.empty()) requested["calibration"] = request.calibration;
  return {{"kind", kKind},
          {"version", kVersion},
          {"request", std::move(requested)},
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
  const Json json = Json::parse(text, nullptr, false);  // discarded, which is no object, where it is not JSON
  auto document = documentOf(json);
  if (!document) document.error().subject = path.string();
  return document;
}

Result<> writeScan(const std::filesystem::path& path, const ScanDocument& document, AtomicFile::Existing existing) {
  return writeFile(path, documentText(document.toJson()), existing);
}

Result<ScanDocument> mergeScans(std::vector<ScanDocument> parts) {
  ScanDocument whole{parts.front().request, {}, {}};
  for (ScanDocument& part : parts) {
    if (part.request != whole.request)
      return fail(
          Errc::Usage,
          "parts of one scan expected, found parts with another checkpoint, pattern, calibration or list of schemes");
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
    std::vector<std::string> row{printable(textOf(tensor.at("name"))), typeTitle(textOf(tensor.at("dtype"))),
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
  std::vector<std::string> leftOut{"elements left out", "", ""};
  bool isAnyLeftOut = false;
  for (const std::string& scheme : document.request.schemes) {
    const Json& total = totals.at("schemes").at(scheme);
    all.push_back(decibel(total.at("signalToNoiseDb")));
    bits.push_back(
        total.at("bitsPerWeight").is_number() ? fmt::format("{:.3f}", total.at("bitsPerWeight").get<double>()) : "—");
    const auto excluded = total.at("excluded").get<std::uint64_t>();
    leftOut.push_back(groupedDigits(excluded));
    isAnyLeftOut = isAnyLeftOut || excluded > 0;
  }
  table.rows.push_back(std::move(all));
  table.rows.push_back(std::move(bits));
  if (isAnyLeftOut) table.rows.push_back(std::move(leftOut));
  return terminal.table(table, alignment) + "\nSignal to noise in dB; — where the scheme does not fit the tensor.\n" +
         (isAnyLeftOut ? "Left out of the error: elements that are not finite, or whose restored value is not.\n" : "");
}

}  // namespace ulpscope
