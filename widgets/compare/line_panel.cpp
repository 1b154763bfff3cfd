// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/line_panel.h"

#include <QComboBox>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "core/report/format_figures.h"
#include "widgets/compare/picture_card.h"
#include "widgets/compare/rounding_line.h"
#include "widgets/forms/field.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr Rounding kModes[] = {Rounding::NearestEven,    Rounding::NearestAway,    Rounding::TowardZero,
                               Rounding::TowardPositive, Rounding::TowardNegative, Rounding::ToOdd};

QString titleOf(Rounding rounding) { return qt(idOf(rounding)).replace(QLatin1Char('_'), QLatin1Char(' ')); }

}  // namespace

LinePanel::LinePanel(Session& session, FormatChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_choice(choice),
      m_line(new RoundingLine),
      m_card(new PictureCard(session, tr("Number line"), m_line,
                             {.table =
                                  [this] {
                                    return m_line->profile() ? roundingTable(*m_line->profile()->format, m_line->part())
                                                             : Table();
                                  },
                              .exportPicture = [this] { m_line->askAndExport(); }})),
      m_format(comboBox(tr("Format of the number line"))),
      m_rounding(comboBox(tr("Rounding of the number line"))) {
  for (const Rounding mode : kModes) m_rounding->addItem(titleOf(mode), qt(idOf(mode)));
  m_card->addControl(m_format);
  m_card->addControl(m_rounding);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_card);

  const QString hint = tr("bands: what rounds to each value · wheel zooms");
  m_card->setNote(hint);
  connect(m_line, &RoundingLine::described, this,
          [this, hint](const QString& text) { m_card->setNote(text.isEmpty() ? hint : text); });
  connect(m_line, &RoundingLine::windowChanged, m_card, &PictureCard::refresh);
  connect(m_line, &RoundingLine::codePicked, this, [this](quint64 code) {
    if (m_line->profile()) Q_EMIT codePicked(*m_line->profile()->format, code);
  });
  connect(m_format, &QComboBox::currentIndexChanged, this, &LinePanel::showFormat);
  connect(m_rounding, &QComboBox::currentIndexChanged, this,
          [this] { m_line->setRounding(*findRounding(currentId(*m_rounding).toStdString())); });
}

void LinePanel::follow() {
  auto chosen = m_choice.chosen();
  QString wanted = currentId(*m_format);
  if (wanted.isEmpty() && !chosen.empty()) wanted = qt(chosen.back().profile->format->info().id);  // the narrowest
  if (std::size_t(m_format->count()) != m_choice.profiles().size()) {
    const QSignalBlocker quiet(m_format);
    m_format->clear();
    for (const FormatProfile& profile : m_choice.profiles())
      m_format->addItem(qt(profile.format->info().title), qt(profile.format->info().id));
  }
  setCurrentId(*m_format, wanted);
  std::reverse(chosen.begin(), chosen.end());  // narrow ones first: they have few enough values to be told apart
  m_line->setOthers(std::move(chosen));
  showFormat();
}

void LinePanel::setFormat(std::string_view id) {
  setCurrentId(*m_format, qt(id));
  showFormat();
}

void LinePanel::showFormat() { m_line->setFormat(m_choice.find(currentId(*m_format).toStdString())); }

}  // namespace ulpscope
