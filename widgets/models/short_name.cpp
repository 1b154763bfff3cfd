// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/short_name.h"

#include <QFontMetrics>
#include <QStringList>
#include <algorithm>

namespace ulpscope {
namespace {

constexpr qsizetype kStub = 3;  ///< letters of a word that was cut once

bool isNumber(const QString& word) {
  return !word.isEmpty() && std::ranges::all_of(word, [](QChar letter) { return letter.isDigit(); });
}

}  // namespace

QString shortName(const QString& name, qsizetype shared, const QFontMetrics& metrics, int width) {
  const auto fits = [&](const QString& text) { return metrics.horizontalAdvance(text) <= width; };
  if (fits(name)) return name;
  const QString start = shared > 0 ? QStringLiteral("\u2026") : QString();
  QStringList words = name.sliced(shared).split(u'.');
  QString text = start + words.join(u'.');
  const auto cut = [&](qsizetype word, qsizetype letters) {
    if (fits(text) || word < 0 || isNumber(words[word]) || words[word].size() <= letters + 1) return;
    words[word].truncate(letters);
    text = start + words.join(u'.');
  };
  const qsizetype last = words.size() - 1;
  const auto number = std::ranges::find_if(words, isNumber) - words.begin();
  for (qsizetype word = 0; number <= last && word < number; ++word) cut(word, 1);
  for (const qsizetype letters : {kStub, qsizetype(1)})
    for (qsizetype word = 0; word < last - 1; ++word) cut(word, letters);
  cut(last, 1);
  return fits(text) ? text : metrics.elidedText(text, Qt::ElideMiddle, width);  // which cuts what just fits
}

}  // namespace ulpscope
