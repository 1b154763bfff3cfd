// SPDX-License-Identifier: Apache-2.0
// Tensors as operands of the page of matrix products: the oracle multiplies them again, element by element.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QSettings>
#include <QSpinBox>
#include <QTest>

#include "tests/widgets/event_times.h"
#include "tests/widgets/find_named.h"
#include "tests/widgets/odd_checkpoint.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/frame/labels.h"
#include "widgets/matmul/drift_form.h"
#include "widgets/matmul/drift_study.h"
#include "widgets/matmul/drift_table.h"
#include "widgets/matmul/operand_box.h"
#include "widgets/matmul/tensor_pick_list.h"
#include "widgets/matmul/tensor_picker.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/page.h"
#include "widgets/plots/map_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

using Source = OperandChoice::Source;

const std::string kEmbeddings = "model.embed_tokens.weight";          // 91 x 192
const std::string kDown = "model.layers.0.mlp.down_proj.weight";      // 192 x 512
const std::string kQuery = "model.layers.0.self_attn.q_proj.weight";  // 192 x 192
const std::string kNorm = "model.layers.0.input_layernorm.weight";    // 192
const std::string kKey = "model.layers.0.self_attn.k_proj.weight";    // 96 x 192

OperandChoice named(const std::string& tensor, bool isTransposed) {
  return {.source = Source::Named, .tensor = tensor, .isTransposed = isTransposed};
}

/// Element (r, c) of the tensor, seen as a matrix.
class Stored {
 public:
  Stored(const Checkpoint& checkpoint, const std::string& name) {
    const auto source = checkpoint.source(*checkpoint.find(name));
    m_shape = source->matrix();
    m_values.resize(source->info().elements);
    EXPECT_TRUE(source->readDoubles(0, m_values));
  }
  MatrixShape shape() const { return m_shape; }
  double at(std::size_t row, std::size_t column) const { return m_values[row * m_shape.columns + column]; }

 private:
  MatrixShape m_shape;
  std::vector<double> m_values;
};

TEST(TensorOperands, AreMultipliedWhicheverWayRound) {
  const auto session = makeSession();
  openSample(*session);
  const OperandMaterial material = OperandMaterial::of(*session);
  DriftStudy study(*session);
  struct Case {
    std::string a;
    bool isTurnedA;
    std::string b;
    bool isTurnedB;
    std::size_t rows, columns;
  };
  const Case cases[] = {{kEmbeddings, false, kDown, false, 64, 64}, {kEmbeddings, false, kKey, true, 91, 96},
                        {kDown, true, kEmbeddings, true, 64, 64},   {kQuery, true, kDown, false, 64, 64},
                        {kNorm, false, kQuery, true, 1, 64},        {kEmbeddings, false, kNorm, true, 64, 1}};
  for (const Case& of : cases) {
    SCOPED_TRACE(of.a + " x " + of.b);
    DriftQuestion question;
    question.a = named(of.a, of.isTurnedA);
    question.b = named(of.b, of.isTurnedB);
    if (of.rows > 64) question.rows = question.columns = 512;
    question.settings.engines = {*parseEngine("fma@float32")};
    ASSERT_EQ(material.obstacleTo(question), "");
    study.ask(question, material);
    settle(*session);
    ASSERT_TRUE(study.outcome() && study.outcome()->whole);
    const DenseMatrix& c = study.outcome()->whole->reference;
    ASSERT_EQ(c.rows, of.rows);
    ASSERT_EQ(c.columns, of.columns);
    const Stored a(*material.index->checkpoint, of.a), b(*material.index->checkpoint, of.b);
    const std::size_t k = of.isTurnedA ? a.shape().rows : a.shape().columns;
    EXPECT_EQ(study.outcome()->question.k, k);
    for (std::size_t row = 0; row < c.rows; row += 7)
      for (std::size_t column = 0; column < c.columns; column += 5) {
        double sum = 0, magnitudes = 0;
        for (std::size_t i = 0; i < k; ++i) {
          const double product =
              (of.isTurnedA ? a.at(i, row) : a.at(row, i)) * (of.isTurnedB ? b.at(column, i) : b.at(i, column));
          sum += product;
          magnitudes += std::abs(product);
        }
        ASSERT_NEAR(c.row(row)[column], sum, 1e-13 * magnitudes) << row << ", " << column;
      }
    EXPECT_TRUE(study.outcome()->backend.startsWith("cpu")) << study.outcome()->backend.toStdString();
  }
}

TEST(TensorOperands, SayWhyTheyCannotBeMultiplied) {
  const auto session = makeSession();
  const auto obstacle = [&](OperandChoice a, OperandChoice b) {
    DriftQuestion question;
    question.a = std::move(a);
    question.b = std::move(b);
    return OperandMaterial::of(*session).obstacleTo(question).toStdString();
  };
  const OperandChoice drawn, selected{.source = Source::Selected}, inputs{.source = Source::Inputs};
  EXPECT_EQ(obstacle(drawn, drawn), "");
  EXPECT_EQ(obstacle(selected, drawn), "A is the selected tensor, but no checkpoint is open.");
  openSample(*session);
  EXPECT_EQ(obstacle(drawn, selected), "");
  EXPECT_EQ(obstacle(named(kEmbeddings, false), named(kDown, true)),
            "A and B of the same K expected, found 192 (A is 91 x 192) and 512 (B is 512 x 192); B transposed would "
            "fit.");
  EXPECT_EQ(obstacle(drawn, named("no.such", false)), "B is no.such, which tiny-lm does not have.");
  EXPECT_EQ(obstacle(inputs, selected), "A is what was recorded of the layer's inputs, but no calibration is open.");
  session->setCalibration(Calibration::synthetic());
  EXPECT_EQ(obstacle(inputs, named(kDown, true)), "");
  EXPECT_EQ(obstacle(inputs, named(kDown, false)), "Inputs of a layer go with its weight transposed: B is as stored.");
}

TEST(TensorOperands, RecordedInputsAreThoseOfTheLayerThatBIs) {
  const auto session = makeSession();
  openSample(*session);
  session->setCalibration(Calibration::synthetic());
  const OperandMaterial material = OperandMaterial::of(*session);
  DriftStudy study(*session);
  DriftQuestion question;
  question.a = {.source = Source::Inputs};
  question.b = named(kDown, true);
  question.settings.engines = {*parseEngine("fma@float32")};
  study.ask(question, material);
  settle(*session);
  ASSERT_TRUE(study.outcome());
  EXPECT_EQ(study.outcome()->a.columns, 512u);
  EXPECT_EQ(study.outcome()->columnsOfB.columns, 512u);
}

std::shared_ptr<const Checkpoint> manyTensors(int tensors) {
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->path = "many";
  for (int i = 0; i < tensors; ++i) {
    TensorInfo tensor;
    tensor.name = "model.layers." + std::to_string(i / 1000) + ".mlp.experts." + std::to_string(i % 1000) + ".weight";
    tensor.storedType = "BF16";
    tensor.type = findElementType("BF16");
    tensor.shape = {64, i % 2 == 0 ? 128U : 256U};
    tensor.elements = 64 * tensor.shape[1];
    tensor.bytes = 2 * tensor.elements;
    checkpoint->tensors.push_back(tensor);
  }
  return checkpoint;
}

TEST(TensorPicker, FindsAmong92000WithinTheTimeOfAnAnswer) {
  constexpr int kTensors = 92'000;
  const OperandMaterial material{indexed(manyTensors(kTensors)), std::nullopt, nullptr};
  QWidget window;
  window.show();
  TensorPicker picker(&window);
  std::optional<std::size_t> picked;
  QObject::connect(&picker, &TensorPicker::picked, [&](std::size_t tensor) { picked = tensor; });
  const auto expectQuick = [](const char* doing) {
    const auto longest = TimedApplication::takeLongest();
    EXPECT_LT(longest.ms, 50) << doing << ": " << longest.what;
    testing::Test::RecordProperty(doing, std::to_string(longest.ms));
  };
  QTest::qWait(10);
  TimedApplication::takeLongest();
  QMetaObject::invokeMethod(  // as a click would: in an event of its own
      &picker, [&] { picker.open({0, 0, 100, 20}, material, 70'000, 256); }, Qt::QueuedConnection);
  QTest::qWait(20);
  expectQuick("opening");
  auto& list = *picker.findChild<QListView*>();
  EXPECT_EQ(list.model()->rowCount(), kTensors);
  EXPECT_EQ(list.currentIndex().row(), 70'000) << "the one chosen";
  auto& filter = *picker.findChild<QLineEdit*>();
  QTest::keyClicks(&filter, "experts.77.", {}, 1);
  QTest::qWait(20);
  expectQuick("typing");
  EXPECT_EQ(list.model()->rowCount(), 92);
  auto& fitting = *picker.findChild<QCheckBox*>();
  EXPECT_TRUE(fitting.isVisible());
  fitting.click();
  EXPECT_EQ(list.model()->rowCount(), 92) << "odd ones have 256 columns";
  QTest::keyClick(&filter, Qt::Key_Down);
  QTest::keyClick(&filter, Qt::Key_Down);
  QTest::keyClick(&filter, Qt::Key_Up);
  QTest::keyClick(&filter, Qt::Key_Return);
  ASSERT_TRUE(picked);
  EXPECT_EQ(material.info(*picked)->name, "model.layers.1.mlp.experts.77.weight");
  EXPECT_FALSE(picker.isVisible());
  expectQuick("choosing");

  picker.open({0, 0, 100, 20}, material, {}, {});
  EXPECT_EQ(list.model()->rowCount(), kTensors) << "the filter begins anew";
  EXPECT_FALSE(fitting.isVisible());
  filter.setText("/(");
  EXPECT_EQ(list.model()->rowCount(), kTensors) << "which is no expression yet";
  filter.setText("no such tensor");
  EXPECT_EQ(list.model()->rowCount(), 0);
  picked.reset();
  for (const int key : {Qt::Key_Down, Qt::Key_Return}) QTest::keyClick(&filter, Qt::Key(key));
  EXPECT_FALSE(picked);
  QTest::keyClick(&filter, Qt::Key_Escape);
  EXPECT_FALSE(picker.isVisible());
}

TEST(TensorPickList, OffersWhatCanBeRead) {
  TensorPickList list;
  QAbstractItemModelTester rules(&list, QAbstractItemModelTester::FailureReportingMode::Fatal);
  list.setMaterial({indexed(oddCheckpoint(kHostile)), std::nullopt, nullptr}, 8);
  ASSERT_EQ(list.rowCount(), 3) << "neither parts nor what cannot be read";
  for (int row = 0; row < 3; ++row) {
    const QModelIndex index = list.index(row);
    EXPECT_FALSE(index.data().toString().contains('\n'));
    EXPECT_FALSE(index.data(Qt::ToolTipRole).toString().contains("<img"));
    EXPECT_TRUE(index.data(TensorPickList::kFits).toBool()) << "4 x 8";
  }
  list.setFitting(true);
  EXPECT_EQ(list.rowCount(), 3);
  list.setMaterial({}, {});
  EXPECT_EQ(list.rowCount(), 0);
}

class OperandsOnThePage : public WindowTest {
 protected:
  void SetUp() override {
    m_window.resize(1440, 900);
    m_window.show();
    openSample(*m_session);
    ASSERT_TRUE(m_window.showPage("matrix"));
    settle(*m_session);
  }
  void TearDown() override {
    QSettings().remove("matrix");
    QSettings().setValue("matrix/preset", "attention");
  }

  QWidget& page() { return *m_window.currentPage(); }
  OperandBox& box(OperandSide side) { return *page().findChildren<OperandBox*>()[side == OperandSide::A ? 0 : 1]; }
  /// As the user does it: "choose a tensor", a part of its name, Return.
  void pick(OperandSide side, const char* typed) {
    auto& source = *box(side).findChildren<QComboBox*>()[0];
    const int choose = source.findData("choose");
    source.setCurrentIndex(choose);
    Q_EMIT source.activated(choose);
    QTest::qWait(0);
    auto* picker = box(side).findChild<TensorPicker*>();
    ASSERT_TRUE(picker && picker->isVisible());
    QTest::keyClicks(picker->findChild<QLineEdit*>(), typed);
    QTest::keyClick(picker->findChild<QLineEdit*>(), Qt::Key_Return);
    settle(*m_session);
  }
  void turn(OperandSide side) {
    auto& way = *box(side).findChildren<QComboBox*>()[1];
    way.setCurrentIndex(1 - way.currentIndex());
    Q_EMIT way.activated(way.currentIndex());
    settle(*m_session);
  }
  bool says(const QString& sentence) {
    for (auto* label : page().findChildren<QLabel*>())
      if (label->isVisible() && label->text().contains(sentence)) return true;
    for (auto* label : page().findChildren<ElidedLabel*>())
      if (label->isVisible() && label->text().contains(sentence)) return true;
    return false;
  }
  int engines() { return page().findChild<DriftTable*>()->table().model()->rowCount(); }
};

TEST_F(OperandsOnThePage, AreChosenByName) {
  for (const char* size : {"Rows of A", "Columns of B"}) findNamed<QSpinBox>(page(), size)->setValue(64);
  pick(OperandSide::A, "embed_tokens");
  EXPECT_TRUE(says("A is the first 64 of 91 rows of model.embed_tokens.weight."));
  auto& k = *findNamed<QComboBox>(page(), "K");
  EXPECT_EQ(k.currentText(), grouped(192));
  EXPECT_FALSE(k.isEnabled());
  pick(OperandSide::B, "layers.0.mlp.down");  // 192 x 512: only as stored does it fit
  EXPECT_FALSE(box(OperandSide::B).choice().isTransposed);
  EXPECT_TRUE(says("B is the first 64 of 512 columns of model.layers.0.mlp.down_proj.weight."));
  EXPECT_GT(engines(), 0);
  EXPECT_EQ(page().findChild<MapView*>()->figure().values.size(), 64u * 64u);
  EXPECT_TRUE(says("64 × 192 × 64"));

  m_session->selectTensor(*m_session->selection().checkpoint->find(kQuery));
  settle(*m_session);
  EXPECT_TRUE(says("down_proj")) << "named, not selected";

  turn(OperandSide::B);
  EXPECT_TRUE(says("found 192 (A is 91 x 192) and 512 (B is 512 x 192); B transposed would fit."));
  EXPECT_EQ(engines(), 0) << "nothing that the form no longer says";
  turn(OperandSide::B);
  EXPECT_GT(engines(), 0);

  auto& source = *box(OperandSide::A).findChildren<QComboBox*>()[0];
  const int uniform = source.findData("uniform");
  source.setCurrentIndex(uniform);
  Q_EMIT source.activated(uniform);
  source.setCurrentIndex(uniform);
  settle(*m_session);
  EXPECT_GE(source.findData("named"), 0) << "to go back to";
  EXPECT_FALSE(box(OperandSide::A).findChildren<QComboBox*>()[1]->isVisible());
}

TEST_F(OperandsOnThePage, WaitForTheirCheckpoint) {
  pick(OperandSide::A, "embed_tokens");
  pick(OperandSide::B, "layers.0.self_attn.q_proj");
  EXPECT_GT(engines(), 0);
  const auto sample = m_session->selection().checkpoint;
  m_session->selectCheckpoint(nullptr);
  settle(*m_session);
  EXPECT_TRUE(says("A is model.embed_tokens.weight, but no checkpoint is open."));
  EXPECT_EQ(engines(), 0);
  m_session->selectCheckpoint(sample);
  settle(*m_session);
  EXPECT_GT(engines(), 0) << "the choice was kept";
}

}  // namespace
}  // namespace ulpscope
