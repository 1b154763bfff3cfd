// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/fact_list.h"

#include <QGridLayout>
#include <QPainter>
#include <QStringList>
#include <QVBoxLayout>

#include "widgets/frame/labels.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

class Row final : public QWidget {
 public:
  explicit Row(const Fact& fact) : m_text(new PlainLabel(fact.text, TextRole::Number)) {
    m_text->setAlignment(Qt::AlignRight | Qt::AlignTop);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setAccessibleName(fact.name);
    auto* row = new QGridLayout(this);
    row->setContentsMargins(8, 4, 8, 5);
    row->setHorizontalSpacing(16);
    row->setVerticalSpacing(0);
    row->setColumnStretch(1, 1);
    row->addWidget(new PlainLabel(fact.name, TextRole::Body), 0, 0, Qt::AlignTop);
    row->addWidget(m_text, 0, 1);
    if (!fact.note.isEmpty()) {
      auto* note = new PlainLabel(fact.note, TextRole::Note);
      note->setWordWrap(true);
      row->addWidget(note, 1, 0, 1, 2);
    }
    setTone(fact.tone);
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter(this).fillRect(QRect(0, height() - 1, width(), 1), theme().colors().hairline);
  }

 private:
  void setTone(Fact::Tone tone) {
    if (tone == Fact::Tone::Plain) return;
    if (tone == Fact::Tone::Bad) m_text->setRole(TextRole::Bad);
    const QFont font = theme().numbers(12, tone == Fact::Tone::Strong ? QFont::DemiBold : QFont::Normal);
    m_text->setFont(font);
    // The label takes the font of its role whenever the theme changes; this runs after it.
    connect(&theme(), &Theme::changed, m_text, [text = m_text, font] { text->setFont(font); });
  }

  PlainLabel* m_text;
};

}  // namespace

FactList::FactList(const QString& name, QWidget* parent) : QScrollArea(parent) {
  setAccessibleName(name);
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget;
  m_column = new QVBoxLayout(content);
  m_column->setContentsMargins(0, 0, 0, 0);
  m_column->setSpacing(0);
  setWidget(content);
  content->setAutoFillBackground(false);
  viewport()->setAutoFillBackground(false);
}

void FactList::setFacts(std::vector<Fact> facts) {
  m_facts = std::move(facts);
  while (auto* item = m_column->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const Fact& fact : m_facts) m_column->addWidget(new Row(fact));
  m_column->addStretch();
}

QString FactList::plainText() const {
  QStringList lines;
  for (const Fact& fact : m_facts) {
    const QString note = fact.note.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(fact.note);
    lines << fact.name + QStringLiteral(": ") + QString(fact.text).replace(QLatin1Char('\n'), QStringLiteral("; ")) +
                 note;
  }
  return lines.join(QLatin1Char('\n'));
}

}  // namespace ulpscope
