// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QSet>
#include <span>
#include <string_view>

class QMenu;
class QTreeView;

namespace ulpscope {

/// Which columns the list of tensors has, and how wide they are. The user's choice is kept between runs.
class TensorColumns final : public QObject {
  Q_OBJECT

 public:
  /// `tree` shows a TensorTreeModel already.
  explicit TensorColumns(QTreeView& tree);

  /// Makes room for these names of types: "BF16" needs less than "GPTQ 4-bit".
  void fitTypes(std::span<const std::string_view> types);
  /// Shares the tree's width out. The columns shown from the start give way to the name where there is little room;
  /// with any other choice all that were chosen are shown, if need be by scrolling.
  void fit();

  /// An entry a column, checked where it is shown, one to return to what is shown from the start, and the orders in
  /// which tensors can be ranked, for those who cannot click on a title.
  void fillMenu(QMenu& menu);
  void choose(int column, bool isShown);
  bool isChosen(int column) const { return m_chosen.contains(column); }

 private:
  int widthOf(int column) const;
  void fillRanking(QMenu& menu);
  void store() const;

  QTreeView& m_tree;
  QSet<int> m_chosen;  ///< beside the name
  int m_typeWidth;
};

}  // namespace ulpscope
