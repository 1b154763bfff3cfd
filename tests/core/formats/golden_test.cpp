// SPDX-License-Identifier: Apache-2.0
// Against other people's implementations: tests/golden/formats/README.md names them and their versions.
#include <bit>
#include <fstream>
#include <sstream>

#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"
#include "tests/core/formats/golden_file.h"

namespace ulpscope {
namespace {

std::string fileName(const NumberFormat& format, std::string_view what) {
  return std::string(format.info().id) + "." + std::string(what) + ".npy";
}

class GoldenDecode : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, GoldenDecode, testing::ValuesIn(formatsThat(isNarrow)), FormatName());

TEST_P(GoldenDecode, GivesTheValueOfEveryCode) {
  const GoldenArray values = readGoldenArray(fileName(format(), "decode"));
  ASSERT_EQ(values.size(), codeCount());
  for (std::uint64_t code = 0; code < codeCount(); ++code) {
    const float golden = std::bit_cast<float>(static_cast<std::uint32_t>(values[code]));
    const Unrounded number = format().decode(code);
    if (golden != golden) {
      ASSERT_EQ(number.kind, Unrounded::Kind::Nan) << codeText(format(), code);
    } else {
      ASSERT_EQ(number, unrounded(golden)) << codeText(format(), code);
    }
    if (const FloatSpec* spec = format().floatSpec(); spec != nullptr && golden == golden) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(decodeToFloat(*spec, code)), values[code]);
    }
  }
}

class GoldenEncode : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, GoldenEncode, testing::ValuesIn(formatsThat([](const NumberFormat& format) {
                           return isNarrow(format) || format.info().id == "tfloat32";
                         })),
                         FormatName());

TEST_P(GoldenEncode, RoundsEveryInputToTheCodeOfTheOracle) {
  const GoldenArray inputs = readGoldenArray(fileName(format(), "encode.input"));
  const GoldenArray codes = readGoldenArray(fileName(format(), "encode.code"));
  ASSERT_EQ(inputs.size(), codes.size());
  ASSERT_GT(inputs.size(), 1000u);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const float input = std::bit_cast<float>(static_cast<std::uint32_t>(inputs[i]));
    const Encoded encoded = format().encode(unrounded(input), Rounding::NearestEven, Overflow::Format);
    if (const FloatSpec* spec = format().floatSpec()) {
      ASSERT_EQ(encodeFloat(*spec, input, Rounding::NearestEven, Overflow::Format), encoded) << inputs[i];
    }
    if (input != input) {  // which NaN is the oracle's habit
      ASSERT_EQ(encoded.lostNan, format().classify(codes[i]) != NumberClass::Nan) << inputs[i];
    } else {
      ASSERT_EQ(encoded.code, codes[i]) << codeText(format(), codes[i]) << " expected from float bits " << inputs[i];
    }
  }
}

TEST(GoldenDecimals, GoStraightToTheFormat) {
  std::ifstream file(ULPSCOPE_SOURCE_DIR "/tests/golden/formats/decimals.csv");
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
