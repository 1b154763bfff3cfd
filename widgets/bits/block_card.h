// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

#include "core/formats/block_bytes.h"

class QComboBox;
class QTextBrowser;

namespace ulpscope {

class NumberField;
class PlainLabel;
class TableModel;
class TableView;

/// Numbers that share a scale: up to 32 of them, typed or pasted, in a block format. The scale modes side by side with
/// what each costs, how the chosen one came to its scale, every element, and the bytes as a framework lays them out.
class BlockCard final : public QWidget {
  Q_OBJECT

 public:
  explicit BlockCard(QWidget* parent = nullptr);

  void setNumbers(const QString& numbers);

  /// Of the chosen mode; empty while the numbers cannot be read.
  const std::vector<QuantizedBlock>& blocks() const { return m_blocks; }
  ScaleMode mode() const;
  /// The numbers, the scale's steps and the elements, tab-separated.
  QString plainText() const;

 private:
  void buildLayout();
  const BlockFormat& format() const;
  void offerModes();
  void quantizeAgain();
  void showModes(const std::vector<float>& numbers);
  void showElements();
  void showBytes();
  void showSteps();
  void showError(const Error& error);
  void copyMenu(QWidget* button);

  std::vector<QuantizedBlock> m_blocks;

  NumberField* m_numbers;
  QComboBox* m_format;
  QComboBox* m_mode;
  QComboBox* m_layoutBox;
  PlainLabel* m_note;
  QTextBrowser* m_steps;
  TableModel* m_modesModel;
  TableView* m_modes;
  TableModel* m_elementsModel;
  TableView* m_elements;
  TableModel* m_bytesModel;
  TableView* m_bytes;
};

}  // namespace ulpscope
