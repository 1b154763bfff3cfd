// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// The names in the list of commands that `ulp --help` prints.
std::vector<std::string> commandNames() {
  const std::string help = ulp({"--help"}).out;
  std::vector<std::string> names;
  const std::regex line("\n  ([a-z]+) +[A-Z]");
  const std::size_t list = help.find("Subcommands:");
  for (std::sregex_iterator match(help.begin() + static_cast<std::ptrdiff_t>(list), help.end(), line), end;
       match != end; ++match)
    names.push_back((*match)[1]);
  return names;
}

void expectOneErrorLine(const Outcome& outcome, int exitCode) {
  EXPECT_EQ(outcome.exitCode, exitCode) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("ulp: "));
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
}

TEST(Ulp, AnswersVersionAndHelpOnStandardOutput) {
  EXPECT_THAT(ulp({"--version"}).out, testing::MatchesRegex("ulp [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  for (const std::string& name : commandNames()) {
    const Outcome outcome = ulp({name, "--help"});
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Example:\n  ulp " + name + " ")) << name;
  }
}

TEST(Ulp, NamesWhatItExpectedAndFoundWhenItIsUsedWrongly) {
  expectOneErrorLine(ulp({}), 2);
  expectOneErrorLine(ulp({"frobnicate"}), 2);
  expectOneErrorLine(ulp({"formats", "--frobnicate"}), 2);
  expectOneErrorLine(ulp({"formats", "float99"}), 2);
  expectOneErrorLine(ulp({"explain", "1"}), 2);
  expectOneErrorLine(ulp({"explain", "one", "--format", "float16"}), 2);
  expectOneErrorLine(ulp({"explain", "1", "--format", "float16", "--rounding", "up"}), 2);
  expectOneErrorLine(ulp({"explain", "1", "--format", "float16", "--seed", "1"}), 2);
  expectOneErrorLine(ulp({"formats", "--threads", "0"}), 2);
  expectOneErrorLine(ulp({"formats", "--backend", "abacus"}), 2);
  for (const char* backend : {"cuda:x", "cuda:", "cuda:-1", "cuda:1x"})
    expectOneErrorLine(ulp({"formats", "--backend", backend}), 2);
  EXPECT_THAT(ulp({"formats", "float99"}).err, HasSubstr("found float99"));
}

TEST(Ulp, SaysThatABackendIsNotSupportedWhereThereIsNoDevice) {
  const Outcome outcome = ulp({"formats", "--backend", "cuda:99"});
  expectOneErrorLine(outcome, 3);
  EXPECT_THAT(outcome.err, HasSubstr("cuda:99"));
}

TEST(Ulp, NamesTheFileAndTheByteOfBadData) {
  const TemporaryFolder folder;
  const auto cut = folder.write("cut.safetensors", std::string("\xFF\0\0\0\0\0\0\0{}", 10));
  const Outcome outcome = ulp({"scan", cut, "--json"});
  expectOneErrorLine(outcome, 1);
  EXPECT_THAT(outcome.err, HasSubstr("cut.safetensors: "));
  EXPECT_THAT(outcome.err, HasSubstr("(at byte 0)"));
  expectOneErrorLine(ulp({"scan", folder / "none.safetensors"}), 1);
}

TEST(Ulp, ShowsControlCharactersOfAFileNameAsEscapes) {
  const Outcome outcome = ulp({"scan", "/nowhere/\x1B[31mred\nname"});
  expectOneErrorLine(outcome, 1);
  EXPECT_EQ(outcome.err.find('\x1B'), std::string::npos);
}

TEST(Ulp, FailsWhenItsOutputCannotBeWritten) {
  const std::string command = std::string(ULPSCOPE_ULP) + " formats > /dev/full 2> /dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

TEST(Ulp, NeverReplacesAFileThatItReads) {
  const TemporaryFolder folder;
  SafetensorsBuilder builder;
  builder.add("w", "F32", {2}, bytesOf({1, 2}));
  const std::string model = folder.write("m.safetensors", builder.bytes());
  const std::string before = TemporaryFolder::read(model);
  std::filesystem::create_hard_link(model, folder / "link");
  std::filesystem::create_directory(folder / "figures");
  std::filesystem::create_hard_link(model, folder / "figures/columns.csv");
  const std::string config = folder.write("config.json", "{}");
  const std::string array = folder / "a.npy";
  writeFloats(array, {1, 2});
  const std::string arrayBefore = TemporaryFolder::read(array);
  const std::vector<std::vector<std::string>> commands{
      {"export", model, "w", model},
      {"export", model, "w", folder / "link"},
      {"export", model, "w", config},
      {"export", folder.path(), "w", folder / "./m.safetensors"},
      {"scan", model, "-o", model},
      {"quantize", model, "w", "--scheme", "int8_tensor", "--codes", model},
      {"quantize", model, "w", "--scheme", "int8_tensor", "--values", model},
      {"analyse", model, "-o", folder / "figures"},
      {"cast", array, array, "--to", "float16"}};
  for (std::vector<std::string> command : commands)
    for (const bool force : {false, true}) {
      if (force) command.push_back("--force");
      const Outcome outcome = ulp(command);
      expectOneErrorLine(outcome, 2);
      EXPECT_THAT(outcome.err, HasSubstr("an output other than the file that is read was expected")) << command.front();
    }
  EXPECT_EQ(TemporaryFolder::read(model), before);
  EXPECT_EQ(TemporaryFolder::read(folder / "figures/columns.csv"), before);
  EXPECT_EQ(TemporaryFolder::read(config), "{}");
  EXPECT_EQ(TemporaryFolder::read(array), arrayBefore);
}

TEST(UlpDocumentation, NamesEveryCommandAndEveryLongOption) {
  const std::string page = TemporaryFolder::read(sourcePath("docs/cli.md"));
  ASSERT_FALSE(page.empty());
  const std::regex longOption("--[a-z][a-z-]*");
  for (const std::string& name : commandNames()) {
    const std::size_t begin = page.find("\n## `ulp " + name);
    ASSERT_NE(begin, std::string::npos) << "no section on " << name;
    const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    const std::string common = page.substr(0, page.find("\n## `ulp "));
    const std::string help = ulp({name, "--help"}).out;
    std::set<std::string> options;
    for (std::sregex_iterator match(help.begin(), help.end(), longOption), end; match != end; ++match)
      options.insert(match->str());
    for (const std::string& option : options)
      EXPECT_TRUE(section.find(option) != std::string::npos || common.find("`" + option) != std::string::npos)
          << name << " " << option;
  }
}

TEST(UlpDocumentation, DescribesNoCommandThatIsNotThere) {
  const std::string page = TemporaryFolder::read(sourcePath("docs/cli.md"));
  const auto names = commandNames();
  const std::regex heading("\n## `ulp ([a-z]+)");
  for (std::sregex_iterator match(page.begin(), page.end(), heading), end; match != end; ++match)
    EXPECT_THAT(names, testing::Contains((*match)[1].str()));
}

}  // namespace
}  // namespace ulpscope::test
