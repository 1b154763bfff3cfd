// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <set>
#include <sstream>

#include "tests/cli/ulp.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What is wrong with the nesting of a page's elements; empty: nothing. Strict as XML but for HTML's void elements.
std::string faultOf(const std::string& page) {
  static const std::set<std::string> kVoid{"meta"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != page.npos; at = page.find('<', at)) {
    if (page.compare(at, 9, "<!DOCTYPE") == 0) {
      at = page.find('>', at);
      continue;
    }
    std::size_t end = at + 1;
    for (char quote = 0; end < page.size() && (quote != 0 || page[end] != '>'); ++end) {
      if (quote != 0)
        quote = page[end] == quote ? 0 : quote;
      else if (page[end] == '"' || page[end] == '\'')
        quote = page[end];
      else if (page[end] == '<')
        return "a < within a tag at byte " + std::to_string(end);
    }
    if (end == page.size()) return "a tag without an end at byte " + std::to_string(at);
    const bool isEnd = page[at + 1] == '/';
    const std::size_t name = at + (isEnd ? 2 : 1);
    const std::string element = page.substr(name, page.find_first_of(" />\n", name) - name);
    if (isEnd) {
      if (open.empty() || open.back() != element) return "</" + element + "> at byte " + std::to_string(at);
      open.pop_back();
    } else if (page[end - 1] != '/' && !kVoid.contains(element)) {
      open.push_back(element);
    }
    at = end;
  }
  return open.empty() ? "" : "<" + open.back() + "> never closed";
}

std::size_t timesIn(const std::string& text, const std::string& what) {
  std::size_t times = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++times;
  return times;
}

/// One row of a table: of each cell the title, which is the exact number, or its text.
std::vector<std::string> cellsOf(const std::string& row) {
  std::vector<std::string> cells;
  for (std::size_t at = row.find("<td"); at != row.npos; at = row.find("<td", at + 1)) {
    const std::size_t begin = row.find('>', at);
    const std::string tag = row.substr(at, begin - at);
    const std::size_t title = tag.find("title=\"");
    if (title != tag.npos)
      cells.push_back(tag.substr(title + 7, tag.find('"', title + 7) - title - 7));
    else
      cells.push_back(row.substr(begin + 1, row.find("</td>", begin) - begin - 1));
  }
  return cells;
}

/// Rows of all tables of a section.
std::vector<std::vector<std::string>> rowsOf(const std::string& page, const std::string& section) {
  const std::size_t begin = page.find("<section id=\"" + section + "\"");
  std::istringstream lines(page.substr(begin, page.find("</section>", begin) - begin));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("<tr>")) rows.push_back(cellsOf(line));
  return rows;
}

double numberOf(const std::string& cell) { return std::stod(cell); }

struct Page {
  Outcome outcome;
  std::string text;
};

Page report(const TemporaryFolder& folder, const std::string& path, std::vector<std::string> more = {}) {
  const std::string file = (folder / "report.html").string();
  std::vector<std::string> arguments{"report", path, "-o", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Page page{ulp(arguments), {}};
  page.text = TemporaryFolder::read(file);
  return page;
}

TEST(UlpReport, WritesOnePageThatNeedsNothingElseAndIsTheSameEachTime) {
  const TemporaryFolder folder;
  const Page page = report(folder, samplePath(), {"--schemes", "q8_0,bnb_nf4", "--json"});
  ASSERT_EQ(page.outcome.exitCode, 0) << page.outcome.err;
  EXPECT_EQ(page.outcome.json()["file"], (folder / "report.html").string());
  EXPECT_EQ(page.outcome.json()["bytes"], page.text.size());
  EXPECT_EQ(faultOf(page.text), "");
  EXPECT_EQ(timesIn(page.text, "http"), timesIn(page.text, "xmlns=\"http://www.w3.org/2000/svg\"") +
                                            timesIn(page.text, "http-equiv=\"Content-Security-Policy\""));
  for (const char* forbidden : {"<script", "<link", "<img", "<iframe", "url(", "@import", "src="})
    EXPECT_THAT(page.text, Not(HasSubstr(forbidden)));
  EXPECT_THAT(page.text, HasSubstr("default-src 'none'"));
  for (const char* section : {"findings", "types", "warnings", "overview", "details", "schemes", "tensors"})
    EXPECT_THAT(page.text, HasSubstr("<section id=\"" + std::string(section) + "\""));

  const Page again = report(folder, samplePath(), {"--schemes", "q8_0,bnb_nf4", "--threads", "1", "--force"});
  EXPECT_EQ(again.outcome.exitCode, 0);
  EXPECT_EQ(again.text, page.text);
}

TEST(UlpReport, ShowsTheNumbersThatInspectPrints) {
  const TemporaryFolder folder;
  const Page page = report(folder, samplePath());
  const Json tensors = ulp({"inspect", samplePath(), "--statistics", "--columns", "--json"}).json()["tensors"];
  const auto rows = rowsOf(page.text, "tensors");
  const auto exact = rowsOf(page.text, "overview");
  ASSERT_EQ(rows.size(), tensors.size());
  ASSERT_EQ(exact.size(), tensors.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& statistics = tensors[i]["statistics"];
    SCOPED_TRACE(tensors[i]["name"].get<std::string>());
    EXPECT_THAT(rows[i][1], HasSubstr(tensors[i]["name"].get<std::string>()));
    constexpr std::pair<std::size_t, const char*> kShown[]{
        {6, "min"}, {7, "max"}, {8, "mean"}, {9, "standardDeviation"}, {10, "kurtosis"}};
    for (const auto& [column, key] : kShown) EXPECT_EQ(numberOf(rows[i][column]), statistics[key].get<double>()) << key;
    constexpr std::pair<std::size_t, const char*> kExact[]{
        {4, "min"}, {5, "max"}, {6, "absMax"}, {7, "mean"}, {8, "standardDeviation"}, {9, "kurtosis"}};
    for (const auto& [column, key] : kExact)
      EXPECT_EQ(numberOf(exact[i][column]), statistics[key].get<double>()) << key;
    if (tensors[i]["shape"].size() > 1) {
      EXPECT_EQ(numberOf(exact[i][16]), tensors[i]["columns"]["outliers"].size());
    }
  }
}

TEST(UlpReport, ShowsTheNumbersThatScanPrints) {
  const TemporaryFolder folder;
  const Page page = report(folder, samplePath(), {"--schemes", "q8_0,bnb_nf4", "--tensor", "*mlp*"});
  const Json scan = ulp({"scan", samplePath(), "--schemes", "q8_0,bnb_nf4", "--tensor", "*mlp*", "--json"}).json();
  const auto rows = rowsOf(page.text, "schemes");
  const Json& totals = scan["totals"]["schemes"]["q8_0"];
  ASSERT_EQ(rows[0][0], "q8_0");
  EXPECT_EQ(numberOf(rows[0][2]), totals["tensors"].get<double>());
  EXPECT_EQ(numberOf(rows[0][4]), totals["bitsPerWeight"].get<double>());
  EXPECT_EQ(numberOf(rows[0][5]), totals["signalToNoiseDb"].get<double>());
  EXPECT_EQ(numberOf(rows[0][6]), totals["meanSquaredError"].get<double>());
  const std::size_t count = scan["tensors"].size();
  const std::size_t first = rows.size() - 2 * count;  // two tables of all tensors
  for (std::size_t i = 0; i < count; ++i) {
    const Json& nf4 = scan["tensors"][i]["schemes"]["bnb_nf4"];
    const auto& row = rows[first + count + i];
    EXPECT_EQ(row[1], scan["tensors"][i]["name"].get<std::string>());
    EXPECT_EQ(numberOf(row[2]), nf4["bitsPerWeight"].get<double>());
    EXPECT_EQ(numberOf(row[3]), nf4["metrics"]["signalToNoiseDb"].get<double>());
    EXPECT_EQ(numberOf(row[4]), nf4["metrics"]["rootMeanSquaredError"].get<double>());
    EXPECT_EQ(numberOf(row[9]), nf4["metrics"]["percentiles"]["p999"].get<double>());
    EXPECT_EQ(numberOf(row[11]), nf4["metrics"]["cosine"].get<double>());
  }
}

TEST(UlpReport, ShowsHostileNamesAsTextAndPlantedFaultsFirst) {
  const TemporaryFolder folder;
  std::vector<float> values(64 * 32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
  SafetensorsBuilder builder;
  builder.add("plain", "F32", {64, 32}, bytesOf(values));
  for (std::size_t row = 0; row < 64; ++row) values[row * 32 + 7] *= 20;
  values[5] = std::nanf("");
  values[6] = -INFINITY;
  builder.add("</table><script>alert(1)</script>", "F32", {64, 32}, bytesOf(values));
  builder.add("a\\\" onmouseover=\\\"x\\u202e'&amp;", "<b>", {1}, 4);
  const std::string path = folder.write("<i>model&.safetensors", builder.bytes()).string();
  const Page page = report(folder, path, {"--schemes", "q8_0,q4_0"});
  ASSERT_EQ(page.outcome.exitCode, 0) << page.outcome.err;
  EXPECT_EQ(faultOf(page.text), "");
  for (const char* forbidden : {"<script", "<b>", "<i>", "\" onmouseover", "\u202E"})
    EXPECT_THAT(page.text, Not(HasSubstr(forbidden)));
  EXPECT_THAT(page.text, HasSubstr("&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page.text, HasSubstr("a&quot; onmouseover=&quot;x\\u202E&#39;&amp;amp;"));
  EXPECT_THAT(page.text, HasSubstr("1 of 3 tensors cannot be read"));
  EXPECT_THAT(page.text, HasSubstr("2 elements not finite; number 1 by that"));
  EXPECT_THAT(page.text, HasSubstr("2 of 32 columns"));  // the planted one, and that of the infinity
}

TEST(UlpReport, KeepsWhatIsThereAndWhatItReads) {
  const TemporaryFolder folder;
  const auto there = folder.write("report.html", "mine");
  const Page refused = report(folder, samplePath());
  EXPECT_EQ(refused.outcome.exitCode, 2);
  EXPECT_EQ(refused.text, "mine");
  SafetensorsBuilder builder;
  const std::string model = folder.write("model", builder.add("t", "F32", {1}, bytesOf({1})).bytes()).string();
  EXPECT_EQ(ulp({"report", model, "-o", model, "--force"}).exitCode, 2);
  EXPECT_EQ(TemporaryFolder::read(model), builder.bytes());
  EXPECT_EQ(report(folder, samplePath(), {"--schemes", "nonsense", "--force"}).outcome.exitCode, 2);
  EXPECT_EQ(report(folder, samplePath(), {"--tensor", "nothing*", "--force"}).outcome.exitCode, 1);
  EXPECT_EQ(folder.count(), 2u);
}

TEST(UlpReport, LeavesNothingBehindWhenInterrupted) {
  const TemporaryFolder folder;
  const std::string file = (folder / "report.html").string();
  const std::string model = (folder / "model.npy").string();
  writeFloats(model, std::vector<float>(1 << 24, 1.5f));
  const Outcome outcome =
      ulp({"report", model, "-o", file, "--backend", "reference"}, Interruption{SIGINT, std::chrono::milliseconds(20)});
  EXPECT_EQ(outcome.exitCode, 130) << outcome.err;
  EXPECT_EQ(folder.count(), 1u);
}

}  // namespace
}  // namespace ulpscope::test
