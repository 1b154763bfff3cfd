// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <QComboBox>
#include <QLineEdit>
#include <QStringList>
#include <QTest>
#include <cstdlib>

#include "core/backend/backend.h"
#include "widgets/bits/bit_cells.h"
#include "widgets/bits/elsewhere_card.h"
#include "widgets/bits/format_picker.h"
#include "widgets/bits/number_field.h"
#include "widgets/bits/number_hero.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/explorer_page.h"
#include "widgets/session/session.h"

namespace ulpscope {

/// The page in a window of the given size, less frame and margins, over a session with nothing open.
class ExplorerPageTest : public testing::Test {
 protected:
  ExplorerPageTest() : m_session(makeReferenceBackend(), {}), m_page(m_session) {
    m_page.resize(1300, 790);
    m_page.show();
  }

  template <class Widget>
  Widget& part(const char* accessibleName = nullptr) {
    for (Widget* widget : m_page.findChildren<Widget*>())
      if (!accessibleName || widget->accessibleName() == QLatin1String(accessibleName)) return *widget;
    ADD_FAILURE() << "no such part";
    std::abort();
  }
  NumberField& value() { return part<NumberField>("Value"); }
  NumberField& code() { return part<NumberField>("Code"); }
  BitCells& bits() { return part<BitCells>(); }
  QString message() { return m_page.findChild<ElidedLabel*>(QStringLiteral("message"))->text(); }
  QString heroDescription() { return part<NumberHero>().accessibleDescription(); }

  void type(QLineEdit& field, const char* text) {
    field.setFocus();
    field.selectAll();
    QTest::keyClicks(&field, QLatin1String(text));
  }
  void enter(QLineEdit& field, const char* text) {
    type(field, text);
    QTest::keyClick(&field, Qt::Key_Return);
  }
  void pick(const char* comboName, const char* id) {
    if (QLatin1String(comboName) == QLatin1String("Format")) {
      Q_EMIT part<FormatPicker>().picked(QLatin1String(id));
      return;
    }
    auto& box = part<QComboBox>(comboName);
    box.setCurrentIndex(box.findData(QLatin1String(id)));
    Q_EMIT box.activated(box.currentIndex());
  }
  const Selection& selection() const { return m_session.selection(); }
  TableView& elsewhereTable() { return *m_page.findChild<ElsewhereCard*>()->findChild<TableView*>(); }
  /// A row of "the same value elsewhere": stored, error, code.
  QStringList elsewhere(const char* title) {
    auto* model = elsewhereTable().model();
    for (int row = 0; row < model->rowCount(); ++row)
      if (model->index(row, 0).data().toString() == QLatin1String(title))
        return {model->index(row, 1).data().toString(), model->index(row, 2).data().toString(),
                model->index(row, 3).data().toString()};
    return {};
  }

  Session m_session;
  ExplorerPage m_page;
};

}  // namespace ulpscope
