// SPDX-License-Identifier: Apache-2.0
//
// What the file of kept results might hold behind a right checksum. The first byte chooses of what tensor, or that
// the rest is findings; whatever decodes must be something that the rest of the program can use, and come back the same
// when it is kept again.
#include <array>
#include <vector>

#include "core/analysis/quantiles.h"
#include "core/cache/findings_codec.h"
#include "core/cache/profile_codec.h"
#include "core/cache/sealed.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {
namespace {

struct Shape {
  std::string_view type;
  std::vector<std::uint64_t> sides;
};

std::vector<TensorSource> makeTensors() {
  std::vector<TensorSource> tensors;
  for (const auto& [type, sides] : {Shape{"F32", {2, 3}}, Shape{"F8_E5M2", {4, 8}}, Shape{"F64", {1}},
                                    Shape{"F8_E4M3", {2, 2}}, Shape{"I64", {0}}}) {
    TensorInfo info{.name = "t", .storedType = std::string(type), .type = findElementType(type), .shape = sides};
    info.elements = 1;
    for (const std::uint64_t side : sides) info.elements *= side;
    info.bytes = byteSize(*info.type, info.elements).value();
    tensors.emplace_back(info, memorySource("zeros", std::vector<std::byte>(info.bytes)));
  }
  return tensors;
}

void useProfile(const TensorSource& tensor, std::string_view bytes) {
  const auto profile = decodeProfile(bytes, tensor.info());
  if (!profile) return;
  require(profile->statistics.count == tensor.info().elements ? "" : "a profile of another tensor");
  const ValueRange range = quantileRange(tensor, *profile, 0.1);
  require(range.lower <= range.upper ? "" : "a range that ends before it begins");
  constexpr double kShares[]{0, 0.3, 1};
  for (const Quantile& quantile : quantilesOf(tensor, *profile, kShares))
    require(quantile.within >= 0 ? "" : "a quantile within less than nothing");
  for (const BlockRange& blocks : profile->blockRanges.bySize) octaveQuantile(blocks, 0.5);
  const std::string again = encodeProfile(*profile);
  require(decodeProfile(again, tensor.info()) ? "" : "a profile that cannot be kept");
  require(decodeSummary(encodeSummary(summarize(*profile)), tensor.info()) ? "" : "a summary that cannot be kept");
}

void useFindings(const Checkpoint& checkpoint, std::string_view bytes) {
  const auto findings = decodeFindings(bytes, checkpoint);
  if (!findings) return;
  require(decodeFindings(encodeFindings(*findings), checkpoint) ? "" : "findings that cannot be kept");
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  static const std::vector<TensorSource> tensors = makeTensors();
  static const Checkpoint checkpoint = [] {
    Checkpoint made;
    for (const TensorSource& tensor : tensors) made.tensors.push_back(tensor.info());
    return made;
  }();
  if (input.empty()) return;
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  const auto choice = std::to_integer<std::size_t>(input[0]) % (tensors.size() + 2);
  if (choice < tensors.size()) {
    useProfile(tensors[choice], bytes);
    decodeSummary(bytes, tensors[choice].info());
  } else if (choice == tensors.size()) {
    useFindings(checkpoint, bytes);
  } else {
    unseal(bytes, "label", 1 << 16);
  }
}

}  // namespace ulpscope
