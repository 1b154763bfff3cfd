// SPDX-License-Identifier: Apache-2.0
//
// Our reader beside the safetensors package, version 0.8.0: the values of a file it wrote, and its verdict on damaged
// ones.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using test::SafetensorsBuilder;

const std::string kFolder = sourcePath("tests/golden/safetensors/");

std::vector<std::string> fieldsOf(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

TEST(SafetensorsGolden, EveryValueThatThePackageWroteIsReadAsWhatItIs) {
  const auto checkpoint = openCheckpoint(kFolder + "mixed.safetensors");
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_TRUE((*checkpoint)->warnings.empty());
  EXPECT_EQ((*checkpoint)->metadata.size(), 2u);

  std::ifstream expected(kFolder + "expected.tsv");
  std::size_t lines = 0;
  for (std::string line; std::getline(expected, line); ++lines) {
    std::vector<std::string> fields = fieldsOf(line, '\t');
    fields.resize(4);
    SCOPED_TRACE(fields[0]);
    const auto index = (*checkpoint)->find(fields[0]);
    ASSERT_TRUE(index);
    const TensorInfo& info = (*checkpoint)->tensors[*index];
    EXPECT_EQ(info.storedType, fields[1]);
    std::vector<std::uint64_t> shape;
    for (const std::string& dimension : fieldsOf(fields[2], 'x')) shape.push_back(std::stoull(dimension));
    EXPECT_EQ(info.shape, shape);

    const auto source = (*checkpoint)->source(*index);
    ASSERT_TRUE(source) << describe(source.error());
    std::vector<double> values(info.elements);
    ASSERT_TRUE(source->readDoubles(0, values));
    const std::vector<std::string> texts = fieldsOf(fields[3], ' ');
    ASSERT_EQ(texts.size(), values.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const double value = std::strtod(texts[i].c_str(), nullptr);
      EXPECT_TRUE(std::isnan(value) ? std::isnan(values[i])
                                    : std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(values[i]))
          << values[i] << " for " << texts[i] << " at " << i;
    }
  }
  EXPECT_EQ(lines, (*checkpoint)->tensors.size());
}

/// Where we differ from the package on purpose: it refuses a file for one type it does not know, we list that tensor.
bool listsAnUnknownType(const Checkpoint& checkpoint) {
  for (const TensorInfo& tensor : checkpoint.tensors)
    if (!tensor.type) return true;
  return false;
}

TEST(SafetensorsGolden, DamagedFilesAreAcceptedOrRefusedAsByThePackage) {
  std::ifstream verdicts(kFolder + "verdicts.tsv");
  std::string hex;
  ASSERT_TRUE(std::getline(verdicts, hex));
  std::string sample;
  for (std::size_t i = 0; i < hex.size(); i += 2) sample += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));

  const CheckpointReader& reader = *findCheckpointReader("safetensors");
  ASSERT_TRUE(reader.open(SafetensorsBuilder::sourceOf(sample), {}));
  int unknownTypes = 0;
  for (std::size_t at = 0; at < sample.size(); ++at) {
    std::string line;
    ASSERT_TRUE(std::getline(verdicts, line));
    const auto byte = static_cast<unsigned char>(sample[at]);
    const int values[]{byte ^ 0xFF, byte + 1, 0, 255};
    for (std::size_t i = 0; i < 4; ++i) {
      std::string changed = sample;
      changed[at] = static_cast<char>(values[i]);
      const auto checkpoint = reader.open(SafetensorsBuilder::sourceOf(changed), {});
      if (checkpoint && listsAnUnknownType(*checkpoint)) {
        EXPECT_EQ(line[i], 'r');
        ++unknownTypes;
      } else {
        EXPECT_EQ(checkpoint.has_value(), line[i] == 'a') << "byte " << at << " as " << (values[i] & 0xFF) << ": "
                                                          << (checkpoint ? "" : describe(checkpoint.error()));
      }
    }
  }
  EXPECT_GT(unknownTypes, 0);
}

}  // namespace
}  // namespace ulpscope
