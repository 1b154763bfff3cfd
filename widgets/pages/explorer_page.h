// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTimer>

#include "widgets/bits/explored_number.h"
#include "widgets/pages/page.h"
#include "widgets/session/selection.h"

namespace ulpscope {

class ArithmeticCard;
class BitCells;
class ElsewhereCard;
class FormatCard;
class FormsCard;
class NumberForm;
class NumberHero;
class NumberLine;
class PlaceRow;
class StacksCard;
class StepsCard;
class TabStack;
class ViaCard;

/// One number in one format: its bits, its neighbours, how it came to its code, and what other formats, operations and
/// programs make of it. It follows the shared selection and changes it: what is typed or clicked here becomes the
/// selection when the change is complete (Enter, a released button), and is shown at once.
class ExplorerPage final : public Page {
  Q_OBJECT

 public:
  explicit ExplorerPage(Session& session, QWidget* parent = nullptr);

  QString copyText() const override;
  QWidget* filterField() override;

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  /// The control that the user is in keeps its text.
  enum class Source { Value, Code, Other };

  void layOut();
  QWidget* tabs();
  void connectForm();
  void connectParts();
  void addActions();

  void follow(const Selection& selection);
  void typeValue(const QString& text);
  void typeCode(const QString& text);
  void finishTyping();
  void openLink(const std::string& text);
  void showCode(std::uint64_t code);
  void pickFormat(const QString& id);
  void changeRules();
  void step(Step step);

  /// Shows the number; `stored` says why it could not be had, if so.
  void present(const Result<void>& stored, Source source);
  void presentNumber();
  /// What the tab in front is about; the others wait until they come to the front.
  void presentTab();

  /// Hands what is shown to the session: at once, or, amid a burst of keys, when they have stopped.
  void commit();
  void commitSoon() { m_settle.start(); }
  void openCopyMenu();
  QString origin() const;

  ExploredNumber m_number;
  bool m_chosen = false;  ///< by the user or the selection; what is shown first nobody asked for
  QString m_typed;        ///< in the value field, since the last Enter
  QTimer m_settle;

  NumberForm* m_form;
  BitCells* m_bits;
  NumberHero* m_hero;
  NumberLine* m_line;
  PlaceRow* m_place;
  StepsCard* m_steps;
  TabStack* m_tabs;
  ElsewhereCard* m_elsewhere;
  FormsCard* m_forms;
  FormatCard* m_formatCard;
  QWidget* m_formatTab = nullptr;
  ArithmeticCard* m_arithmetic;
  ViaCard* m_via;
  StacksCard* m_stacks;
  QWidget* m_copyAs;
};

}  // namespace ulpscope
