// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QListWidget>
#include <set>
#include <string>
#include <vector>

#include "core/quantization/scheme_choice.h"

namespace ulpscope {

struct RecipeTarget;

/// The schemes that a tool can do, ticked where they are to be tried. First those that are tried by default, then all
/// others of the registry.
class SchemeTicks final : public QListWidget {
  Q_OBJECT

 public:
  explicit SchemeTicks(QWidget* parent = nullptr);

  /// Offers what it can do, its own list ticked; null: everything, the usual ones ticked.
  void setTarget(const RecipeTarget* target);
  /// Without inputs of the layers those that need them cannot be ticked.
  void setHasInputs(bool has);
  std::vector<SchemeChoice> ticked() const;

 Q_SIGNALS:
  void edited();

 protected:
  /// The keys have a row to begin at.
  void focusInEvent(QFocusEvent* event) override;

 private:
  void fill();
  bool isMissingInputs(const SchemeChoice& choice) const;
  void take(QListWidgetItem* item);

  const RecipeTarget* m_target = nullptr;
  bool m_hasInputs = false;
  std::vector<SchemeChoice> m_offered;
  std::set<std::string> m_ticked;  ///< textOf() them
};

}  // namespace ulpscope
