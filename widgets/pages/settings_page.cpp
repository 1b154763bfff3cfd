// SPDX-License-Identifier: GPL-3.0-or-later
// Settings: what can be chosen and takes effect at once.
#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "core/base/text.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/pages/page.h"
#include "widgets/session/preferences.h"
#include "widgets/session/session.h"
#include "widgets/session/task.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kFormWidth = 360;

class SettingsPage final : public Page {
  Q_OBJECT

 public:
  explicit SettingsPage(Session& pageSession, QWidget* parent) : Page(pageSession, parent) {
    auto* card = new Card(tr("Settings"));
    card->body()->setSpacing(16);
    card->body()->addWidget(themeField());
    card->body()->addWidget(backendField());
    auto* hint = new PlainLabel(
        tr("All give the same codes to the bit, and results say who computed them. Automatic is the processor. What a "
           "CUDA device has no kernels for, and all that follows should it fail, is done by the processor. The "
           "reference is the definition: one thread, no SIMD, slow."),
        TextRole::Muted);
    hint->setWordWrap(true);
    card->body()->addWidget(hint);
    if (session().cache()) card->body()->addWidget(cacheField());
    card->body()->addStretch();
    card->setMaximumWidth(2 * kFormWidth);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(card, 1);
    row->addStretch();
  }

  void activated() override { measureCache(); }

 private:
  QWidget* themeField() {
    auto* box = comboBox(tr("Theme"));
    box->addItem(tr("As the desktop"), idOf(ThemeMode::System));
    box->addItem(tr("Light"), idOf(ThemeMode::Light));
    box->addItem(tr("Dark"), idOf(ThemeMode::Dark));
    setCurrentId(*box, idOf(theme().mode()));
    connect(box, &QComboBox::currentIndexChanged, this, [box] {
      const ThemeMode mode = themeModeOf(currentId(*box));
      storeThemeMode(mode);
      theme().setMode(mode);
    });
    auto* field = new Field(tr("Theme"), box);
    field->setMaximumWidth(kFormWidth);
    return field;
  }

  QWidget* backendField() {
    auto* box = comboBox(tr("Computed by"));
    box->setObjectName(QStringLiteral("backend"));
    const auto fill = [this, box] {
      const QSignalBlocker quiet(box);
      box->clear();
      for (const auto& option : session().backendChoice().options()) box->addItem(option.title, shown(option.id));
      setCurrentId(*box, shown(session().backendChoice().chosen()));
    };
    fill();
    connect(&session().backendChoice(), &BackendChoice::changed, this, fill);
    connect(box, &QComboBox::activated, this,
            [this, box] { session().backendChoice().choose(currentId(*box).toStdString()); });
    auto* field = new Field(tr("Computed by"), box);
    field->setMaximumWidth(kFormWidth);
    return field;
  }

  QWidget* cacheField() {
    auto* isUsed = new QCheckBox(tr("Keep what was computed, to show it at once the next time"));
    isUsed->setObjectName(QStringLiteral("useCache"));
    isUsed->setChecked(session().usesCache());
    connect(isUsed, &QCheckBox::toggled, this, [this](bool on) {
      storeUseOfCache(on);
      session().setCache(session().cache(), on);
    });
    m_cacheSize = new PlainLabel({}, TextRole::Muted);
    m_cacheSize->setObjectName(QStringLiteral("cacheSize"));
    m_cacheSize->setWordWrap(true);
    m_clearCache = new QPushButton(tr("Clear"));
    m_clearCache->setObjectName(QStringLiteral("clearCache"));
    connect(m_clearCache, &QPushButton::clicked, this, &SettingsPage::clearCache);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(isUsed);
    column->addWidget(m_cacheSize);
    column->addWidget(m_clearCache, 0, Qt::AlignLeft);
    return new Field(tr("Results of checkpoints"), box);
  }

  void measureCache() {
    if (!m_cacheSize) return;
    m_cacheWork.start(
        tr("measuring the cache"),
        [cache = session().cache()](const JobContext&) -> Result<std::uint64_t> { return cache->size(); },
        [this](const Result<std::uint64_t>& size) { showCacheSize(size.value_or(0)); });
  }

  void clearCache() {
    m_clearCache->setEnabled(false);
    m_cacheWork.start(
        tr("clearing the cache"),
        [cache = session().cache()](const JobContext&) -> Result<std::uint64_t> {
          return cache->clear().map([&] { return cache->size(); });
        },
        [this](const Result<std::uint64_t>& size) {
          m_clearCache->setEnabled(true);
          if (!size) return session().report(size.error());
          showCacheSize(*size);
        });
  }

  void showCacheSize(std::uint64_t bytes) {
    const ResultCache& cache = *session().cache();
    m_cacheSize->setText(tr("%1 of at most %2, in %3")
                             .arg(qt(humanBytes(bytes)), qt(humanBytes(cache.limit())), shown(cache.file().string())));
  }

  PlainLabel* m_cacheSize = nullptr;  ///< with the button, where there is a cache
  QPushButton* m_clearCache = nullptr;
  Task m_cacheWork{session()};
};

}  // namespace

const PageEntry& settings_page_entry() {
  static const PageEntry entry{
      .id = "settings",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Settings"),
      .icon = "settings",
      .summary = nullptr,
      .place = RailPlace::Bottom,
      .create = [](Session& session, QWidget* parent) -> Page* { return new SettingsPage(session, parent); }};
  return entry;
}

}  // namespace ulpscope

#include "settings_page.moc"
