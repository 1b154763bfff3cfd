// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <class T>
std::vector<T> elements(const Npy& file) {
  std::vector<T> out(file.data.size() / sizeof(T));
  std::memcpy(out.data(), file.data.data(), file.data.size());
  return out;
}

class UlpCast : public testing::Test {
 protected:
  Outcome cast(const std::vector<float>& values, std::vector<std::string> more) {
    writeFloats(m_folder / "in.npy", values);
    std::vector<std::string> arguments{"cast", m_folder / "in.npy", m_folder / "out.npy", "--json", "--force"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ulp(arguments);
  }
  Npy result() const { return readNpyFile(m_folder / "out.npy"); }
  TemporaryFolder m_folder;
};

TEST_F(UlpCast, WritesCodesInTheSmallestUnsignedTypeAndCountsWhatHappened) {
  const Json json = cast({-27.15625f, 1.0f, 1e6f, 1e-9f, kInfinity}, {"--to", "float16"}).json();
  EXPECT_THAT(result().header, HasSubstr("'<u2'"));
  EXPECT_THAT(elements<std::uint16_t>(result()), ElementsAre(0xCECA, 0x3C00, 0x7C00, 0x0000, 0x7C00));
  EXPECT_EQ(json["elements"], 5);
  EXPECT_EQ(json["exact"], 3);
  EXPECT_EQ(json["overflowed"], 1);
  EXPECT_EQ(json["underflowed"], 1);
  EXPECT_EQ(json["nonFinite"], 1);
  EXPECT_EQ(json["metrics"]["excluded"], 2);
  cast({-27.15625f}, {"--to", "float8_e4m3fn"});
  EXPECT_THAT(result().header, HasSubstr("'|u1'"));
  EXPECT_THAT(elements<std::uint8_t>(result()), ElementsAre(0xDE));
}

TEST_F(UlpCast, WritesValuesAsFloat32) {
  cast({-27.15625f, 3.3f}, {"--to", "bfloat16", "--output", "values"});
  EXPECT_THAT(result().header, HasSubstr("'<f4'"));
  EXPECT_THAT(elements<float>(result()), ElementsAre(-27.125f, 3.296875f));
}

TEST_F(UlpCast, WritesValuesOfFloat64AsFloat64) {
  cast({0.1f}, {"--to", "float64", "--output", "values"});
  EXPECT_THAT(result().header, HasSubstr("'<f8'"));
  EXPECT_THAT(elements<double>(result()), ElementsAre(static_cast<double>(0.1f)));
}

TEST_F(UlpCast, RefusesNanInAFormatWithoutOneUnlessZeroIsAskedFor) {
  const Outcome refused = cast({1, kNan}, {"--to", "int8"});
  EXPECT_EQ(refused.exitCode, 2);
  EXPECT_THAT(refused.err, HasSubstr("in.npy: numbers expected, found NaN at element 1"));
  EXPECT_FALSE(std::filesystem::exists(m_folder / "out.npy"));
  EXPECT_EQ(cast({1, kNan}, {"--to", "int8", "--nan", "zero"}).exitCode, 0);
  EXPECT_THAT(elements<std::uint8_t>(result()), ElementsAre(1, 0));
}

TEST_F(UlpCast, FollowsRoundingAndOverflow) {
  cast({1e6f, 1.0009765625f}, {"--to", "bfloat16", "--rounding", "toward_positive"});
  EXPECT_THAT(elements<std::uint16_t>(result()), ElementsAre(0x4975, 0x3F81));
  cast({1e6f}, {"--to", "float16", "--overflow", "saturate"});
  EXPECT_THAT(elements<std::uint16_t>(result()), ElementsAre(0x7BFF));
}

TEST_F(UlpCast, KeepsAnExistingFileUnlessForced) {
  m_folder.write("out.npy", "precious");
  writeFloats(m_folder / "in.npy", {1});
  const Outcome outcome = ulp({"cast", m_folder / "in.npy", m_folder / "out.npy", "--to", "float16"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--force"));
  EXPECT_EQ(TemporaryFolder::read(m_folder / "out.npy"), "precious");
}

TEST_F(UlpCast, SaysWhatIsWrongWithAFileThatIsNoFloatArray) {
  m_folder.write("in.npy", "not an array");
  EXPECT_EQ(ulp({"cast", m_folder / "in.npy", m_folder / "out.npy", "--to", "float16"}).exitCode, 1);
  writeFloats(m_folder / "in.npy", {1, 2, 3});
  const std::string whole = TemporaryFolder::read(m_folder / "in.npy");
  m_folder.write("in.npy", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(ulp({"cast", m_folder / "in.npy", m_folder / "out.npy", "--to", "float16"}).exitCode, 1);
  std::string integers = whole;
  integers.replace(integers.find("<f4"), 3, "<i4");
  m_folder.write("in.npy", integers);
  const Outcome outcome = ulp({"cast", m_folder / "in.npy", m_folder / "out.npy", "--to", "float16"});
  EXPECT_EQ(outcome.exitCode, 3);
  EXPECT_THAT(outcome.err, HasSubstr("float32 or float64 expected, found <i4"));
}

TEST(UlpExport, DecodesToFloat32OrKeepsWhatIsStored) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("w", "BF16", {2, 1}, std::string_view("\xD9\xC1\x80\x3F", 4));
  const auto path = folder.write("m.safetensors", builder.bytes());
  const Json decoded = ulp({"export", path, "w", folder / "f.npy", "--json"}).json();
  EXPECT_EQ(decoded["dtype"], "<f4");
  EXPECT_EQ(decoded["shape"], Json::array({2, 1}));
  EXPECT_THAT(elements<float>(readNpyFile(folder / "f.npy")), ElementsAre(-27.125f, 1.0f));
  EXPECT_THAT(readNpyFile(folder / "f.npy").header, HasSubstr("(2, 1)"));
  EXPECT_EQ(ulp({"export", path, "w", folder / "s.npy", "--stored", "--json"}).json()["dtype"], "<u2");
  EXPECT_THAT(elements<std::uint16_t>(readNpyFile(folder / "s.npy")), ElementsAre(0xC1D9, 0x3F80));
}

TEST(UlpExport, GivesPackedElementsAByteEach) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("w", "F4", {4}, std::string_view("\x2F\x71", 2));
  const auto path = folder.write("m.safetensors", builder.bytes());
  ASSERT_EQ(ulp({"export", path, "w", folder / "s.npy", "--stored"}).exitCode, 0);
  EXPECT_THAT(elements<std::uint8_t>(readNpyFile(folder / "s.npy")), ElementsAre(0xF, 0x2, 0x1, 0x7));
}

TEST(UlpExport, NamesATensorThatIsNotThere) {
  const TemporaryFolder folder;
  const Outcome outcome = ulp({"export", samplePath(), "nothing", folder / "x.npy"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr("nothing"));
  EXPECT_EQ(folder.count(), 0u);
}

}  // namespace
}  // namespace ulpscope::test
