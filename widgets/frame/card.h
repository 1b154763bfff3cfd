// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QHBoxLayout;
class QVBoxLayout;

namespace ulpscope {

class ElidedLabel;
class PlainLabel;

/// A surface with a thin border: a title and a muted note above, the content below.
class Card final : public QWidget {
  Q_OBJECT

 public:
  explicit Card(const QString& title = {}, QWidget* parent = nullptr);

  void setTitle(const QString& title);
  /// Muted, at the right of the title; cut in the middle where there is no room.
  void setNote(const QString& note);
  /// For a card within another one, whose tab is its title: neither frame nor margins, and the title is left out.
  void setEmbedded();
  /// A control at the right end of the title line.
  void addToHeader(QWidget* widget);
  QVBoxLayout* body() const { return m_body; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void showHeader();

  QWidget* m_header;
  QHBoxLayout* m_headerRow;
  PlainLabel* m_title;
  ElidedLabel* m_note;
  QVBoxLayout* m_body;
  bool m_embedded = false;
};

}  // namespace ulpscope
