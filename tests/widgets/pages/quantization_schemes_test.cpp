// SPDX-License-Identifier: Apache-2.0
// The Quantize page: the list, the table and the knobs of the schemes.
#include <QAbstractButton>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSpinBox>
#include <QTest>
#include <QTextBrowser>
#include <QWheelEvent>

#include "tests/widgets/pages/quantization_fixture.h"
#include "widgets/frame/page_panel.h"
#include "widgets/quantization/scheme_form.h"
#include "widgets/quantization/scheme_list.h"

namespace ulpscope {
namespace {

TEST_F(QuantizationPageTest, SaysWhyASchemeDoesNotFit) {
  openWorkedExample();
  choose("q8_0");
  bool said = false;
  for (const auto* label : m_page.findChildren<QLabel*>())
    said = said || (label->isVisible() && label->text() == "rows of a multiple of 32 values expected, the rows have 5");
  EXPECT_TRUE(said);
  EXPECT_TRUE(codes().empty());
  EXPECT_EQ(part<SchemeTable>().table().model()->index(rowOf("Q8_0 (GGUF)"), 1).data().toString(), "\u2014");
  choose("int8_tensor");
  EXPECT_EQ(codes().size(), 5u);
}

TEST_F(QuantizationPageTest, FiltersTheListOfSchemes) {
  openSample(*m_session);
  auto& field = *part<SchemeForm>().findChild<QLineEdit*>(QStringLiteral("filter"));
  const auto& list = part<SchemeList>();
  const auto shownTitles = [&] {
    QStringList titles;
    for (int row = 0; row < list.count(); ++row)
      if (!list.item(row)->isHidden()) titles << list.item(row)->text();
    return titles;
  };
  field.setText("gguf q8");
  EXPECT_EQ(shownTitles(), (QStringList{"GGUF", "Q8_0 (GGUF)"}));
  field.setText("no such scheme");
  EXPECT_TRUE(shownTitles().isEmpty());
  field.clear();
  EXPECT_GT(shownTitles().size(), int(schemeRegistry().size()));
}

TEST_F(QuantizationPageTest, MeasuresAnewWhenAKnobIsTurned) {
  openSample(*m_session);
  choose("int_symmetric");
  const double before = summary("Bits per weight").toDouble();
  auto& bits = part<QSpinBox>();
  bits.setValue(4);
  settle(*m_session);
  EXPECT_EQ(m_session->selection().settings.at("bits"), "4");
  EXPECT_NEAR(summary("Bits per weight").toDouble(), before - 4, 1e-3);
  EXPECT_EQ(&bits, &part<QSpinBox>()) << "the control that is being turned must not be replaced";
  EXPECT_EQ(part<SchemeTable>().table().model()->index(rowOf("Symmetric integer"), 1).data().toDouble(),
            QString::number(before - 4, 'f', 3).toDouble());
}

TEST_F(QuantizationPageTest, TakesDecimalsOfKnobsWithPointAndComma) {
  const QLocale before;
  QLocale::setDefault(QLocale::German);
  openSample(*m_session);
  choose("llm_int8");
  auto& threshold = part<QDoubleSpinBox>();
  EXPECT_EQ(threshold.text(), "6");
  EXPECT_EQ(threshold.accessibleName(), "Outlier threshold");
  const auto type = [&](const QString& text) {
    threshold.selectAll();
    QTest::keyClicks(&threshold, text);
    QTest::keyClick(&threshold, Qt::Key_Return);
    settle(*m_session);
    return m_session->selection().settings.at("threshold");
  };
  EXPECT_EQ(type("4.25"), "4.25");
  EXPECT_EQ(type("3,5"), "3.5");
  EXPECT_EQ(threshold.text(), "3.5");
  EXPECT_EQ(type("7e"), "7") << "letters are not taken";
  EXPECT_EQ(type("0.0064"), "0.0064");
  EXPECT_EQ(threshold.text(), "0.0064");
  EXPECT_EQ(type("10"), "10");
  threshold.clearFocus();
  QWheelEvent wheel(QPointF(5, 5), threshold.mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(&threshold, &wheel);
  EXPECT_EQ(threshold.text(), "10") << "a wheel that scrolls past turns nothing";
  EXPECT_EQ(&threshold, &part<QDoubleSpinBox>()) << "the control that is being turned must not be replaced";
  EXPECT_TRUE(summary("Bits per weight").toDouble() > 8);
  QLocale::setDefault(before);
}

TEST_F(QuantizationPageTest, TellsAllOfASchemeOnAPageBesideTheWindow) {
  openSample(*m_session);
  choose("gptq");
  for (auto* button : m_page.findChildren<QAbstractButton*>())
    if (button->text() == "about this scheme") button->click();
  const auto* panel = m_page.findChild<PagePanel*>();
  ASSERT_TRUE(panel);
  const auto* text = panel->findChild<QTextBrowser*>();
  const QString page = text->toPlainText();
  EXPECT_TRUE(page.contains("least sum of |error|^2.4 (mse).")) << "a bar does not end a cell of the table";
  EXPECT_TRUE(page.contains("fallback_tokens"));
  EXPECT_LE(text->document()->idealWidth(), text->viewport()->width()) << "nothing is cut off";
  EXPECT_TRUE(m_page.window()->frameGeometry().contains(panel->geometry().center()));
}

TEST_F(QuantizationPageTest, ShowsTheNewestOfQuicklyChangedSchemes) {
  openSample(*m_session);
  for (const Scheme* scheme : schemeRegistry()) m_session->selectScheme(scheme->info().id, {});
  m_session->selectScheme("fp8_row", {});
  m_session->selectScheme("q4_0", {});
  settle(*m_session);
  EXPECT_EQ(figure("Rounding error of").title, "Rounding error of q4_0");
  EXPECT_EQ(summary("Bits per weight"), "4.5");
  EXPECT_EQ(part<SchemeList>().currentItem()->text(), "Q4_0 (GGUF)");
}

TEST_F(QuantizationPageTest, SortsAndCopiesTheTableOfSchemes) {
  openSample(*m_session);
  TableView& table = part<SchemeTable>().table();
  table.sortByColumn(1, Qt::AscendingOrder);
  std::vector<double> bits;
  for (int row = 0; row < table.model()->rowCount(); ++row) {
    bool isNumber = false;
    const double number = table.model()->index(row, 1).data().toDouble(&isNumber);
    if (isNumber) bits.push_back(number);
  }
  EXPECT_EQ(bits.size(), measuredSchemes(*m_session));
  EXPECT_TRUE(std::is_sorted(bits.begin(), bits.end()));
  const QString csv = table.textAs(TableView::CopyAs::Csv);
  EXPECT_EQ(csv.count('\n'), qsizetype(schemeRegistry().size()) + 1);
  EXPECT_TRUE(table.textAs(TableView::CopyAs::Markdown).startsWith("|"));

  part<SchemeTable>().save(path("schemes.csv"));
  QFile file(path("schemes.csv"));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  EXPECT_EQ(QString::fromUtf8(file.readAll()), csv);
}

TEST_F(QuantizationPageTest, ChoosesTheSchemeOfAClickedRowAndKeepsTheOrder) {
  openSample(*m_session);
  TableView& table = part<SchemeTable>().table();
  table.sortByColumn(2, Qt::DescendingOrder);
  const int row = rowOf("NF4 (bitsandbytes)");
  table.selectRow(row);
  settle(*m_session);
  EXPECT_EQ(m_session->selection().scheme, "bnb_nf4");
  EXPECT_EQ(rowOf("NF4 (bitsandbytes)"), row);
  EXPECT_EQ(table.currentIndex().row(), row);
}

TEST_F(QuantizationPageTest, MarksTheChosenSchemeInThePicture) {
  openSample(*m_session);
  choose("q8_0");
  for (const Series& series : figure("Error against size").series) {
    if (series.kind != Series::Kind::Points) continue;
    ASSERT_EQ(series.labels.size(), measuredSchemes(*m_session));
    for (std::size_t i = 0; i < series.labels.size(); ++i)
      EXPECT_EQ(series.marked[i], series.labels[i] == "Q8_0 (GGUF)") << series.labels[i];
  }
}

}  // namespace
}  // namespace ulpscope
