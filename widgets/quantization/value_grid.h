// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <memory>
#include <vector>

#include "widgets/quantization/quantization_study.h"

namespace ulpscope {

class LinkButton;
class PlainLabel;
class TableModel;
class TableView;

/// Original, code, restored value and error of each weight, a page of kPageSize at a time.
class ValueGrid final : public QWidget {
  Q_OBJECT

 public:
  static constexpr std::uint64_t kPageSize = 512;

  explicit ValueGrid(QWidget* parent = nullptr);

  /// nullptr: nothing to show.
  void show(const std::shared_ptr<const LoadedTensor>& tensor, const std::shared_ptr<const Measurement>& measurement,
            const std::vector<std::uint64_t>& shape);
  /// Turns to the page of `element` and marks its row.
  void showElement(std::uint64_t element);
  TableView& table() const { return *m_table; }

 Q_SIGNALS:
  void elementChosen(std::uint64_t element);
  /// The pointer rests on the row of `element`, at `place` on the screen.
  void elementPointedAt(std::uint64_t element, const QPoint& place);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  std::uint64_t size() const { return m_measurement ? m_tensor->values.size() : 0; }
  void turnTo(std::uint64_t page);
  void fill();

  std::shared_ptr<const LoadedTensor> m_tensor;
  std::shared_ptr<const Measurement> m_measurement;
  std::vector<std::uint64_t> m_shape;
  std::uint64_t m_page = 0;
  std::uint64_t m_element = 0;
  bool m_isStale = false;  ///< filled when it is seen
  TableModel* m_model;
  TableView* m_table;
  QWidget* m_pager;
  PlainLabel* m_place;
  LinkButton* m_previous;
  LinkButton* m_next;
};

}  // namespace ulpscope
