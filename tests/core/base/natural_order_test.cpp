// SPDX-License-Identifier: Apache-2.0
#include "core/base/natural_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ulpscope {
namespace {

TEST(NaturalOrder, CountsAsPeopleDo) {
  const std::vector<std::string> ordered{"",
                                         "a",
                                         "layer",
                                         "layer.0.bias",
                                         "layer.0.weight",
                                         "layer.2.bias",
                                         "layer.02.bias",
                                         "layer.10.bias",
                                         "layer.10.weight",
                                         "layer.99999999999999999999.x",
                                         "layer.100000000000000000000.x",
                                         "layers"};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t k = 0; k < ordered.size(); ++k) {
      const bool isPadded = std::min(i, k) == 5 && std::max(i, k) == 6;  // the same number: by bytes
      EXPECT_EQ(isNaturallyLess(ordered[i], ordered[k]), isPadded ? ordered[i] < ordered[k] : i < k)
          << ordered[i] << " and " << ordered[k];
    }
}

}  // namespace
}  // namespace ulpscope
