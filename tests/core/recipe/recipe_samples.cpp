// SPDX-License-Identifier: Apache-2.0
#include "tests/core/recipe/recipe_samples.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ulpscope {

RecipeTensor sampleTensor(const std::string& name, const std::vector<SchemeChoice>& schemes, double noise) {
  RecipeTensor tensor{.tensor = 0,
                      .name = name,
                      .storedType = "F32",
                      .shape = {64, 64},
                      .elements = 4096,
                      .storedBits = 4096 * 32,
                      .place = roleOf(name)};
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    const double bits = schemes[i].scheme ? *schemes[i].scheme->bitsPerWeight({64, 256}, schemes[i].settings) : 32;
    const double error = schemes[i].scheme ? noise * std::pow(4, -bits) : 0;
    tensor.options.push_back({i, bits, static_cast<std::uint64_t>(bits * 4096), error});
  }
  return tensor;
}

std::vector<SchemeChoice> parsedChoices(const std::vector<std::string>& texts) {
  std::vector<SchemeChoice> choices;
  for (const std::string& text : texts) {
    auto choice = parseSchemeChoice(text);
    EXPECT_TRUE(choice) << text << ": " << choice.error().message;
    if (choice) choices.push_back(*std::move(choice));
  }
  return choices;
}

}  // namespace ulpscope
