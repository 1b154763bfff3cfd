// SPDX-License-Identifier: Apache-2.0
// What is kept comes back field by field, to the bit; bytes that are anything else come back as nothing, or as what
// could be of the tensor.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/analysis/quantiles.h"
#include "core/backend/backend.h"
#include "core/base/text.h"
#include "core/cache/byte_codec.h"
#include "core/cache/findings_codec.h"
#include "core/cache/profile_codec.h"
#include "core/cache/sealed.h"
#include "tests/core/cache/same_results.h"
#include "tests/core/lint/lint_sample.h"

namespace ulpscope {
namespace {

using test::expectSame;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TensorProfile profileOf(const TensorSource& source) {
  const auto backend = makeReferenceBackend();
  return profileTensor(source, *backend, {}).value();
}

TensorSource floats(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return tensorFromFloats("t", std::move(shape), values);
}

/// A tensor of any type over random bytes.
TensorSource randomTensor(const ElementType& type, std::vector<std::uint64_t> shape) {
  TensorInfo info{.name = "t", .storedType = std::string(type.name), .type = &type, .shape = std::move(shape)};
  info.elements = 1;
  for (const std::uint64_t side : info.shape) info.elements *= side;
  info.bytes = byteSize(type, info.elements).value();
  std::vector<std::byte> bytes(info.bytes);
  std::mt19937 random(7);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return {info, memorySource("random", std::move(bytes))};
}

std::vector<TensorSource> tensors() {
  std::vector<TensorSource> all{
      floats({2, 3}, {1, -2, 0.5f, kNan, kInfinity, -kInfinity}),
      floats({2}, {kNan, kNan}),
      floats({3}, {0, -0.0f, 0}),
      floats({1}, {1e-45f}),
      floats({}, {-3e38f}),
      floats({0, 4}, {}),
      floats({64, 128}, test::normals(64 * 128, 0.02f)),
  };
  for (const ElementType& type : elementTypes())
    if (type.readable) all.push_back(randomTensor(type, {16, 24}));
  return all;
}

TEST(ResultCodec, GivesEveryFieldOfAProfileBackToTheBit) {
  for (const TensorSource& tensor : tensors()) {
    SCOPED_TRACE(tensor.info().storedType + bracketed(tensor.info().shape));
    const TensorProfile profile = profileOf(tensor);
    const auto decoded = decodeProfile(encodeProfile(profile), tensor.info());
    ASSERT_TRUE(decoded);
    expectSame(*decoded, profile);
  }
}

TEST(ResultCodec, GivesEveryFieldOfASummaryBackToTheBit) {
  for (const TensorSource& tensor : tensors()) {
    SCOPED_TRACE(tensor.info().storedType + bracketed(tensor.info().shape));
    const TensorSummary summary = summarize(profileOf(tensor));
    const auto decoded = decodeSummary(encodeSummary(summary), tensor.info());
    ASSERT_TRUE(decoded);
    expectSame(*decoded, summary);
  }
}

TEST(ResultCodec, GivesEveryFindingOfEveryRuleBack) {
  const auto backend = makeReferenceBackend();
  for (const test::LintSample& sample : test::lintSamples()) {
    SCOPED_TRACE(sample.name);
    const auto findings = lintCheckpoint(sample.faulty, *backend, {}).value();
    const auto decoded = decodeFindings(encodeFindings(findings), sample.faulty);
    ASSERT_TRUE(decoded);
    expectSame(*decoded, findings);
  }
}

TEST(ResultCodec, RefusesWhatIsOfAnotherTensor) {
  const TensorSource tensor = floats({2, 3}, {1, -2, 0.5f, 3, 4, 5});
  const std::string profile = encodeProfile(profileOf(tensor));
  const std::string summary = encodeSummary(summarize(profileOf(tensor)));
  const TensorSource transposed = floats({3, 2}, {1, -2, 0.5f, 3, 4, 5});
  const TensorSource longer = floats({2, 4}, {1, -2, 0.5f, 3, 4, 5, 6, 7});
  const TensorSource narrower = randomTensor(*findElementType("BF16"), {2, 3});
  for (const TensorSource* other : {&transposed, &longer, &narrower})
    EXPECT_FALSE(decodeProfile(profile, other->info())) << bracketed(other->info().shape);
  for (const TensorSource* other : {&transposed, &longer}) EXPECT_FALSE(decodeSummary(summary, other->info()));
}

TEST(ResultCodec, RefusesFindingsAboutWhatIsNotThere) {
  const Checkpoint& checkpoint = test::lintSamples().front().faulty;
  const LintFinding sound{.rule = lintRules()[0]->id, .tensor = 0, .element = 0, .message = "A weight is strange."};
  const auto isRefused = [&](auto change) {
    LintFinding finding = sound;
    change(finding);
    return !decodeFindings(encodeFindings({finding}), checkpoint);
  };
  EXPECT_FALSE(isRefused([](LintFinding&) {}));
  EXPECT_TRUE(isRefused([](LintFinding& f) { f.rule = "nothing"; }));
  EXPECT_TRUE(isRefused([&](LintFinding& f) { f.tensor = checkpoint.tensors.size(); }));
  EXPECT_TRUE(isRefused([&](LintFinding& f) { f.element = checkpoint.tensors[0].elements; }));
  EXPECT_TRUE(isRefused([](LintFinding& f) { f.tensor.reset(); })) << "an element of no tensor";
  EXPECT_TRUE(isRefused([](LintFinding& f) { f.severity = static_cast<Severity>(3); }));
  EXPECT_TRUE(isRefused([](LintFinding& f) { f.message = "\x1B[2J"; }));
}

/// Every truncation, and every byte changed in each bit and to the borders of a number.
template <class Check>
void forEachDamage(const std::string& bytes, Check check) {
  for (std::size_t length = 0; length < bytes.size(); ++length) check(bytes.substr(0, length));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int flipped : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flipped);
      check(damaged);
    }
}

TEST(ResultCodec, SurvivesEveryTruncationAndEveryChangedByte) {
  // What decodes all the same could be of the tensor; that it is asked things shows what they rely on.
  for (const TensorSource& tensor : {floats({2, 3}, {1, -2, 0.5f, kNan, kInfinity, 0}), floats({1}, {1e-45f}),
                                     randomTensor(*findElementType("F8_E4M3"), {4, 6})}) {
    const TensorProfile profile = profileOf(tensor);
    forEachDamage(encodeProfile(profile), [&](const std::string& damaged) {
      const auto decoded = decodeProfile(damaged, tensor.info());
      if (!decoded) return;
      EXPECT_EQ(decoded->statistics.count, tensor.info().elements);
      const ValueRange range = quantileRange(tensor, *decoded, 0.1);
      EXPECT_LE(range.lower, range.upper);
      for (const Quantile& quantile : quantilesOf(tensor, *decoded, std::vector<double>{0, 0.3, 1}))
        EXPECT_GE(quantile.within, 0);
      for (const BlockRange& blocks : decoded->blockRanges.bySize) octaveQuantile(blocks, 0.5);
      summarize(*decoded);
    });
    forEachDamage(encodeSummary(summarize(profile)), [&](const std::string& damaged) {
      const auto decoded = decodeSummary(damaged, tensor.info());
      EXPECT_EQ(decoded.value_or(summarize(profile)).statistics.count, tensor.info().elements);
    });
  }
  const test::LintSample& sample = test::lintSamples().front();
  const auto findings = lintCheckpoint(sample.faulty, *makeReferenceBackend(), {}).value();
  ASSERT_FALSE(findings.empty());
  forEachDamage(encodeFindings(findings), [&](const std::string& damaged) {
    const auto decoded = decodeFindings(damaged, sample.faulty);
    for (const LintFinding& finding : decoded.value_or(std::vector<LintFinding>()))
      EXPECT_TRUE(findLintRule(finding.rule));
  });
}

TEST(ResultCodec, ASealedResultOpensOnlyAsItWasMade) {
  const std::string small = "some result";
  const std::string large(5000, 'x');
  for (const std::string& payload : {std::string(), small, large}) {
    const std::string sealed = seal(payload, "label");
    EXPECT_EQ(unseal(sealed, "label", payload.size()), payload);
    EXPECT_FALSE(unseal(sealed, "other", payload.size())) << "of something else";
    EXPECT_EQ(unseal(sealed, "label", payload.size() / 2).has_value(), payload.empty()) << "longer than it may be";
    forEachDamage(sealed, [&](const std::string& damaged) { EXPECT_FALSE(unseal(damaged, "label", 10'000)); });
  }
  EXPECT_LT(seal(large, "label").size(), 100u) << "what repeats is compressed";
}

TEST(ResultCodec, NumbersOfAnySizeComeBackAndNoLongerOnesAreTaken) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, ~std::uint64_t{0}}) {
    ByteWriter out;
    out.number(number);
    const std::string bytes = std::move(out).take();
    ByteReader in(bytes);
    EXPECT_EQ(in.number(), number);
    EXPECT_TRUE(in.finished());
  }
  ByteReader tooLarge("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02");
  tooLarge.number();
  EXPECT_FALSE(tooLarge.ok());
}

}  // namespace
}  // namespace ulpscope
