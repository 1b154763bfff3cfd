// SPDX-License-Identifier: Apache-2.0
// What was computed in one run is shown in the next without a read, and never of a file that has changed. A run here is
// a session with a page of its own; what it reads is what its tasks count.
#include <gtest/gtest.h>

#include <QCheckBox>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTreeView>
#include <bit>
#include <map>
#include <random>

#include "core/analysis/overview.h"
#include "tests/core/cache/settled_file.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"
#include "tests/widgets/find_named.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/frame/labels.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/pages/checkpoint_page.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;

/// Normally distributed values as BF16, after `zeros` that are 0.
std::string weights(std::size_t count, float deviation, std::size_t zeros = 0) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, deviation);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(i < zeros ? 0 : normal(random)) >> 16);
    bytes += static_cast<char>(code);
    bytes += static_cast<char>(code >> 8);
  }
  return bytes;
}

/// One run of the program over a checkpoint.
class Visit {
 public:
  Visit(const fs::path& checkpoint, const fs::path& cache, bool usesCache = true) {
    m_session->setCache(std::make_shared<ResultCache>(cache), usesCache);
    m_page.resize(1300, 800);
    m_page.show();
    QObject::connect(m_session.get(), &Session::taskStarted, &m_context, [this](Task* task) {
      QObject::connect(
          task, &Task::finished, &m_context, [this, task] { m_read[task->title()] += task->progress().done(); },
          Qt::SingleShotConnection);
    });
    m_session->openPath(QString::fromStdString(checkpoint.string()));
    settle(*m_session);
  }

  Session& session() { return *m_session; }
  const Checkpoint& checkpoint() { return *m_session->selection().checkpoint; }
  /// Bytes that tasks of that title have read.
  std::uint64_t bytesOf(const char* title) { return m_read[QLatin1String(title)]; }
  bool hasRun(const char* title) { return m_read.contains(QLatin1String(title)); }

  /// What the details say; empty: nothing.
  QString fact(const char* name) {
    auto* views = m_page.findChild<QTabWidget*>();
    for (int i = 0; i < views->count(); ++i)
      if (views->widget(i)->property("viewId") == QStringLiteral("details")) views->setCurrentIndex(i);
    settle(*m_session);
    auto* table = findNamed<QTableView>(m_page, "Statistics of the tensor");
    for (int row = 0; table && row < table->model()->rowCount(); ++row)
      if (table->model()->index(row, 0).data().toString() == QLatin1String(name))
        return table->model()->index(row, 1).data().toString();
    return {};
  }
  const TensorSummary* summary(std::size_t tensor) {
    const auto& all = m_page.findChild<TensorTreeModel*>()->summaries();
    return all[tensor] ? &*all[tensor] : nullptr;
  }
  std::size_t summaries() {
    const auto& all = m_page.findChild<TensorTreeModel*>()->summaries();
    return static_cast<std::size_t>(std::ranges::count_if(all, [](const auto& known) { return known.has_value(); }));
  }
  QString findingsTab() { return lists()->tabText(1); }
  void showFindings() {
    lists()->setCurrentIndex(1);
    settle(*m_session);
  }
  bool offersToRead() {
    for (const auto* button : m_page.findChildren<QPushButton*>())
      if (button->text() == QStringLiteral("Read all tensors")) return button->isVisible();
    return false;
  }

 private:
  QTabBar* lists() { return m_page.findChild<QTabBar*>(QStringLiteral("checkpointLists")); }

  std::map<QString, std::uint64_t> m_read;
  std::unique_ptr<Session> m_session = makeSession();
  CheckpointPage m_page{*m_session};
  QObject m_context;  ///< last: nothing is counted while the rest goes
};

class KeptResultsTest : public testing::Test {
 protected:
  void write(float deviation) const {
    test::settled(m_folder.write("model.safetensors",
                                 test::SafetensorsBuilder()
                                     .add("up_proj.weight", "BF16", {64, 32}, weights(64 * 32, deviation, 32))
                                     .add("norm", "F32", {32}, std::string(128, 0x3E))
                                     .bytes()));
  }
  void SetUp() override { write(0.02f); }

  /// All was read for the overview, but for the tensor that was shown before it was reached.
  static void expectScanned(Visit& visit) {
    const std::uint64_t read = visit.bytesOf(kScanning);
    EXPECT_TRUE(read == kAllBytes || read == kAllBytes - kBytes) << read;
  }

  test::TemporaryFolder m_folder;
  fs::path m_file = m_folder / "model.safetensors";
  fs::path m_cache = m_folder / "cache/results.sqlite";
  static constexpr const char* kReading = "reading up_proj.weight";
  static constexpr const char* kScanning = "reading all tensors";
  static constexpr std::uint64_t kBytes = 64 * 32 * 2;
  static constexpr std::uint64_t kAllBytes = kBytes + 32 * 4;
};

TEST_F(KeptResultsTest, ASecondRunShowsEverythingWithoutReadingIt) {
  QString deviation;
  QString findings;
  {
    Visit first(m_file, m_cache);
    EXPECT_EQ(first.bytesOf(kReading), kBytes);
    expectScanned(first);
    EXPECT_EQ(first.fact("from the cache of"), QString());
    first.showFindings();
    EXPECT_EQ(first.bytesOf("looking for faults"), kAllBytes);
    findings = first.findingsTab();
    EXPECT_TRUE(findings.startsWith("Findings (")) << "a row of zeros";
    deviation = first.fact("standard deviation");
  }
  Visit second(m_file, m_cache);
  EXPECT_EQ(second.bytesOf(kReading), 0u);
  EXPECT_EQ(second.bytesOf(kScanning), 0u);
  EXPECT_EQ(second.summaries(), 2u);
  EXPECT_TRUE(second.fact("from the cache of").startsWith("20")) << second.fact("from the cache of").toStdString();
  EXPECT_EQ(second.fact("computed by"), QString::fromStdString(second.session().backend()->description()));
  EXPECT_FALSE(deviation.isEmpty());
  EXPECT_EQ(second.fact("standard deviation"), deviation);
  EXPECT_EQ(second.findingsTab(), findings) << "before anybody looked at them";
  second.showFindings();
  EXPECT_FALSE(second.hasRun("looking for faults"));
}

TEST_F(KeptResultsTest, NothingIsKeptOrShownWhereThatIsNotWanted) {
  {
    Visit first(m_file, m_cache, false);
  }
  EXPECT_FALSE(fs::exists(m_cache));
  {
    Visit keeping(m_file, m_cache);
  }
  Visit second(m_file, m_cache, false);
  EXPECT_EQ(second.bytesOf(kReading), kBytes);
  expectScanned(second);
  EXPECT_EQ(second.fact("from the cache of"), QString());
}

TEST_F(KeptResultsTest, AFileThatChangedIsReadAnew) {
  {
    Visit first(m_file, m_cache);
    first.showFindings();
  }
  const auto before = fs::last_write_time(m_file);
  write(0.05f);
  fs::last_write_time(m_file, before);
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  Visit second(m_file, m_cache);
  EXPECT_EQ(second.bytesOf(kReading), kBytes);
  expectScanned(second);
  EXPECT_EQ(second.findingsTab(), QStringLiteral("Findings"));
  EXPECT_NEAR(second.summary(0)->statistics.standardDeviation, 0.05, 0.005);
  EXPECT_EQ(second.fact("from the cache of"), QString());
}

TEST_F(KeptResultsTest, ReloadingReadsAnewAlsoWhereNothingChanged) {
  {
    Visit first(m_file, m_cache);
  }
  Visit second(m_file, m_cache);
  ASSERT_EQ(second.bytesOf(kReading), 0u);
  second.session().reload(second.session().selection().checkpoint);
  settle(second.session());
  EXPECT_EQ(second.bytesOf(kReading), kBytes);
  expectScanned(second);
  EXPECT_EQ(second.fact("from the cache of"), QString());
}

TEST_F(KeptResultsTest, ADamagedCacheIsAsGoodAsNone) {
  {
    Visit first(m_file, m_cache);
  }
  m_folder.write("cache/results.sqlite", "no database; but long enough that it could be one, if it only had its head");
  {
    Visit second(m_file, m_cache);
    EXPECT_EQ(second.bytesOf(kReading), kBytes);
    EXPECT_EQ(second.summaries(), 2u);
  }
  Visit third(m_file, m_cache);
  EXPECT_EQ(third.bytesOf(kReading), 0u);
}

TEST_F(KeptResultsTest, OfAFileTooLargeToReadUnaskedOnlyWhatIsKnownIsShown) {
  // 1 GiB of zeros that takes no room on the disk, behind a small matrix, which is the one that is selected.
  constexpr std::uint64_t kLarge = (std::uint64_t{1} << 30) + 2;
  const std::string small = weights(64 * 32, 0.02f);
  m_folder.write("large.safetensors", test::SafetensorsBuilder()
                                          .add("small", "BF16", {64, 32}, small)
                                          .entry("large", "BF16", bracketed(std::vector<std::uint64_t>{kLarge / 2}),
                                                 small.size(), small.size() + kLarge)
                                          .bytes());
  const fs::path large = m_folder / "large.safetensors";
  fs::resize_file(large, fs::file_size(large) + kLarge);
  test::settled(large);
  {
    Visit first(large, m_cache);
    EXPECT_EQ(first.summaries(), 1u) << "the one that is shown";
    EXPECT_TRUE(first.offersToRead());
  }
  Visit second(large, m_cache);
  EXPECT_FALSE(second.hasRun(kScanning));
  EXPECT_EQ(second.bytesOf("reading small"), 0u);
  EXPECT_EQ(second.summaries(), 1u);
  EXPECT_TRUE(second.offersToRead());
}

TEST_F(KeptResultsTest, TheSettingsSayHowMuchIsKeptAndClearIt) {
  {
    Visit first(m_file, m_cache);
  }
  const auto session = makeSession();
  session->setCache(std::make_shared<ResultCache>(m_cache));
  MainWindow window(*session);
  window.show();
  ASSERT_TRUE(window.showPage(QStringLiteral("settings")));
  settle(*session);
  auto* size = window.findChild<PlainLabel*>(QStringLiteral("cacheSize"));
  ASSERT_TRUE(size);
  EXPECT_TRUE(size->text().contains("KiB of at most 512.0 MiB")) << size->text().toStdString();
  window.findChild<QPushButton*>(QStringLiteral("clearCache"))->click();
  settle(*session);
  auto* isUsed = window.findChild<QCheckBox*>(QStringLiteral("useCache"));
  EXPECT_TRUE(isUsed->isChecked());
  isUsed->click();
  EXPECT_FALSE(session->usesCache());
  isUsed->click();
  EXPECT_TRUE(session->usesCache());
  Visit second(m_file, m_cache);
  EXPECT_EQ(second.bytesOf(kReading), kBytes) << "nothing is left";
}

}  // namespace
}  // namespace ulpscope
