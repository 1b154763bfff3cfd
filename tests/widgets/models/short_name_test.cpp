// SPDX-License-Identifier: Apache-2.0
#include "widgets/models/short_name.h"

#include <gtest/gtest.h>

#include <QFontMetrics>
#include <QStringList>
#include <set>

#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

QFontMetrics metrics() { return QFontMetrics(theme().words(12)); }

int widthOf(const char* text) { return metrics().horizontalAdvance(QString::fromUtf8(text)); }

TEST(ShortName, LeavesANameWithRoomAlone) {
  const QString name = QStringLiteral("encoder.layer.0.output.dense.weight");
  EXPECT_EQ(shortName(name, 8, metrics(), 400), name);
}

TEST(ShortName, CutsWordsFromTheLeftAndNumbersNever) {
  const QString name = QStringLiteral("encoder.layer.10.attention.output.dense.weight");
  EXPECT_EQ(shortName(name, 0, metrics(), widthOf("e.layer.10.attention.output.dense.weight")),
            "e.layer.10.attention.output.dense.weight");
  EXPECT_EQ(shortName(name, 0, metrics(), widthOf("e.l.10.att.out.dense.weight")), "e.l.10.att.out.dense.weight");
  EXPECT_EQ(shortName(name, 0, metrics(), widthOf("e.l.10.a.o.dense.weight")), "e.l.10.a.o.dense.weight");
  EXPECT_EQ(shortName(name, 0, metrics(), widthOf("e.l.10.a.o.dense.w")), "e.l.10.a.o.dense.w");
}

TEST(ShortName, LeavesOutFirstWhatAllNamesBeginWith) {
  const QString name = QStringLiteral("model.layers.3.mlp.experts.17.gate_proj.weight");
  EXPECT_EQ(shortName(name, 13, metrics(), widthOf("\u20263.mlp.experts.17.gate_proj.weight")),
            QString::fromUtf8("\u20263.mlp.experts.17.gate_proj.weight"));
}

/// Names as models have them, in the narrowest column that the table makes: 150 px, less the margins.
TEST(ShortName, KeepsTheNamesOfAModelApart) {
  const std::vector<QStringList> words{
      {"encoder.layer.%1.", "attention.self.query", "attention.self.key", "attention.self.value",
       "attention.output.dense", "intermediate.dense", "output.dense"},
      {"model.layers.%1.", "self_attn.q_proj", "self_attn.k_proj", "self_attn.o_proj", "mlp.gate_proj",
       "mlp.experts.7.gate_proj", "mlp.experts.7.down_proj", "mlp.experts.17.down_proj"},
      {"decoder.block.%1.layer.", "0.SelfAttention.q", "0.SelfAttention.k", "1.EncDecAttention.q",
       "2.DenseReluDense.wi"},
      {"encoder.block.%1.layer.", "0.SelfAttention.q", "1.DenseReluDense.wi"}};
  std::set<QString> shown;
  std::size_t names = 0;
  for (const QStringList& each : words)
    for (const int layer : {0, 1, 11, 21})
      for (const QString& part : each.mid(1)) {
        const QString name = each[0].arg(layer) + part + ".weight";
        const QString text = shortName(name, 0, metrics(), 142);
        EXPECT_LE(metrics().horizontalAdvance(text), 142) << text.toStdString();
        EXPECT_TRUE(text.contains(QStringLiteral(".%1.").arg(layer))) << text.toStdString();
        EXPECT_TRUE(shown.insert(text).second) << text.toStdString() << " stands for two";
        ++names;
      }
  EXPECT_EQ(shown.size(), names);
}

}  // namespace
}  // namespace ulpscope
