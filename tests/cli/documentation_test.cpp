// SPDX-License-Identifier: Apache-2.0
// Runs the commands that stand in docs/formats and compares with what the pages say; pages of schemes are made anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/report/scheme_page.h"
#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

namespace ulpscope::test {
namespace {

/// A line "$ ulp ..." of a fenced block, and the lines below it.
struct Example {
  std::string command;
  std::vector<std::string> lines;
};

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Example> examplesOf(const std::string& page) {
  std::vector<Example> examples;
  bool fenced = false, told = false;
  for (const std::string& line : linesOf(page)) {
    if (line.starts_with("```")) {
      fenced = !fenced;
      told = false;
    } else if (fenced && line.starts_with("$ ulp ")) {
      examples.push_back({line.substr(6), {}});
      told = true;
    } else if (fenced && told) {
      examples.back().lines.push_back(line);
    }
  }
  return examples;
}

/// At spaces; quotes around a word are taken off.
std::vector<std::string> wordsOf(const std::string& command) {
  std::vector<std::string> words;
  std::istringstream stream(command);
  for (std::string word; stream >> word;) {
    std::erase_if(word, [](char c) { return c == '\'' || c == '"'; });
    words.push_back(word);
  }
  return words;
}

/// Whether `found` is `told`, where a line "..." stands for any number of lines.
bool agree(std::span<const std::string> told, std::span<const std::string> found) {
  if (told.empty()) return found.empty();
  if (told[0] != "...") return !found.empty() && told[0] == found[0] && agree(told.subspan(1), found.subspan(1));
  for (std::size_t skipped = 0; skipped <= found.size(); ++skipped)
    if (agree(told.subspan(1), found.subspan(skipped))) return true;
  return false;
}

TEST(FormatDocumentation, ShowsWhatEachOfItsCommandsPrints) {
  int examples = 0;
  for (const auto& page : std::filesystem::directory_iterator(sourcePath("docs/formats"))) {
    if (page.path().extension() != ".md") continue;
    for (const Example& example : examplesOf(TemporaryFolder::read(page.path().string()))) {
      const Outcome outcome = ulp(wordsOf(example.command));
      const std::string output = outcome.out + outcome.err;
      EXPECT_TRUE(agree(example.lines, linesOf(output)))
          << page.path().filename() << ": ulp " << example.command << "\nprints\n"
          << output;
      ++examples;
    }
  }
  EXPECT_GT(examples, 10);
}

TEST(SchemeDocumentation, IsWhatTheSchemesSayOfThemselves) {
  const std::string folder = sourcePath("docs/schemes/");
  const std::string hint = "run script/scheme-pages";
  EXPECT_EQ(TemporaryFolder::read(folder + "README.md"), schemeIndexPage()) << hint;
  for (const Scheme* scheme : schemeRegistry())
    EXPECT_EQ(TemporaryFolder::read(folder + scheme->info().id + ".md"), schemePage(*scheme)) << hint;
  const auto pages = std::filesystem::directory_iterator(folder);
  EXPECT_EQ(std::distance(begin(pages), end(pages)), std::ptrdiff_t(schemeRegistry().size() + 1)) << hint;
}

TEST(SchemeDocumentation, SaysWhereASchemeDepartsFromItsReference) {
  EXPECT_NE(ulp({"schemes", "mxint8"}).out.find("departs    microxcaling restores"), std::string::npos);
  const Json departures = ulp({"schemes", "mxint8", "--json"}).json()[0]["departures"];
  ASSERT_EQ(departures.size(), 1u);
  EXPECT_EQ(departures[0]["id"], "mxint8_negative_zero");
}

}  // namespace
}  // namespace ulpscope::test
