// SPDX-License-Identifier: Apache-2.0
#include "widgets/pages/quantization_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileInfo>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/report/npy.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/frame/notice.h"
#include "widgets/frame/page_panel.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/error_panel.h"
#include "widgets/quantization/fact_list.h"
#include "widgets/quantization/inputs_box.h"
#include "widgets/quantization/inputs_panel.h"
#include "widgets/quantization/scheme_form.h"
#include "widgets/quantization/scheme_list.h"
#include "widgets/quantization/scheme_table.h"
#include "widgets/quantization/value_grid.h"
#include "widgets/quantization/weight_panel.h"
#include "widgets/quantization/what_if_box.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::Pointwise;

/// The values of the worked examples: "absmax INT8" and "affine INT8, range as given".
const std::vector<float> kWorked{2.1f, 3.1f, 2.5f, 3.7f, 3.3f};

/// A safetensors file of one FP32 tensor.
void writeTensor(const QString& path, const std::vector<std::uint64_t>& shape, const std::vector<float>& values,
                 const QByteArray& name = "x") {
  QByteArray sides;
  for (const auto side : shape) sides += (sides.isEmpty() ? "" : ",") + QByteArray::number(qulonglong(side));
  const auto bytes = qsizetype(values.size() * sizeof(float));
  QByteArray header = "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + sides + "],\"data_offsets\":[0," +
                      QByteArray::number(bytes) + "]}}";
  while (header.size() % 8 != 0) header += ' ';
  const auto length = std::uint64_t(header.size());
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header);
  file.write(reinterpret_cast<const char*>(values.data()), bytes);
}

MATCHER_P(IsWithin, bound, "") { return std::abs(std::get<0>(arg) - std::get<1>(arg)) <= bound; }

/// Schemes that fit the selected tensor and need no inputs of the layer, of which the window knows none.
std::size_t measuredSchemes(const Session& session) {
  const MatrixShape shape = matrixShape(session.selection().tensorInfo()->shape);
  return static_cast<std::size_t>(std::ranges::count_if(schemeRegistry(), [&](const Scheme* scheme) {
    return scheme->info().calibration != CalibrationUse::Required && scheme->bitsPerWeight(shape, {});
  }));
}

class QuantizationPageTest : public testing::Test {
 protected:
  QuantizationPageTest() {
    m_page.resize(1320, 790);
    m_page.show();
    m_page.activated();
  }

  QString path(const char* name) const { return m_folder.filePath(name); }
  void openWorkedExample() {
    writeTensor(path("worked.safetensors"), {5}, kWorked);
    m_session->openPath(path("worked.safetensors"));
    settle(*m_session);
  }
  void choose(const std::string& scheme, const Settings& settings = {}) {
    m_session->selectScheme(scheme, settings);
    settle(*m_session);
  }
  template <class Part>
  Part& part() {
    return *m_page.findChild<Part*>();
  }
  /// A column of the grid of values, as it reads.
  std::vector<float> column(int which) {
    const QAbstractItemModel& model = *part<ValueGrid>().table().model();
    std::vector<float> numbers;
    for (int row = 0; row < model.rowCount(); ++row)
      numbers.push_back(model.index(row, which).data().toString().toFloat());
    return numbers;
  }
  std::vector<float> codes() { return column(2); }
  std::vector<float> restored() { return column(3); }
  /// What a list says of `name`; empty where it says nothing.
  QString fact(const char* list, const char* name) {
    for (const auto* facts : m_page.findChildren<FactList*>())
      if (facts->accessibleName() == QLatin1String(list))
        for (const Fact& fact : facts->facts())
          if (fact.name == QLatin1String(name)) return fact.text;
    return {};
  }
  QString board(const char* name) { return fact("One weight", name); }
  QString summary(const char* name) { return fact("Measures of the error", name); }
  const Figure& figure(const char* titleBegin) {
    for (const auto* plot : m_page.findChildren<PlotView*>())
      if (plot->figure().title.starts_with(titleBegin)) return plot->figure();
    static const Figure none;
    return none;
  }
  /// Row of a scheme in the table, by its title; -1: none.
  int rowOf(const char* title) {
    const QAbstractItemModel& model = *part<SchemeTable>().table().model();
    for (int row = 0; row < model.rowCount(); ++row)
      if (model.index(row, 0).data().toString() == QLatin1String(title)) return row;
    return -1;
  }

  QTemporaryDir m_folder;
  std::unique_ptr<Session> m_session = makeSession();
  QuantizationPage m_page{*m_session};
};

TEST_F(QuantizationPageTest, ShowsTheAbsmaxRowOfTheWorkedExamples) {
  openWorkedExample();
  choose("int8_tensor");
  EXPECT_TRUE(part<ValueGrid>().isVisible()) << "a tensor of five numbers is shown number by number";
  EXPECT_THAT(codes(), ElementsAre(72, 106, 86, 127, 113));
  EXPECT_THAT(restored(), Pointwise(IsWithin(5e-5f), {2.0976f, 3.0882f, 2.5055f, 3.7000f, 3.2921f}));
}

TEST_F(QuantizationPageTest, ShowsTheAffineRowOfTheWorkedExamplesWithTheRangeAsGiven) {
  openWorkedExample();
  choose("int_affine", {{"range", "as_given"}});
  EXPECT_NEAR(board("Scale").toFloat(), 1.6f / 255, 1e-9);
  EXPECT_EQ(board("Zero point"), "-463");
  // round(x / (1.6 / 255)) - 463
  EXPECT_THAT(codes(), ElementsAre(-128, 31, -65, 127, 63));
}

TEST_F(QuantizationPageTest, WidensTheRangeOfTheAffineRowToHoldZero) {
  openWorkedExample();
  choose("int_affine");
  EXPECT_NEAR(board("Scale").toFloat(), 3.7f / 255, 1e-8);
  EXPECT_EQ(board("Zero point"), "-128");
  // round(x / (3.7 / 255)) - 128
  EXPECT_THAT(codes(), ElementsAre(17, 86, 44, 127, 99));
}

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

TEST_F(QuantizationPageTest, TakesWhatIsKnownOfTheLayersInputs) {
  openSample(*m_session);
  const auto isSaid = [&](const QString& part) {
    const auto labels = m_page.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* l) { return l->isVisible() && l->text().contains(part); });
  };
  const auto& table = part<SchemeTable>().table();
  const int outputs = 3;
  choose("gptq");
  EXPECT_TRUE(isSaid("of the layer expected"));
  EXPECT_TRUE(table.isColumnHidden(outputs));

  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_FALSE(isSaid("of the layer expected"));
  EXPECT_TRUE(isSaid("drawn, not recorded"));
  EXPECT_FALSE(table.isColumnHidden(outputs));
  EXPECT_GT(table.model()->index(rowOf("GPTQ"), outputs).data().toDouble(), 10);
  EXPECT_GT(summary("Outputs: signal to noise (dB)").toDouble(), 10);
  EXPECT_EQ(figure("Error against size").y.title, "signal to noise (dB)");
  const Figure& inputs = figure("Inputs of");
  ASSERT_EQ(inputs.series.size(), 1 + 2 * 9u) << "a histogram, and where each range begins and ends";
  EXPECT_EQ(inputs.series[1].x[0], inputs.series[0].x.front()) << "least to largest";
  EXPECT_EQ(inputs.series[2].x[0], inputs.series[0].x.back());
  EXPECT_TRUE(fact("Ranges of the inputs", "Least to largest").contains(" to "));
  EXPECT_TRUE(fact("Ranges of the inputs", "Each vector's extremes").contains(" to "));
  for (const auto* facts : part<InputsPanel>().findChildren<FactList*>())
    EXPECT_LE(facts->widget()->minimumSizeHint().width(), 300) << "no number is cut off where the card is narrow";
  auto& range = *part<InputsPanel>().findChild<QComboBox*>();
  range.setCurrentIndex(1);
  EXPECT_EQ(figure("Inputs of").series.size(), 3u) << "one range alone";

  m_session->setCalibration(nullptr);
  settle(*m_session);
  EXPECT_TRUE(isSaid("of the layer expected"));
  EXPECT_TRUE(table.isColumnHidden(outputs));
}

TEST_F(QuantizationPageTest, ScalesLayersThatShareAnInputAlike) {
  openSample(*m_session);
  const auto& checkpoint = *m_session->selection().checkpoint;
  const auto query = std::ranges::find_if(
      checkpoint.tensors, [](const TensorInfo& tensor) { return tensor.name.ends_with("q_proj.weight"); });
  ASSERT_NE(query, checkpoint.tensors.end());
  m_session->selectTensor(std::size_t(query - checkpoint.tensors.begin()));
  choose("smoothquant");
  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_EQ(summary("Columns scaled alike with"), "k_proj, v_proj");
  const QString shared = summary("RMSE");
  choose("smoothquant", {{"siblings", "alone"}});
  EXPECT_EQ(summary("Columns scaled alike with"), "");
  EXPECT_NE(summary("RMSE"), shared);
}

TEST_F(QuantizationPageTest, SaysWhatTheInputsDoNotCover) {
  writeTensor(path("worked.safetensors"), {1, 5}, kWorked);
  writeTensor(path("inputs.safetensors"), {2, 5}, {1, 2, 0, 4, 5, 6, 7, 0, 9, 10}, "x.inputs");
  m_session->openPath(path("worked.safetensors"));
  m_session->openCalibration(path("inputs.safetensors"));
  settle(*m_session);
  const QString note = part<InputsBox>().findChildren<QLabel*>().last()->text();
  EXPECT_TRUE(note.contains("2 vectors, recorded")) << qPrintable(note);
  EXPECT_TRUE(note.contains("Beware: 1 of 5 columns had no input other than zero")) << qPrintable(note);
  EXPECT_TRUE(note.contains("Beware: 2 inputs for 5 columns: the Hessian is singular")) << qPrintable(note);
}

TEST_F(QuantizationPageTest, OffersAFileOfInputsOnceItWasOpened) {
  openWorkedExample();
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_session->openCalibration(path("worked.safetensors"));  // arrays of no layer
  settle(*m_session);
  EXPECT_EQ(reported.count(), 1);
  EXPECT_EQ(m_session->calibration(), nullptr);

  writeTensor(path("layers.safetensors"), {1, 4}, {1, 2, 3, 4}, "a.inputs");
  m_session->openCalibration(path("layers.safetensors"));
  settle(*m_session);
  ASSERT_NE(m_session->calibration(), nullptr);
  auto& box = *part<InputsBox>().findChild<QComboBox*>();
  EXPECT_EQ(box.currentText(), "layers.safetensors");
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

TEST_F(QuantizationPageTest, WritesCodesAndRestoredValuesAsNumpyArraysOfTheTensorsShape) {
  openWorkedExample();
  choose("int8_tensor");
  m_page.exportCodes(path("codes.npy"));
  settle(*m_session);
  m_page.exportRestored(path("restored.npy"));
  settle(*m_session);

  const auto codesFile = readNpy(path("codes.npy").toStdString());
  ASSERT_TRUE(codesFile);
  EXPECT_EQ(codesFile->descr, "|i1");
  EXPECT_THAT(codesFile->shape, ElementsAre(5));
  EXPECT_THAT(codesFile->data,
              ElementsAre(std::byte{72}, std::byte{106}, std::byte{86}, std::byte{127}, std::byte{113}));

  const auto restoredFile = readNpy(path("restored.npy").toStdString());
  ASSERT_TRUE(restoredFile);
  EXPECT_EQ(restoredFile->descr, "<f4");
  ASSERT_EQ(restoredFile->data.size(), 5 * sizeof(float));
  std::vector<float> values(5);
  std::memcpy(values.data(), restoredFile->data.data(), restoredFile->data.size());
  EXPECT_THAT(values, Pointwise(IsWithin(5e-5f), restored()));
}

TEST_F(QuantizationPageTest, ReportsAFileThatCannotBeWritten) {
  openWorkedExample();
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_page.exportCodes(path("no such folder/codes.npy"));
  settle(*m_session);
  EXPECT_EQ(reported.count(), 1);
}

TEST_F(QuantizationPageTest, WritesOverNoFileOfAnOpenCheckpoint) {
  openWorkedExample();
  const auto bytes = [&] {
    QFile file(path("worked.safetensors"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  };
  const QByteArray before = bytes();
  ASSERT_TRUE(QFile::link(path("worked.safetensors"), path("link.npy")));
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_page.exportCodes(path("worked.safetensors"));
  m_page.exportRestored(path("link.npy"));
  settle(*m_session);
  EXPECT_EQ(reported.count(), 2);
  EXPECT_EQ(bytes(), before);
  EXPECT_TRUE(QFileInfo(path("link.npy")).isSymLink());
}

TEST_F(QuantizationPageTest, SaysWhatItIsForWhereNothingIsOpen) {
  EXPECT_TRUE(part<Notice>().isVisible());
  openSample(*m_session);
  EXPECT_FALSE(part<Notice>().isVisible());
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_TRUE(part<Notice>().isVisible());
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

TEST_F(QuantizationPageTest, TriesWhatIfAtOnce) {
  std::vector<float> values(64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(float(i));
  values[10] = 40;
  writeTensor(path("outlier.safetensors"), {64}, values);
  m_session->openPath(path("outlier.safetensors"));
  settle(*m_session);
  choose("int8_tensor");
  auto& box = part<WhatIfBox>();
  const auto spin = [&](const char* name) {
    for (auto* found : box.findChildren<QSpinBox*>())
      if (found->accessibleName() == QLatin1String(name)) return found;
    ADD_FAILURE() << name;
    return box.findChild<QSpinBox*>();
  };
  const auto error = [&] { return summary("RMSE").toDouble(); };
  const auto bits = [&](const char* title) {
    return part<SchemeTable>().table().model()->index(rowOf(title), 1).data().toString().toDouble();
  };
  const double plain = error();
  const double plainBits = bits("INT8 by row");
  spin("Weights kept in FP16")->setValue(1);
  settle(*m_session);
  EXPECT_LT(error(), plain / 10) << "the outlier no longer stretches the scale";
  EXPECT_GT(bits("INT8 by row"), plainBits) << "all schemes are around what is kept";
  ASSERT_EQ(restored().size(), values.size());
  EXPECT_EQ(restored()[10], 40);
  spin("Weights kept in FP16")->setValue(0);
  box.findChild<QAbstractButton*>()->click();
  spin("One weight in")->setValue(4);
  settle(*m_session);
  EXPECT_GT(error(), plain);
  EXPECT_NE(column(1), values) << "outliers are in the values that are shown";
  box.findChild<QAbstractButton*>()->click();
  settle(*m_session);
  EXPECT_DOUBLE_EQ(error(), plain);
}

TEST_F(QuantizationPageTest, TellsHowTheWeightUnderThePointerBecameItsCode) {
  openWorkedExample();
  choose("int8_tensor");
  auto& table = part<ValueGrid>().table();
  const QPoint place = table.visualRect(table.model()->index(1, 1)).center();
  QHelpEvent pointed(QEvent::ToolTip, place, table.viewport()->mapToGlobal(place));
  QCoreApplication::sendEvent(table.viewport(), &pointed);
  settle(*m_session);
  for (const char* line :
       {"Weight: 3.1", "Block maximum: 3.7", "Nearest codes: 106", "Code: 106", "Restored: 3.088189"})
    EXPECT_TRUE(QToolTip::text().contains(QLatin1String(line))) << line << " in\n" << QToolTip::text().toStdString();
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

TEST_F(QuantizationPageTest, FollowsTheTensor) {
  openSample(*m_session);
  const auto& tensors = m_session->selection().checkpoint->tensors;
  const std::size_t other = *m_session->selection().tensor == 0 ? 1 : 0;
  m_session->selectTensor(other);
  settle(*m_session);
  EXPECT_EQ(figure("Error against size").title, "Error against size, " + tensors[other].name);
  const std::uint64_t columns = matrixShape(tensors[other].shape).columns;
  EXPECT_EQ(figure("Error by column").series.at(0).y.size(), columns);
}

TEST_F(QuantizationPageTest, ComputesNothingWhileNobodyLooks) {
  m_page.hide();
  openSample(*m_session);
  EXPECT_TRUE(figure("Error against size").series.empty());
  m_page.show();
  m_page.activated();
  settle(*m_session);
  EXPECT_FALSE(figure("Error against size").series.empty());
}

TEST_F(QuantizationPageTest, LetsGoOfAClosedCheckpointThoughNobodyLooks) {
  openSample(*m_session);
  const std::weak_ptr<const Checkpoint> sample = m_session->selection().checkpoint;
  m_page.hide();
  m_session->close(sample.lock());
  settle(*m_session);
  EXPECT_TRUE(sample.expired());
}

TEST_F(QuantizationPageTest, LeavesThePictureAloneWhenAnElementIsSelected) {
  openSample(*m_session);
  PlotView* picture = nullptr;
  for (auto* plot : m_page.findChildren<PlotView*>())
    if (plot->figure().title.starts_with("Error against size")) picture = plot;
  ASSERT_TRUE(picture);
  const double* const data = picture->figure().series.front().x.data();
  m_session->selectElement(7);
  settle(*m_session);
  EXPECT_EQ(picture->figure().series.front().x.data(), data) << "it was shown anew, which resets its zoom";
}

TEST_F(QuantizationPageTest, ExplainsTheSelectedElementAndElseTheLargestError) {
  openSample(*m_session);
  choose("int8_tensor");
  const QString largest = summary("Largest |error|").section(' ', 0, 0);
  EXPECT_NEAR(std::abs(board("Error").toDouble()), largest.toDouble(), 1e-3 * largest.toDouble());
  m_session->selectElement(7);
  settle(*m_session);
  EXPECT_EQ(board("Weight").toFloat(), QString::fromStdString(m_session->selection().value).toFloat());
}

TEST_F(QuantizationPageTest, SelectsTheLargestErrorOfAClickedColumn) {
  openSample(*m_session);
  choose("int8_tensor");
  const MatrixShape matrix = matrixShape(m_session->selection().tensorInfo()->shape);
  Q_EMIT part<ErrorPanel>().partClicked({.firstRow = 0, .firstColumn = 3, .rows = matrix.rows, .columns = 1});
  settle(*m_session);
  ASSERT_TRUE(m_session->selection().element);
  EXPECT_EQ(*m_session->selection().element % matrix.columns, 3u);
}

TEST_F(QuantizationPageTest, AsksForTheBitsOfTheWeightThatIsShown) {
  openSample(*m_session);
  QSignalSpy asked(m_session.get(), &Session::pageRequested);
  for (auto* button : m_page.findChildren<QAbstractButton*>())
    if (button->text() == "show bits") button->click();
  settle(*m_session);
  ASSERT_EQ(asked.count(), 1);
  EXPECT_EQ(asked.at(0).at(0).toString(), "explorer");
  EXPECT_TRUE(m_session->selection().element);
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
