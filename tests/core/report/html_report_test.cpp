// SPDX-License-Identifier: Apache-2.0
#include "core/report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "core/backend/backend.h"
#include "core/quantization/scheme_totals.h"
#include "core/report/conspicuous.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"
#include "core/report/markup.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

Checkpoint opened(const test::SafetensorsBuilder& builder) {
  return test::openedBy("safetensors", builder.bytes()).value();
}

std::vector<std::size_t> allOf(const Checkpoint& checkpoint) {
  std::vector<std::size_t> all(checkpoint.tensors.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

TensorSummary summaryOf(double kurtosis, std::uint64_t notFinite, std::uint64_t outliers) {
  TensorSummary summary;
  summary.statistics.count = 1000;
  summary.statistics.finite = 1000 - notFinite;
  summary.statistics.kurtosis = kurtosis;
  summary.columns = 10;
  summary.outlierColumns = outliers;
  return summary;
}

TEST(Markup, EscapesWhatHtmlAndItsReadersWouldTakeForMore) {
  EXPECT_EQ(markupText("<script>alert('1')</script>"), "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
  EXPECT_EQ(markupText("\" onload=\"x\" & y"), "&quot; onload=&quot;x&quot; &amp; y");
  EXPECT_EQ(markupText("a\u202Eb\x1B"), "a\\u202Eb\\x1B");
  EXPECT_EQ(markupText("&lt;"), "&amp;lt;");
}

TEST(HtmlTable, ShowsFewDigitsAndKeepsAllOfThem) {
  HtmlTable table({{"x", kNumber}, {"<b>"}});
  table.number(1.0 / 3).text("\"").endRow();
  const std::string html = table.finish();
  EXPECT_THAT(html, HasSubstr("<td class=\"n\" title=\"0.3333333333333333\">0.3333</td><td>&quot;</td></tr>"));
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;"));
}

TEST(Conspicuous, TakesTurnsByWhatIsNotFiniteKurtosisAndOutlierColumns) {
  const TensorSummary plain = summaryOf(-1.2, 0, 0), peaked = summaryOf(9, 0, 0), broken = summaryOf(2, 7, 1),
                      striped = summaryOf(std::nan(""), 0, 3);
  const std::vector<const TensorSummary*> summaries{&plain, &peaked, nullptr, &broken, &striped};
  std::vector<std::size_t> order;
  for (const Conspicuous& one : conspicuousTensors(summaries, 12)) order.push_back(one.at);
  EXPECT_THAT(order, testing::ElementsAre(3, 1, 4));  // and never the plain one, nor one twice
  EXPECT_EQ(conspicuousTensors(summaries, 1).front().reason, "7 elements not finite; number 1 by that");
}

TEST(SchemeTotals, WeighTensorsByTheirElements) {
  SchemeTotals totals;
  totals.add(300, 8, {.included = 300, .meanSquaredError = 0.01, .relativeRmse = 0.1});
  totals.add(100, 4, {.included = 90, .excluded = 10, .meanSquaredError = 0.04, .relativeRmse = 0.2});
  EXPECT_EQ(totals.bitsPerWeight(), 7);
  EXPECT_DOUBLE_EQ(totals.meanSquaredError(), (300 * 0.01 + 90 * 0.04) / 390);
  EXPECT_NEAR(totals.signalToNoiseDb(), 10 * std::log10(390 / (300 * 0.01 + 90 * 0.04)), 1e-12);
  EXPECT_TRUE(std::isnan(SchemeTotals().bitsPerWeight()));
}

/// Counts how often its bytes are read.
class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(std::shared_ptr<const ByteSource> whole) : m_whole(std::move(whole)) {}
  const std::string& name() const override { return m_whole->name(); }
  std::uint64_t size() const override { return m_whole->size(); }
  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    m_read += out.size();
    return m_whole->read(offset, out);
  }
  Result<> verifyUnchanged() const override { return m_whole->verifyUnchanged(); }
  std::uint64_t bytesRead() const { return m_read; }

 private:
  std::shared_ptr<const ByteSource> m_whole;
  mutable std::atomic<std::uint64_t> m_read = 0;
};

TEST(Survey, ReadsATensorOnceWhateverIsAskedOfIt) {
  std::vector<float> even(64 * 64);
  for (std::size_t i = 0; i < even.size(); ++i) even[i] = i % 2 == 0 ? 1.0f : -1.0f;  // nothing stands out
  Checkpoint checkpoint = opened(test::SafetensorsBuilder().add("w", "F32", {64, 64}, floats(even)));
  const auto counting = std::make_shared<CountingSource>(checkpoint.files[0]);
  checkpoint.files[0] = counting;
  const auto backend = makeReferenceBackend();
  Progress progress;
  const auto survey =
      surveyCheckpoint(checkpoint, allOf(checkpoint), schemeRegistry(), *backend, JobContext{{}, &progress});
  ASSERT_TRUE(survey) << describe(survey.error());
  EXPECT_EQ(counting->bytesRead(), even.size() * sizeof(float));
  EXPECT_EQ(survey->tensors[0].schemes.size(), schemeRegistry().size());
  EXPECT_TRUE(survey->details.empty());
}

TEST(Survey, StopsWhenAskedTo) {
  const Checkpoint checkpoint = opened(test::SafetensorsBuilder().add("w", "F32", {2}, floats({1, 2})));
  std::stop_source stop;
  stop.request_stop();
  const auto survey = surveyCheckpoint(checkpoint, allOf(checkpoint), {}, *makeReferenceBackend(), {stop.get_token()});
  ASSERT_FALSE(survey);
  EXPECT_EQ(survey.error().code, Errc::Cancelled);
}

TEST(HtmlReport, ListsWhatCannotBeReadAndSaysWhy) {
  const Checkpoint checkpoint = opened(
      test::SafetensorsBuilder().add("fine", "F32", {2}, floats({1, 2})).add("<odd>", "X7", {2}, std::string(8, 'x')));
  const auto survey = surveyCheckpoint(checkpoint, allOf(checkpoint), {}, *makeReferenceBackend(), {}).value();
  const std::string page = htmlReport(checkpoint, survey, {"dir/model", "", "ulp 1"});
  EXPECT_THAT(page, HasSubstr("1 of 2 tensors cannot be read"));
  EXPECT_THAT(page, HasSubstr("the type X7 cannot be read"));
  EXPECT_THAT(page, HasSubstr("&lt;odd&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<odd>")));
}

std::string pageOf(const Checkpoint& checkpoint, std::vector<std::size_t> tensors, std::string pattern = {}) {
  const auto survey = surveyCheckpoint(checkpoint, tensors, {}, *makeReferenceBackend(), {}, !pattern.empty()).value();
  return htmlReport(checkpoint, survey, {"m", std::move(pattern), "ulp"});
}

std::size_t countOf(std::string_view what, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

TEST(HtmlReport, OfVeryManyTensorsHasRowsForThoseThatMatterTotalsForAllAndSaysSo) {
  test::SafetensorsBuilder builder;
  const std::size_t count = 3 * kMostRows;
  for (std::size_t i = 0; i < count; ++i)
    builder.add("layers." + std::to_string(i) + ".w", "F32", {2, 8},
                floats(std::vector<float>(16, i + 1 == count ? std::nanf("") : 1.0F)));
  const Checkpoint checkpoint = opened(builder);
  const std::string page = pageOf(checkpoint, allOf(checkpoint));
  EXPECT_LT(page.size(), 5'000'000u);
  EXPECT_THAT(page, HasSubstr("2,000 of these 6,000 tensors have rows of their own"));
  EXPECT_THAT(page, HasSubstr("every number of 2,000 of 6,000 tensors"));
  EXPECT_EQ(countOf("<span id=\"r", page), kMostRows);
  EXPECT_THAT(page, HasSubstr("<span id=\"r5999\">")) << "a finding leads there";
  EXPECT_THAT(page, HasSubstr("<a href=\"#t5999\">layers.5999.w</a>"));
  EXPECT_THAT(page, HasSubstr("layers.*.w</td><td class=\"n\">6,000</td>"));

  const Checkpoint few = opened(test::SafetensorsBuilder().add("w", "F32", {2}, floats({1, 2})));
  EXPECT_THAT(pageOf(few, allOf(few)), Not(HasSubstr("rows of their own")));
}

TEST(HtmlReport, CountsBlocksOfWhatItShowsAtLength) {
  std::vector<float> values(2 * 40, 0.75F);  // blocks of 16: [0.5, 1) but for one with 3 and one with a NaN
  values[20] = 3;
  values[79] = std::nanf("");
  const Checkpoint checkpoint = opened(test::SafetensorsBuilder().add("w", "F32", {2, 40}, floats(values)));
  const std::string page = pageOf(checkpoint, allOf(checkpoint));
  const auto rowOf = [](std::string_view title, std::initializer_list<int> counts) {
    std::string row = "<td>" + std::string(title) + "</td>";
    for (const int count : counts) row += "<td class=\"n\">" + std::to_string(count) + "</td>";
    return row;
  };
  EXPECT_THAT(page, HasSubstr(rowOf("all", {6, 4, 2, 2, 2})));
  EXPECT_THAT(page, HasSubstr(rowOf("not finite", {1, 1, 1, 1, 1})));
  EXPECT_THAT(page, HasSubstr(rowOf("[2^-1, 2^0)", {4, 2, 0, 0, 0})));
  EXPECT_THAT(page, HasSubstr(rowOf("[2^1, 2^2)", {1, 1, 1, 1, 1})));
}

TEST(HtmlReport, OfNamesWithoutEndHasALineForTheRestOfThem) {
  test::SafetensorsBuilder builder;
  const auto nameOf = [](std::size_t i) {
    std::string name;
    for (; i > 0; i /= 26) name += static_cast<char>('a' + i % 26);
    return "x" + name;
  };
  for (std::size_t i = 0; i < kMostRows + 500; ++i) builder.add(nameOf(i), "F32", {1}, floats({1}));
  const Checkpoint checkpoint = opened(builder);
  const std::string page = pageOf(checkpoint, allOf(checkpoint));
  EXPECT_THAT(page, HasSubstr("all others</td><td class=\"n\">1,501</td>"));
  EXPECT_EQ(namePattern("blk.12.ffn_up_exps.3"), "blk.*.ffn_up_exps.*");
}

TEST(HtmlReport, ListsTheFindingsOfTheLinterInItsOrderAndWordsAndLeadsToTheTensors) {
  std::vector<float> dead(8 * 32, 0.5F);
  for (std::size_t i = 0; i < dead.size(); ++i) dead[i] += 0.01F * static_cast<float>(i % 13);
  std::vector<float> broken = dead;
  std::fill_n(dead.begin() + 64, 32, 0.0F);
  broken[7] = std::nanf("");
  const Checkpoint checkpoint = opened(
      test::SafetensorsBuilder().add("a<b", "F32", {8, 32}, floats(dead)).add("c", "F32", {8, 32}, floats(broken)));
  const auto findings = lintCheckpoint(checkpoint, *makeReferenceBackend(), {}).value();
  ASSERT_GE(findings.size(), 2u);
  const std::string page = pageOf(checkpoint, allOf(checkpoint));
  std::size_t at = page.find("<section id=\"findings\"");
  ASSERT_NE(at, page.npos);
  for (const LintFinding& finding : findings) {
    at = page.find(markupText(finding.message), at);
    EXPECT_NE(at, page.npos) << finding.message;
  }
  EXPECT_THAT(page, HasSubstr("1 error, 1 warning"));
  EXPECT_THAT(page, HasSubstr(">a&lt;b</a>"));
  EXPECT_THAT(page, HasSubstr("href=\"#t1\">c</a>"));

  const std::string ofOne = pageOf(checkpoint, {0}, "a*");
  EXPECT_THAT(ofOne, Not(HasSubstr("is NaN")));
  EXPECT_THAT(ofOne, HasSubstr("rules that compare tensors saw these only"));
  EXPECT_THAT(ofOne, HasSubstr("<h3 id=\"t0\">")) << "chosen by name: at length";
}

}  // namespace
}  // namespace ulpscope
