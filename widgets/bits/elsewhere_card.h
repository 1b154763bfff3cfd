// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <vector>

#include "core/formats/exact_decimal.h"
#include "core/formats/representation.h"

class QComboBox;
class QLineEdit;

namespace ulpscope {

class RepresentationModel;
class TableView;

/// "The same value elsewhere": the number in every format, sorted by its error, filtered by words and by family.
/// Choosing a row picks its format.
class ElsewhereCard final : public QWidget {
  Q_OBJECT

 public:
  explicit ElsewhereCard(QWidget* parent = nullptr);

  /// `value` is what parseNumber reads; the rows stay where it cannot. A `current` format of no list gets a row too.
  void setNumber(const std::string& value, const RoundingChoice& rounding, Overflow overflow, FormatPointer current);
  QLineEdit* filterField() const { return m_filter; }

 Q_SIGNALS:
  void formatPicked(const QString& id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  /// What the rows were made of, to make them only once.
  struct Question {
    std::string value;
    RoundingChoice rounding;
    Overflow overflow;
    std::string extra;  ///< id of a format that no list has

    friend bool operator==(const Question&, const Question&) = default;
  };

  void layOut();
  void filter();
  void fitColumns();
  void showCurrent();
  void copyMenu(QWidget* button);

  RepresentationModel* m_model;
  TableView* m_table;
  QLineEdit* m_filter;
  QComboBox* m_family;
  std::optional<Question> m_asked;
  std::vector<Representation> m_all;
  FormatPointer m_extra;  ///< keeps the format of its row
  FormatPointer m_current;
};

}  // namespace ulpscope
