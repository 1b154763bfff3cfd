// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/number_format.h"

namespace ulpscope {

class ElidedLabel;
class FactList;
class FormatDesigner;
class LinkButton;
class PlainLabel;

/// The format itself: its name, what people stumble over in it, its knobs if it has any, and its limits, live.
class FormatCard final : public QWidget {
  Q_OBJECT

 public:
  explicit FormatCard(QWidget* parent = nullptr);
  void setFormat(FormatPointer format);

 Q_SIGNALS:
  void formatPicked(const QString& id);

 private:
  FormatPointer m_format;
  ElidedLabel* m_name;
  LinkButton* m_design;
  PlainLabel* m_notes;
  FormatDesigner* m_designer;
  FactList* m_facts;
};

}  // namespace ulpscope
