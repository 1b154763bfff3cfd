// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/text.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <QStringList>
#include <vector>

#include "core/base/text.h"

namespace ulpscope {
namespace {

struct SessionText {
  Q_DECLARE_TR_FUNCTIONS(SessionText)
};

}  // namespace

QString shown(std::string_view text) { return QString::fromStdString(printable(text)); }

QString plainToolTip(const QString& text) {
  return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped());
}

QString grouped(std::uint64_t count) {
  return QString::fromStdString(groupedDigits(count)).replace(QLatin1Char(','), QChar(0x2009));
}

QString shapeText(std::span<const std::uint64_t> shape) {
  if (shape.empty()) return emDash();
  QStringList sides;
  for (const auto side : shape) sides << QString::number(side);
  return sides.join(QStringLiteral(" \u00D7 "));
}

QString positionText(std::span<const std::uint64_t> shape, std::uint64_t index) {
  std::vector<std::uint64_t> position(shape.size());
  for (std::size_t d = shape.size(); d-- > 0;) {
    position[d] = shape[d] ? index % shape[d] : 0;
    if (shape[d]) index /= shape[d];
  }
  return QString::fromStdString(bracketed(position));
}

QString titleOf(const Checkpoint& checkpoint) {
  const QString path = QString::fromStdString(checkpoint.path);
  const QString name = QFileInfo(path.endsWith(QLatin1Char('/')) ? path.chopped(1) : path).fileName();
  return shown((name.isEmpty() ? path : name).toStdString());
}

QString typeText(const TensorInfo& tensor) { return shown(typeTitle(tensor)); }

QString whyUnreadable(const TensorInfo& tensor) {
  return tensor.remark.empty()
             ? SessionText::tr("Its type, %1, is not one whose values can be read.").arg(typeText(tensor))
             : shown(tensor.remark);
}

QString placeText(const Checkpoint& checkpoint, const TensorInfo& tensor) {
  const TensorPlace place = roleOf(tensor.name, checkpoint.model.value_or(ModelDescription()));
  QStringList parts;
  if (place.role != TensorRole::None)
    parts << (place.bias ? SessionText::tr("%1 (bias)").arg(qt(titleOf(place.role))) : qt(titleOf(place.role)));
  if (place.layer) parts << SessionText::tr("layer %1").arg(*place.layer);
  if (place.expert) parts << SessionText::tr("expert %1").arg(*place.expert);
  return parts.join(QStringLiteral(", "));
}

QString titleOf(FormatFamily family) {
  switch (family) {
    case FormatFamily::Ieee:
      return SessionText::tr("IEEE 754");
    case FormatFamily::MachineLearning:
      return SessionText::tr("Machine learning");
    case FormatFamily::Float8:
      return SessionText::tr("8-bit floats");
    case FormatFamily::Float6:
      return SessionText::tr("6-bit floats");
    case FormatFamily::Float4:
      return SessionText::tr("4-bit floats");
    case FormatFamily::Scale:
      return SessionText::tr("Scales of blocks");
    case FormatFamily::P3109:
      return SessionText::tr("IEEE P3109");
    case FormatFamily::Tapered:
      return SessionText::tr("Posits and takums");
    case FormatFamily::Integer:
      return SessionText::tr("Integers");
    case FormatFamily::CodeBook:
      return SessionText::tr("Code books");
    case FormatFamily::Historic:
      return SessionText::tr("Historic and rare");
    case FormatFamily::Custom:
      return SessionText::tr("Custom");
  }
  return {};
}

QString timeText(std::int64_t secondsSince1970) {
  return QDateTime::fromSecsSinceEpoch(secondsSince1970).toString(QStringLiteral("yyyy-MM-dd hh:mm"));
}

}  // namespace ulpscope
