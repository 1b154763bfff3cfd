// SPDX-License-Identifier: GPL-3.0-or-later
// About: version, licences of what is linked, how to report a fault.
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QIcon>
#include <QSysInfo>
#include <QVBoxLayout>

#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/pages/page.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/icons.h"

namespace ulpscope {
namespace {

struct Licence {
  const char* library;
  const char* licence;
};

/// What the window links, and under which terms (/usr/share/doc/<package>/copyright on Debian).
constexpr Licence kLicences[] = {
    {"Ulpscope, programs", "GPL-3.0-or-later"},
    {"Ulpscope, core and kernels", "Apache-2.0"},
    {"Qt 6", "LGPL-3.0-only"},
    {"QCustomPlot", "GPL-3.0-or-later"},
    {"{fmt}", "MIT"},
    {"tl::expected", "CC0-1.0"},
    {"nlohmann/json", "MIT"},
    {"Boost", "BSL-1.0"},
    {"Highway", "Apache-2.0"},
    {"oneTBB", "Apache-2.0"},
    {"OpenSSL libcrypto", "Apache-2.0"},
    {"SQLite", "public domain"},
    {"zlib", "Zlib"},
    {"Snappy", "BSD-3-Clause"},
    {"RE2", "BSD-3-Clause"},
    {"Inter and JetBrains Mono", "OFL-1.1"},
};

constexpr std::pair<const char*, const char*> kKeys[] = {
    {"Ctrl+O", QT_TRANSLATE_NOOP("AboutPage", "open a checkpoint")},
    {"Ctrl+K", QT_TRANSLATE_NOOP("AboutPage", "find an action, tensor, format or scheme")},
    {"Ctrl+G", QT_TRANSLATE_NOOP("AboutPage", "go to an element")},
    {"Ctrl+F", QT_TRANSLATE_NOOP("AboutPage", "filter")},
    {"Ctrl+1 \u2026 9", QT_TRANSLATE_NOOP("AboutPage", "pages")},
    {"Ctrl+,", QT_TRANSLATE_NOOP("AboutPage", "settings")},
    {"F1", QT_TRANSLATE_NOOP("AboutPage", "this page")},
    {"Alt+Left, Alt+Right", QT_TRANSLATE_NOOP("AboutPage", "earlier and later selections")},
    {"Ctrl+C", QT_TRANSLATE_NOOP("AboutPage", "copy what is selected")},
    {"Ctrl+Shift+C", QT_TRANSLATE_NOOP("AboutPage", "copy a table as CSV, Markdown or TSV")},
    {"Ctrl+E", QT_TRANSLATE_NOOP("AboutPage", "export the figure")},
    {"Ctrl+R, F5", QT_TRANSLATE_NOOP("AboutPage", "reload the checkpoint")},
    {"Ctrl+W", QT_TRANSLATE_NOOP("AboutPage", "close the checkpoint")},
    {"Ctrl+Q", QT_TRANSLATE_NOOP("AboutPage", "quit")},
    {"Esc", QT_TRANSLATE_NOOP("AboutPage", "dismiss the message, cancel the work")},
};

QGridLayout* pairs() {
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(24);
  grid->setVerticalSpacing(4);
  grid->setColumnStretch(1, 1);
  return grid;
}

class AboutPage final : public Page {
  Q_OBJECT

 public:
  explicit AboutPage(Session& pageSession, QWidget* parent) : Page(pageSession, parent) {
    auto* left = new QVBoxLayout;
    left->setSpacing(16);
    left->addWidget(versionCard());
    left->addWidget(licenceCard());
    left->addStretch();
    auto* right = new QVBoxLayout;
    right->setSpacing(16);
    right->addWidget(faultCard());
    right->addWidget(keysCard());
    right->addStretch();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(16);
    row->addLayout(left, 1);
    row->addLayout(right, 1);
  }

  QString copyText() const override { return diagnostics(); }

 private:
  QString diagnostics() const {
    QStringList lines{QStringLiteral("Ulpscope %1").arg(QApplication::applicationVersion()),
                      QStringLiteral("Qt %1, %2").arg(QLatin1String(qVersion()), QApplication::platformName()),
                      QStringLiteral("%1, %2").arg(QSysInfo::prettyProductName(), QSysInfo::currentCpuArchitecture())};
    lines << QStringLiteral("%1, %2").arg(shown(session().backend()->description()),
                                          session().backendChoice().deviceNote());
    return lines.join(QLatin1Char('\n'));
  }

  QWidget* versionCard() {
    auto* card = new Card;
    auto* icon = new QLabel;
    icon->setPixmap(applicationIcon().pixmap(64, 64));
    auto* words = new QVBoxLayout;
    words->addWidget(new PlainLabel(tr("Ulpscope %1").arg(QApplication::applicationVersion()), TextRole::Title));
    auto* summary =
        new PlainLabel(tr("See what number formats do to numbers, tensors and whole models."), TextRole::Muted);
    summary->setWordWrap(true);
    words->addWidget(summary);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(icon);
    row->addLayout(words, 1);
    card->body()->addLayout(row);
    auto* promise =
        new PlainLabel(tr("It opens files read-only, uses no network and sends nothing to anybody. It comes "
                          "with no warranty; see the licences."),
                       TextRole::Muted);
    promise->setWordWrap(true);
    card->body()->addWidget(promise);
    return card;
  }

  QWidget* faultCard() {
    auto* card = new Card(tr("How to report a fault"));
    auto* copy = new LinkButton(tr("copy"));
    connect(copy, &LinkButton::clicked, this, [this] { QApplication::clipboard()->setText(diagnostics()); });
    card->addToHeader(copy);
    auto* hint =
        new PlainLabel(tr("Say what you did, what you expected and what you saw, where you got Ulpscope from, and "
                          "add these lines. A small file that shows the fault helps most."),
                       TextRole::Muted);
    hint->setWordWrap(true);
    auto* lines = new PlainLabel(diagnostics(), TextRole::Number);
    lines->setTextInteractionFlags(Qt::TextSelectableByMouse);
    lines->setWordWrap(true);
    card->body()->addWidget(hint);
    card->body()->addWidget(lines);
    return card;
  }

  QWidget* keysCard() {
    auto* card = new Card(tr("Keys"));
    auto* grid = pairs();
    for (const auto& [keys, meaning] : kKeys) {
      const int row = grid->rowCount();
      grid->addWidget(new PlainLabel(QString::fromUtf8(keys), TextRole::Number), row, 0);
      grid->addWidget(new PlainLabel(tr(meaning), TextRole::Muted), row, 1);
    }
    card->body()->addLayout(grid);
    return card;
  }

  QWidget* licenceCard() {
    auto* card = new Card(tr("Licences"));
    auto* grid = pairs();
    for (const auto& [library, licence] : kLicences) {
      const int row = grid->rowCount();
      grid->addWidget(new PlainLabel(QString::fromUtf8(library)), row, 0);
      grid->addWidget(new PlainLabel(QString::fromUtf8(licence), TextRole::Muted), row, 1);
    }
    card->body()->addLayout(grid);
    return card;
  }
};

}  // namespace

const PageEntry& about_page_entry() {
  static const PageEntry entry{
      .id = "about",
      .title = QT_TRANSLATE_NOOP("PageEntry", "About"),
      .icon = "about",
      .summary = nullptr,
      .place = RailPlace::Bottom,
      .create = [](Session& session, QWidget* parent) -> Page* { return new AboutPage(session, parent); }};
  return entry;
}

}  // namespace ulpscope

#include "about_page.moc"
