// SPDX-License-Identifier: Apache-2.0
// Against other people's implementations: tests/golden/formats/README.md names them and their versions.
#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/oracle_inputs.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

// The types of ml_dtypes 0.6.0, and NumPy's float16.
constexpr const char* kOracleTypes[] = {
    "float16",       "bfloat16",        "float8_e3m4",  "float8_e4m3",     "float8_e4m3b11fnuz",
    "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",  "float8_e5m2fnuz", "float8_e8m0fnu",
    "float6_e2m3fn", "float6_e3m2fn",   "float4_e2m1fn"};

constexpr const char* kCodeBooks[] = {"nf4", "bnb_fp4", "af4", "iq4_nl", "dynamic8", "dynamic8_unsigned"};

/// A golden test of one format, by id: an id that the registry does not know fails.
class GoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { ASSERT_NE(findFormat(GetParam()), nullptr); }
  std::string id() const { return GetParam(); }
  const NumberFormat& format() const { return *findFormat(GetParam()); }
};

struct IdName {
  std::string operator()(const testing::TestParamInfo<const char*>& info) const { return info.param; }
};

class GoldenDecode : public GoldenTest {};
INSTANTIATE_TEST_SUITE_P(MlDtypes, GoldenDecode, testing::ValuesIn(kOracleTypes), IdName());
INSTANTIATE_TEST_SUITE_P(CodeBooks, GoldenDecode, testing::ValuesIn(kCodeBooks), IdName());
INSTANTIATE_TEST_SUITE_P(Others, GoldenDecode, testing::Values("int8", "int4"), IdName());

TEST_P(GoldenDecode, GivesTheValueOfEveryCode) {
  const std::vector<float> values = goldenValues(id());
  ASSERT_EQ(values.size(), std::size_t{1} << format().info().codeBits);
  for (std::uint64_t code = 0; code < values.size(); ++code) {
    const Unrounded number = format().decode(code);
    if (std::isnan(values[code])) {
      ASSERT_EQ(number.kind, Unrounded::Kind::Nan) << codeText(format(), code);
    } else {
      ASSERT_EQ(number, unrounded(values[code])) << codeText(format(), code);
    }
    if (const FloatSpec* spec = format().floatSpec(); spec != nullptr && !std::isnan(values[code])) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(decodeToFloat(*spec, code)), std::bit_cast<std::uint32_t>(values[code]));
    }
  }
}

/// Through the interface; where the format is a binary float, bulk conversion must say the same.
Encoded encodedBothWays(const NumberFormat& format, float input) {
  const Encoded encoded = format.encode(unrounded(input), Rounding::NearestEven, Overflow::Format);
  if (const FloatSpec* spec = format.floatSpec()) {
    EXPECT_EQ(encodeFloat(*spec, input, Rounding::NearestEven, Overflow::Format), encoded) << input;
  }
  return encoded;
}

class GoldenDigest : public GoldenTest {};
INSTANTIATE_TEST_SUITE_P(MlDtypes, GoldenDigest, testing::ValuesIn(kOracleTypes), IdName());

TEST_P(GoldenDigest, OfTheCodesOfEachBlockOfInputsIsThatOfTheOracle) {
  const std::vector<float> values = goldenValues(id());
  const GoldenArray digests = readGoldenArray(id() + ".encode.digest.npy");
  std::size_t block = 0;
  for (const OracleInputs& set : oracleInputs(id(), values)) {
    std::vector<std::uint64_t> words;
    for (std::size_t first = 0; first < set.values.size(); first += kOracleBlock, ++block) {
      const std::size_t end = std::min(first + kOracleBlock, set.values.size());
      words.clear();
      for (std::size_t i = first; i < end; ++i) {
        const std::uint64_t code = encodedBothWays(format(), set.values[i]).code;
        ASSERT_LT(code, values.size()) << set.values[i];
        words.push_back(std::isnan(values[code]) ? kNanMarker : code);
      }
      ASSERT_LT(block, digests.size());
      EXPECT_EQ(digestOf(words), digests[block])
          << "a code differs among inputs " << first << " to " << end - 1 << " of the set " << set.name
          << "; tests/golden/verify_formats.py finds it";
    }
  }
  EXPECT_EQ(block, digests.size());
}

class GoldenEncode : public GoldenTest {};
INSTANTIATE_TEST_SUITE_P(CodeBooks, GoldenEncode, testing::ValuesIn(kCodeBooks), IdName());
INSTANTIATE_TEST_SUITE_P(Others, GoldenEncode, testing::Values("tfloat32", "int8", "int4"), IdName());

TEST_P(GoldenEncode, RoundsEveryInputToTheCodeOfTheOracle) {
  const GoldenArray inputs = readGoldenArray(id() + ".encode.input.npy");
  const GoldenArray codes = readGoldenArray(id() + ".encode.code.npy");
  ASSERT_EQ(inputs.size(), codes.size());
  ASSERT_GT(inputs.size(), 1000u);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const float input = std::bit_cast<float>(static_cast<std::uint32_t>(inputs[i]));
    const Encoded encoded = encodedBothWays(format(), input);
    if (std::isnan(input)) {  // which NaN is the oracle's habit
      ASSERT_EQ(encoded.lostNan, format().classify(codes[i]) != NumberClass::Nan) << inputs[i];
    } else {
      ASSERT_EQ(encoded.code, codes[i]) << codeText(format(), codes[i]) << " expected from float bits " << inputs[i];
    }
  }
}

TEST(GoldenDecimals, GoStraightToTheFormat) {
  std::ifstream file(sourcePath("tests/golden/formats/decimals.csv"));
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  ASSERT_EQ(line, "text,format,code,exact");
  int rows = 0;
  for (; std::getline(file, line); ++rows) {
    std::istringstream fields(line);
    std::string text, id, code, exact;
    std::getline(fields, text, ',');
    std::getline(fields, id, ',');
    std::getline(fields, code, ',');
    std::getline(fields, exact);
    const NumberFormat* format = findFormat(id);
    ASSERT_NE(format, nullptr) << id;
    const auto number = parseNumber(text);
    if (!number) {  // what the oracle can read but we refuse, since its exact digits could never be shown
      EXPECT_EQ(number.error().code, Errc::LimitExceeded) << text;
      EXPECT_NE(text.find("99999999"), std::string::npos) << text;
      continue;
    }
    const Encoded encoded = format->encode(unrounded(*number), Rounding::NearestEven, Overflow::Format);
    EXPECT_EQ(encoded.exact, exact == "1") << line;
    if (number->kind == Unrounded::Kind::Nan)
      EXPECT_EQ(format->classify(encoded.code), NumberClass::Nan) << line;
    else
      EXPECT_EQ(encoded.code, std::stoull(code, nullptr, 16)) << line;
  }
  EXPECT_GT(rows, 2'000);
}

}  // namespace
}  // namespace ulpscope
