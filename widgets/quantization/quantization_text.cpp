// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/quantization_text.h"

#include <QCoreApplication>
#include <cmath>

#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("QuantizationPage", text); }

constexpr int kBriefDigits = 4;
constexpr int kCosineDigits = 8;  ///< cosines differ from 1 late

}  // namespace

QString briefNumber(double value) {
  if (std::isnan(value)) return emDash();
  if (std::isinf(value)) return QStringLiteral("%1\u221E").arg(value < 0 ? QStringLiteral("\u2212") : QString());
  return QString::number(value, 'g', kBriefDigits);
}

std::vector<Fact> summaryOf(const QuantizationReport& report, const TensorInfo& tensor, const std::string& siblings) {
  const ErrorMetrics& metrics = report.metrics;
  const QString largest =
      metrics.included == 0
          ? emDash()
          : tr("%1 at %2").arg(briefNumber(metrics.maxAbsoluteError), positionText(tensor.shape, metrics.maxAt));
  std::vector<Fact> facts{
      {tr("Bits per weight"), QString::number(report.bitsPerWeight, 'g', 6), {}, Fact::Tone::Strong},
      {tr("Signal to noise (dB)"), briefNumber(metrics.signalToNoiseDb), {}, Fact::Tone::Strong},
      {tr("RMSE"), briefNumber(metrics.rootMeanSquaredError)},
      {tr("RMSE / RMS of the tensor"), briefNumber(metrics.relativeRmse)},
      {tr("RMSE of the bulk"), briefNumber(report.bulk.rootMeanSquaredError),
       tr("weights of magnitude %1 and below, 99.9 % of them").arg(briefNumber(report.bulk.threshold))},
      {tr("Largest |error|"), largest},
      {tr("Mean error"), briefNumber(metrics.meanError)},
      {tr("Cosine"), QString::number(metrics.cosine, 'g', kCosineDigits)},
      {tr("|error|: median"), briefNumber(metrics.p50)},
      {tr("|error|: 95 %"), briefNumber(metrics.p95)},
      {tr("|error|: 99.9 %"), briefNumber(metrics.p999)},
      {tr("Weights without an error"), grouped(metrics.excluded)},
      {tr("Computed by"), QString::fromStdString(report.backend)},
  };
  if (std::isnan(metrics.cosine)) facts[7].text = emDash();
  if (const auto& weighted = report.weightedError) {
    const Fact outputs{tr("Outputs: signal to noise (dB)"), briefNumber(weighted->decibel),
                       tr("%1 % of their energy, from %2")
                           .arg(briefNumber(100 * weighted->relative), QString::fromUtf8(idOf(weighted->basis))),
                       Fact::Tone::Strong};
    facts.insert(facts.begin() + 2, outputs);
  }
  if (!siblings.empty()) facts.push_back({tr("Columns scaled alike with"), QString::fromStdString(siblings)});
  for (const std::string& warning : report.warnings)
    facts.push_back({.name = tr("Note"), .text = {}, .note = QString::fromStdString(warning)});
  return facts;
}

std::vector<Fact> factsOf(const std::vector<BoardLine>& lines) {
  std::vector<Fact> facts;
  for (const BoardLine& line : lines) {
    const QString text = QString::fromStdString(line.text).replace(QStringLiteral("; "), QStringLiteral("\n"));
    Fact fact{.name = QString::fromStdString(line.title), .text = text, .note = QString::fromStdString(line.note)};
    if (line.title == "Code") fact.tone = Fact::Tone::Strong;
    if (line.title == "Error") fact.tone = Fact::Tone::Bad;
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace ulpscope
