// SPDX-License-Identifier: Apache-2.0
#include "core/formats/number_link.h"

#include <gtest/gtest.h>

namespace ulpscope {
namespace {

TEST(NumberLink, IsReadBackInEveryFormat) {
  for (const NumberFormat* format : formatRegistry()) {
    const auto link = parseLink(linkText(*format, 1));
    ASSERT_TRUE(link) << format->info().id;
    EXPECT_EQ(link->format->info().id, format->info().id);
    EXPECT_EQ(link->code, 1u);
  }
}

TEST(NumberLink, NamesFormatsThatAreMadeFromTheirIds) {
  EXPECT_EQ(linkText(*findFormat("float8_e4m3fn"), 0x7E), "ulpscope:float8_e4m3fn/0x7E");
  const auto custom = parseLink(" ulpscope:custom:s1e5m3,bias=15,specials=nan/0x1A\n");
  ASSERT_TRUE(custom);
  EXPECT_EQ(custom->format->info().id, "custom:s1e5m3,bias=15,specials=nan");
  EXPECT_EQ(custom->code, 0x1Au);
}

TEST(NumberLink, SaysWhatIsWrong) {
  EXPECT_TRUE(isLink(" ulpscope:"));
  EXPECT_FALSE(isLink("27.1"));
  for (const char* bad : {"ulpscope:", "ulpscope:float16", "ulpscope:float99/0x1", "ulpscope:float16/0x10000",
                          "ulpscope:float16/", "float16/0x1"})
    EXPECT_FALSE(parseLink(bad)) << bad;
}

}  // namespace
}  // namespace ulpscope
