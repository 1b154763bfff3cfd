// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/notice.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "widgets/frame/labels.h"
#include "widgets/session/session.h"

namespace ulpscope {
namespace {

/// How checkpoints are usually called. Only what the dialog shows: a file is opened by its content.
constexpr auto kUsualNames =
    "*.safetensors *.gguf *.pt *.pth *.bin *.ckpt *.npy *.npz *.onnx *.h5 *.hdf5 *.keras *.tflite *.msgpack *.index "
    "*.index.json";

}  // namespace

Notice::Notice(Session& session, const QString& title, const QString& text, QWidget* parent)
    : QWidget(parent), m_title(new PlainLabel(title, TextRole::Title)), m_text(new PlainLabel(text, TextRole::Muted)) {
  m_text->setWordWrap(true);
  m_text->setAlignment(Qt::AlignHCenter);
  auto* sample = new QPushButton(tr("Open the sample"));
  auto* open = new QPushButton(tr("Open a file\u2026"));
  connect(sample, &QPushButton::clicked, this, [&session] { session.openSample(); });
  connect(open, &QPushButton::clicked, this, [this, &session] { askAndOpen(session, this); });

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addStretch();
  buttons->addWidget(sample);
  buttons->addWidget(open);
  buttons->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setSpacing(8);
  column->addStretch();
  column->addWidget(m_title, 0, Qt::AlignHCenter);
  column->addWidget(m_text);
  column->addSpacing(8);
  column->addLayout(buttons);
  m_below = new QVBoxLayout;
  column->addLayout(m_below);
  column->addStretch();
}

void Notice::addBelow(QWidget* widget) { m_below->addWidget(widget, 0, Qt::AlignHCenter); }

void Notice::setText(const QString& title, const QString& text) {
  m_title->setText(title);
  m_text->setText(text);
}

void askAndOpen(Session& session, QWidget* parent, bool folder) {
  const QString key = QStringLiteral("lastFolder");
  const QString start = QSettings().value(key).toString();
  const QString path = folder ? QFileDialog::getExistingDirectory(parent, Notice::tr("Open a folder"), start)
                              : QFileDialog::getOpenFileName(
                                    parent, Notice::tr("Open a checkpoint"), start,
                                    Notice::tr("Checkpoints (%1);;All files (*)").arg(QLatin1String(kUsualNames)));
  if (path.isEmpty()) return;
  QSettings().setValue(key, QFileInfo(path).absolutePath());
  session.openPath(path);
}

}  // namespace ulpscope
