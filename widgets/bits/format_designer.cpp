// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/format_designer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <utility>

#include "widgets/forms/field.h"
#include "widgets/forms/flow_layout.h"
#include "widgets/frame/labels.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kKnobHeight = 30;  ///< check boxes stand level with the fields beside them

enum Kind { Custom, P3109, Cfloat };

std::optional<Kind> kindOf(const FormatInfo& info) {
  if (info.id.starts_with("custom:")) return Custom;
  if (info.id.starts_with("binary")) return P3109;
  if (info.id.starts_with("cfloat8_")) return Cfloat;
  return std::nullopt;
}

int usualBias(int exponentBits) { return (1 << (exponentBits - 1)) - 1; }

const char* idOf(Specials specials) {
  switch (specials) {
    case Specials::Ieee:
    case Specials::Extended:
      return "ieee";
    case Specials::NanOnly:
      return "nan";
    case Specials::None:
      return "none";
    case Specials::NegativeZeroNan:
      return "fnuz";
  }
  return "ieee";
}

QString customId(bool sign, int exponentBits, int fractionBits, int bias, const QString& specials, bool subnormals) {
  QString id = QStringLiteral("custom:s%1e%2m%3").arg(sign ? 1 : 0).arg(exponentBits).arg(fractionBits);
  if (bias != usualBias(exponentBits)) id += QStringLiteral(",bias=%1").arg(bias);
  if (specials != QLatin1String("ieee")) id += QStringLiteral(",specials=") + specials;
  if (!subnormals) id += QStringLiteral(",subnormals=no");
  return id;
}

QSpinBox* spinBox(const QString& name, int lowest, int highest) {
  auto* box = new QSpinBox;
  box->setAccessibleName(name);
  box->setRange(lowest, highest);
  box->setFont(theme().numbers(12));
  box->setFixedWidth(76);
  box->setKeyboardTracking(false);
  return box;
}

QWidget* knobs(const std::vector<std::pair<QString, QWidget*>>& fields) {
  auto* page = new QWidget;
  auto* flow = new FlowLayout(page, 8);
  for (const auto& [name, control] : fields) {
    control->setMinimumHeight(control->sizeHint().expandedTo({0, kKnobHeight}).height());
    flow->addWidget(new Field(name, control));
  }
  return page;
}

}  // namespace

FormatDesigner::FormatDesigner(QWidget* parent)
    : QWidget(parent), m_kinds(new QStackedWidget), m_error(new PlainLabel({}, TextRole::Bad)) {
  m_error->setWordWrap(true);
  m_error->hide();
  m_kinds->addWidget(customKnobs());
  m_kinds->addWidget(p3109Knobs());
  m_kinds->addWidget(cfloatKnobs());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(m_kinds);
  column->addWidget(m_error);
  for (auto* box : findChildren<QSpinBox*>()) connect(box, &QSpinBox::valueChanged, this, &FormatDesigner::design);
  for (auto* box : findChildren<QComboBox*>()) connect(box, &QComboBox::activated, this, &FormatDesigner::design);
  for (auto* box : findChildren<QCheckBox*>()) connect(box, &QCheckBox::toggled, this, &FormatDesigner::design);
}

QWidget* FormatDesigner::customKnobs() {
  m_sign = new QCheckBox(tr("signed"));
  m_exponent = spinBox(tr("Exponent bits"), 1, 11);
  m_fraction = spinBox(tr("Fraction bits"), 0, 52);
  m_bias = spinBox(tr("Bias"), -1100, 1200);
  m_specials = comboBox(tr("Special codes"));
  m_specials->addItem(tr("infinity and NaN"), QStringLiteral("ieee"));
  m_specials->addItem(tr("NaN of all ones"), QStringLiteral("nan"));
  m_specials->addItem(tr("NaN at −0"), QStringLiteral("fnuz"));
  m_specials->addItem(tr("none"), QStringLiteral("none"));
  m_subnormals = new QCheckBox(tr("subnormals"));
  return knobs({{tr("Sign"), m_sign},
                {tr("Exponent bits"), m_exponent},
                {tr("Fraction bits"), m_fraction},
                {tr("Bias"), m_bias},
                {tr("Special codes"), m_specials},
                {tr("Below normal"), m_subnormals}});
}

QWidget* FormatDesigner::p3109Knobs() {
  m_bits = spinBox(tr("Bits K"), 3, 16);
  m_precision = spinBox(tr("Precision P"), 1, 16);
  m_signedness = comboBox(tr("Signedness"));
  m_signedness->addItem(tr("signed"), QStringLiteral("s"));
  m_signedness->addItem(tr("unsigned"), QStringLiteral("u"));
  m_domain = comboBox(tr("Domain"));
  m_domain->addItem(tr("extended: infinities"), QStringLiteral("e"));
  m_domain->addItem(tr("finite"), QStringLiteral("f"));
  return knobs({{tr("Bits K"), m_bits},
                {tr("Precision P"), m_precision},
                {tr("Signedness"), m_signedness},
                {tr("Domain"), m_domain}});
}

QWidget* FormatDesigner::cfloatKnobs() {
  m_cfloat = comboBox(tr("Layout"));
  m_cfloat->addItem(QStringLiteral("1-4-3"), QStringLiteral("cfloat8_143:"));
  m_cfloat->addItem(QStringLiteral("1-5-2"), QStringLiteral("cfloat8_152:"));
  m_cfloatBias = spinBox(tr("Bias of CFloat8"), 0, 63);
  return knobs({{tr("Layout"), m_cfloat}, {tr("Bias"), m_cfloatBias}});
}

void FormatDesigner::setFormat(const NumberFormat& format) {
  const auto kind = kindOf(format.info());
  setVisible(kind.has_value());
  if (!kind) return;
  m_error->hide();
  m_quiet = true;
  m_kinds->setCurrentIndex(*kind);
  const FloatSpec& spec = *format.floatSpec();
  if (*kind == Custom) {
    showCustom(spec);
  } else if (*kind == P3109) {
    m_bits->setValue(spec.codeBits());
    m_precision->setValue(spec.fractionBits + 1);
    setCurrentId(*m_signedness, spec.signBits != 0 ? QStringLiteral("s") : QStringLiteral("u"));
    setCurrentId(*m_domain, spec.specials == Specials::Extended ? QStringLiteral("e") : QStringLiteral("f"));
  } else {
    setCurrentId(*m_cfloat, spec.exponentBits == 4 ? QStringLiteral("cfloat8_143:") : QStringLiteral("cfloat8_152:"));
    m_cfloatBias->setValue(spec.bias);
  }
  m_quiet = false;
}

void FormatDesigner::showCustom(const FloatSpec& spec) {
  m_sign->setChecked(spec.signBits != 0);
  m_exponent->setValue(spec.exponentBits);
  m_fraction->setValue(spec.fractionBits);
  m_bias->setValue(spec.bias);
  m_usualBias = usualBias(spec.exponentBits);
  setCurrentId(*m_specials, QLatin1String(idOf(spec.specials)));
  m_subnormals->setChecked(spec.bottom == Bottom::Subnormal);
}

QString FormatDesigner::idLike(const NumberFormat& format) {
  const FloatSpec* spec = format.floatSpec();
  if (!spec || kindOf(format.info()) == Custom) return QStringLiteral("custom:s1e4m3");
  const QString id = customId(spec->signBits != 0, spec->exponentBits, spec->fractionBits, spec->bias,
                              QLatin1String(idOf(spec->specials)), spec->bottom == Bottom::Subnormal);
  return makeFormat(id.toStdString()) ? id : QStringLiteral("custom:s1e4m3");
}

QString FormatDesigner::id() const {
  switch (m_kinds->currentIndex()) {
    case P3109:
      return QStringLiteral("binary%1p%2%3%4")
          .arg(m_bits->value())
          .arg(m_precision->value())
          .arg(currentId(*m_signedness), currentId(*m_domain));
    case Cfloat:
      return currentId(*m_cfloat) + QString::number(m_cfloatBias->value());
    default:
      return customId(m_sign->isChecked(), m_exponent->value(), m_fraction->value(), m_bias->value(),
                      currentId(*m_specials), m_subnormals->isChecked());
  }
}

void FormatDesigner::design() {
  if (m_quiet) return;
  // The usual bias follows the exponent bits; one of one's own stays.
  const int usual = usualBias(m_exponent->value());
  if (m_bias->value() == m_usualBias && usual != m_usualBias) {
    m_quiet = true;
    m_bias->setValue(usual);
    m_quiet = false;
  }
  m_usualBias = usual;
  const auto format = makeFormat(id().toStdString());
  m_error->setVisible(!format);
  if (!format) return m_error->setText(shown(format.error().message));
  Q_EMIT designed(qt((*format)->info().id));
}

}  // namespace ulpscope
