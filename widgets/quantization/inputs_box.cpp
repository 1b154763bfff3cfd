// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/inputs_box.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

const QString kNone = QStringLiteral("none");
const QString kSynthetic = QStringLiteral("synthetic");
const QString kFile = QStringLiteral("file");
const QString kOpen = QStringLiteral("open");

QString purpose() {
  return InputsBox::tr(
      "What the layers of the model are given. GPTQ, AWQ and SmoothQuant need it, LLM.int8() and the GGUF types can "
      "use "
      "it, and with it the error of a layer's outputs stands beside that of its weights.");
}

}  // namespace

InputsBox::InputsBox(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_box(comboBox(tr("Layer's inputs"))),
      m_note(new PlainLabel({}, TextRole::Note)) {
  m_note->setWordWrap(true);
  m_note->hide();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(new Field(tr("Layer's inputs"), m_box));
  column->addWidget(m_note);
  connect(m_box, &QComboBox::activated, this, &InputsBox::choose);
  connect(&session, &Session::calibrationChanged, this, &InputsBox::follow);
  follow();
}

void InputsBox::setNote(const QString& note) {
  m_note->setText(note);
  m_note->setVisible(!note.isEmpty());
}

void InputsBox::follow() {
  const auto& calibration = m_session.calibration();
  if (calibration && !calibration->isSynthetic()) m_file = calibration;
  const QSignalBlocker quiet(m_box);
  m_box->clear();
  m_box->addItem(tr("not known"), kNone);
  m_box->addItem(tr("synthetic"), kSynthetic);
  if (m_file) m_box->addItem(QFileInfo(QString::fromStdString(m_file->source())).fileName(), kFile);
  m_box->addItem(tr("from a file\u2026"), kOpen);
  makeNarrow(*m_box);
  m_box->setToolTip(
      plainToolTip(calibration ? shown(calibration->source()) + QStringLiteral("\n\n") + purpose() : purpose()));
  setCurrentId(*m_box, !calibration ? kNone : calibration->isSynthetic() ? kSynthetic : kFile);
}

void InputsBox::choose() {
  const QString id = currentId(*m_box);
  if (id != kOpen)
    return m_session.setCalibration(id == kSynthetic ? Calibration::synthetic() : id == kFile ? m_file : nullptr);
  follow();  // nothing is chosen yet
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open what was recorded of the inputs"), {},
                                   tr("Calibration (*.safetensors *.npz *.gguf *.dat *.imatrix);;All files (*)"));
  if (!path.isEmpty()) m_session.openCalibration(path);
}

}  // namespace ulpscope
