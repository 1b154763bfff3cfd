// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QScrollArea>
#include <vector>

class QVBoxLayout;

namespace ulpscope {

/// A name and what is said of it.
struct Fact {
  enum class Tone { Plain, Strong, Bad };
  QString name;
  QString text;  ///< in fixed-width digits
  QString note = {};
  Tone tone = Tone::Plain;
};

/// Names at the left, their numbers at the right and notes below the names, a hairline under each; what is long wraps.
/// Texts can be selected and copied.
class FactList final : public QScrollArea {
  Q_OBJECT

 public:
  explicit FactList(const QString& name, QWidget* parent = nullptr);

  void setFacts(std::vector<Fact> facts);
  const std::vector<Fact>& facts() const { return m_facts; }
  /// "name: text (note)", a line each.
  QString plainText() const;

 private:
  std::vector<Fact> m_facts;
  QVBoxLayout* m_column;
};

}  // namespace ulpscope
