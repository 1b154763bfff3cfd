// SPDX-License-Identifier: Apache-2.0
//
// Two cases: tensors that are the very same bytes (tied weights), which a change to one changes in all, and tensors
// stored twice. For the second, tensors of one type and shape whose statistics agree to the bit are compared code by
// code; no others are read again. Tensors of one value throughout (norms at 1, biases at 0) are left out.
#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <map>
#include <tuple>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

/// What equal tensors agree in.
using Likeness = std::tuple<std::string_view, std::vector<std::uint64_t>, std::array<std::uint64_t, 6>>;

Likeness likenessOf(const TensorInfo& info, const Statistics& statistics) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  return {info.type->name,
          info.shape,
          {bits(statistics.min), bits(statistics.max), bits(statistics.mean), bits(statistics.standardDeviation),
           bits(statistics.kurtosis), statistics.finite}};
}

Result<bool> areEqual(const TensorSource& a, const TensorSource& b, const JobContext& job) {
  bool equal = true;
  std::vector<std::byte> left, right;
  const auto read = inBatches(a, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    if (!equal) return {};
    left.resize(static_cast<std::size_t>(byteSize(a.type(), count).value_or(0)));
    right.resize(left.size());
    if (auto done = a.readBytes(first, count, left); !done) return done;
    if (auto done = b.readBytes(first, count, right); !done) return done;
    equal = std::memcmp(left.data(), right.data(), left.size()) == 0;
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return equal;
}

class SharedBytes final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    for (std::size_t i = 0; i < run.checkpoint.tensors.size(); ++i) {
      const TensorInfo& tensor = run.checkpoint.tensors[i];
      if (!tensor.sharesWith || tensor.partOf) continue;
      run.add({.severity = Severity::Note,
               .tensor = i,
               .message = fmt::format("It is the very same bytes as {}.",
                                      inQuotes(run.checkpoint.tensors[*tensor.sharesWith].name)),
               .weight = static_cast<double>(tensor.elements)});
    }
    return {};
  }

  Result<> tensor(LintRun&, const LintedTensor& tensor) override {
    if (tensor.info.sharesWith || !(tensor.profile.statistics.standardDeviation > 0)) return {};
    m_alike[likenessOf(tensor.info, tensor.profile.statistics)].push_back(tensor.index);
    return {};
  }

  Result<> end(LintRun& run) override {
    for (const auto& [likeness, tensors] : m_alike)
      for (std::size_t i = 1; i < tensors.size(); ++i)
        if (auto done = compare(run, tensors.front(), tensors[i]); !done) return done;
    return {};
  }

 private:
  static Result<> compare(LintRun& run, std::size_t earlier, std::size_t later) {
    const auto a = run.checkpoint.source(earlier), b = run.checkpoint.source(later);
    if (!a) return tl::unexpected(a.error());
    if (!b) return tl::unexpected(b.error());
    const auto equal = areEqual(*a, *b, run.job);
    if (!equal) return tl::unexpected(equal.error());
    if (*equal)
      run.add({.severity = Severity::Note,
               .tensor = later,
               .message =
                   fmt::format("Its {} are stored a second time: they equal those of {}.",
                               counted(b->info().elements, "element"), inQuotes(run.checkpoint.tensors[earlier].name)),
               .weight = static_cast<double>(b->info().elements)});
    return {};
  }

  std::map<Likeness, std::vector<std::size_t>> m_alike;
};

}  // namespace

const LintRule& shared_bytes_entry() {
  static const LintRule rule{"shared_bytes", "Tensors with the same content",
                             "Tied weights are one and the same, whatever their names say; stored twice they only take "
                             "room, unless a copy was meant to differ.",
                             true, makeCheck<SharedBytes>};
  return rule;
}

}  // namespace ulpscope
