// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/known_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"

namespace ulpscope {
namespace {

using test::bytesOf;
using testing::ElementsAre;
using testing::HasSubstr;

class KnownLayers : public testing::Test {
 protected:
  KnownLayers()
      : m_model(test::openedWith(test::SafetensorsBuilder()
                                     .add("a.q_proj.weight", "F32", {1, 2}, bytesOf({1, 2}))
                                     .add("a.k_proj.weight", "F32", {1, 2}, bytesOf({3, 4}))
                                     .add("b.weight", "F32", {1, 3}, bytesOf({1, 2, 3}))
                                     .add("c.weight", "F32", {1, 2}, bytesOf({1, 2}))
                                     .add("norm.weight", "F32", {2}, bytesOf({1, 2}))
                                     .bytes())),
        m_inputs(std::make_shared<const Checkpoint>(test::openedWith(
            test::SafetensorsBuilder()
                .add("a.q_proj.inputs", "F32", {2, 2}, bytesOf({1, 0, 0, 3}))
                .add("b.second_moments", "F32", {2}, bytesOf({1, 1}))
                .add("c.second_moments", "F32", {2}, bytesOf({1, std::numeric_limits<float>::infinity()}))
                .bytes()))) {}

  Result<KnownLayer> known(const std::string& tensor, const Calibration* calibration,
                           Siblings siblings = Siblings::Read) const {
    return knownLayer(calibration, m_model, *m_model.find(tensor), siblings, *m_backend, {});
  }
  std::shared_ptr<const Calibration> recorded() const { return *Calibration::from(m_inputs); }

  const Checkpoint m_model;
  const std::shared_ptr<const Checkpoint> m_inputs;
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

TEST_F(KnownLayers, HaveInputsAndSiblings) {
  const auto calibration = recorded();
  const auto layer = known("a.q_proj.weight", calibration.get());
  ASSERT_TRUE(layer) << layer.error().message;
  ASSERT_TRUE(layer->given());
  EXPECT_THAT(layer->given()->inputs, ElementsAre(1, 0, 0, 3));
  EXPECT_FALSE(layer->unknown);
  EXPECT_THAT(layer->siblings.names, ElementsAre("a.k_proj.weight"));
  EXPECT_THAT(layer->warnings, ElementsAre(HasSubstr("2 inputs for 2 columns")));
  EXPECT_TRUE(known("a.q_proj.weight", calibration.get(), Siblings::LeaveOut)->siblings.names.empty());
}

TEST_F(KnownLayers, SayWhyNothingIsKnown) {
  const auto calibration = recorded();
  const auto none = known("a.q_proj.weight", nullptr);
  EXPECT_FALSE(none->given() || none->unknown);
  EXPECT_TRUE(none->siblings.names.empty());
  const auto other = known("b.weight", calibration.get());
  ASSERT_FALSE(other) << "an array that does not fit is a damaged calibration";
  EXPECT_EQ(other.error().code, Errc::Corrupt);
  const auto absent = known("a.k_proj.weight", calibration.get());
  ASSERT_TRUE(absent && absent->unknown);
  EXPECT_EQ(absent->unknown->code, Errc::NotFound);
  EXPECT_TRUE(absent->siblings.names.empty());
  EXPECT_EQ(known("c.weight", calibration.get()).error().code, Errc::Corrupt);
}

TEST_F(KnownLayers, AreThoseOfMatricesAlone) {
  const auto vector = known("norm.weight", Calibration::synthetic().get());
  ASSERT_TRUE(vector && vector->unknown);
  EXPECT_FALSE(vector->given());
  EXPECT_THAT(vector->unknown->message, HasSubstr("the matrix of a layer expected"));
  EXPECT_TRUE(known("b.weight", Calibration::synthetic().get())->given());
}

TEST_F(KnownLayers, ReadSiblingsForSchemesThatLookAtThem) {
  const auto of = [](std::string_view text) {
    const SchemeChoice choice = *parseSchemeChoice(text);
    return siblingsFor(std::span(&choice, 1));
  };
  EXPECT_EQ(of("awq"), Siblings::Read);
  EXPECT_EQ(of("awq:siblings=alone"), Siblings::LeaveOut);
  EXPECT_EQ(of("q4_0"), Siblings::LeaveOut);
  EXPECT_EQ(of("as_stored"), Siblings::LeaveOut);
}

}  // namespace
}  // namespace ulpscope
