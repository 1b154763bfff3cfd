// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/copy_choices.h"

#include <QCoreApplication>
#include <QStringList>

#include "core/formats/number_link.h"
#include "core/formats/value_text.h"
#include "widgets/bits/explanation_text.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

struct CopyChoices {
  Q_DECLARE_TR_FUNCTIONS(CopyChoices)
};

enum class ByteOrder { Little, Big };

/// The code as whole bytes: "CA CE".
QStringList bytesOf(const NumberFormat& format, std::uint64_t code, ByteOrder order) {
  const int bytes = (format.info().codeBits + 7) / 8;
  QStringList texts;
  for (int byte = 0; byte < bytes; ++byte) {
    const int shift = 8 * (order == ByteOrder::Little ? byte : bytes - 1 - byte);
    texts << QStringLiteral("%1").arg(code >> shift & 0xFF, 2, 16, QLatin1Char('0')).toUpper();
  }
  return texts;
}

/// "const uint8_t bytes[2] = {0xCA, 0xCE};", as the code lies in memory, the low byte first.
QString cArray(const NumberFormat& format, std::uint64_t code) {
  const QStringList bytes = bytesOf(format, code, ByteOrder::Little);
  return QStringLiteral("const uint8_t bytes[%1] = {0x%2};").arg(bytes.size()).arg(bytes.join(QStringLiteral(", 0x")));
}

/// What the shortest text is, where it is another than the exact value.
QString digitsNote(const Explanation& explanation) {
  if (explanation.shortest == explanation.value) return {};
  return CopyChoices::tr("the fewest digits that read back as this code; not the value itself");
}

QString everything(const Explanation& explanation, const std::vector<CopyChoice>& choices) {
  QStringList lines{
      QStringLiteral("%1 (%2)").arg(qt(explanation.format->info().title), qt(explanation.format->info().id))};
  for (const CopyChoice& choice : choices) lines << QStringLiteral("%1: %2").arg(choice.title, choice.text);
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n') + QLatin1Char('\n') + stepsAsText(explanation);
}

}  // namespace

std::vector<CopyChoice> spellings(const Explanation& explanation) {
  const NumberFormat& format = *explanation.format;
  const std::uint64_t code = explanation.code;
  const auto bytes = [&](ByteOrder order) { return bytesOf(format, code, order).join(QLatin1Char(' ')); };
  std::vector<CopyChoice> choices{
      {CopyChoices::tr("Exact value"), qt(explanation.value), CopyChoices::tr("what the code stands for, every digit")},
      {CopyChoices::tr("Shortest value"), qt(explanation.shortest), digitsNote(explanation)},
      {CopyChoices::tr("Hex float"), qt(explanation.hexFloat)},
      {CopyChoices::tr("Code"), qt(codeText(format, code))},
      {CopyChoices::tr("Code, decimal"), QString::number(code)},
      {CopyChoices::tr("Bits"), qt(bitsText(format, code))},
  };
  if (format.info().codeBits > 8) {
    choices.push_back({CopyChoices::tr("Bytes, little endian"), bytes(ByteOrder::Little),
                       CopyChoices::tr("as x86, Arm and GPUs store it")});
    choices.push_back(
        {CopyChoices::tr("Bytes, big endian"), bytes(ByteOrder::Big), CopyChoices::tr("as networks send it")});
  }
  choices.push_back({CopyChoices::tr("C array"), cArray(format, code)});
  choices.push_back({CopyChoices::tr("Link"), qt(linkText(format, code)), CopyChoices::tr("brings this number back")});
  return choices;
}

std::vector<CopyChoice> copyChoices(const Explanation& explanation) {
  std::vector<CopyChoice> choices = spellings(explanation);
  const QString all = everything(explanation, choices);
  choices.push_back({CopyChoices::tr("Steps as Markdown"), stepsAsMarkdown(explanation)});
  choices.push_back({CopyChoices::tr("Everything"), all});
  return choices;
}

}  // namespace ulpscope
