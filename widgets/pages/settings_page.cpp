// SPDX-License-Identifier: GPL-3.0-or-later
// Settings: what can be chosen and takes effect at once.
#include <QComboBox>
#include <QSettings>
#include <QVBoxLayout>

#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/pages/page.h"
#include "widgets/session/preferences.h"
#include "widgets/session/session.h"
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
        tr("All backends give the same codes to the bit. The reference is the definition: one thread, no SIMD, slow."),
        TextRole::Muted);
    hint->setWordWrap(true);
    card->body()->addWidget(hint);
    card->body()->addStretch();
    card->setMaximumWidth(2 * kFormWidth);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(card, 1);
    row->addStretch();
  }

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
    for (const auto& backend : session().backends()) box->addItem(shown(backend->description()), shown(backend->id()));
    setCurrentId(*box, shown(session().backend()->id()));
    connect(box, &QComboBox::currentIndexChanged, this, [this, box] {
      storeBackend(currentId(*box));
      session().useBackend(currentId(*box).toStdString());
    });
    auto* field = new Field(tr("Computed by"), box);
    field->setMaximumWidth(kFormWidth);
    return field;
  }
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
