// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTimer>
#include <memory>
#include <optional>
#include <string>

#include "core/formats/explain.h"
#include "core/formats/value_order.h"
#include "widgets/bits/step.h"
#include "widgets/pages/page.h"
#include "widgets/session/selection.h"

namespace ulpscope {

class BitCells;
class CodeSlider;
class ElsewhereCard;
class NumberForm;
class NumberHero;
class NumberLine;
class PlainLabel;
class StepsCard;

/// One number in one format: its bits, its neighbours, how it came to its code, and what other formats make of it.
/// It follows the shared selection and changes it: what is typed or clicked here becomes the selection when the change
/// is complete (Enter, a released button), and is shown at once.
class ExplorerPage final : public Page {
  Q_OBJECT

 public:
  explicit ExplorerPage(Session& session, QWidget* parent = nullptr);

  QString copyText() const override;

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  /// The control that the user is in keeps its text.
  enum class Source { Value, Code, Other };

  void layOut();
  void connectParts();

  void follow(const Selection& selection);
  void showValue(const std::string& value, Source source);
  void showCode(std::uint64_t code, Source source);
  void present(const Explanation& explanation, Source source);
  void presentNumber();
  void presentPlace();
  void setFormat(const NumberFormat& format);

  void typeCode(const QString& text);
  void pickFormat(const QString& id);
  void step(Step step);
  /// Hands what is shown to the session: at once, or, amid a burst of keys, when they have stopped.
  void commit();
  void commitSoon() { m_settle.start(); }
  QString origin() const;

  const NumberFormat* m_format = nullptr;
  std::unique_ptr<ValueOrder> m_order;  ///< of m_format, where it has at most kEnumerableBits bits
  std::string m_value;                  ///< as typed, or the exact value of the code
  std::optional<Explanation> m_shown;
  QTimer m_settle;

  NumberForm* m_form;
  BitCells* m_bits;
  NumberHero* m_hero;
  NumberLine* m_line;
  QWidget* m_placeRow;
  CodeSlider* m_slider;
  PlainLabel* m_lowest;
  PlainLabel* m_highest;
  PlainLabel* m_place;
  StepsCard* m_steps;
  ElsewhereCard* m_elsewhere;
};

}  // namespace ulpscope
