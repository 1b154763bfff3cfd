// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/copy_as.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>

namespace ulpscope {
namespace {

constexpr QPoint kMenuPlace(12, 36);  ///< in a widget, where keys opened the menu

struct Form {
  CopyAs form;
  const char* title;
  const char* titleOf;
  std::string (*write)(const Table&);
  const char* mimeType;
};

#define ULPSCOPE_FORM(name) \
  QT_TRANSLATE_NOOP("CopyAs", "Copy as " name), QT_TRANSLATE_NOOP("CopyAs", "Copy %1 as " name)
constexpr Form kForms[] = {{CopyAs::Csv, ULPSCOPE_FORM("CSV"), toCsv, "text/csv"},
                           {CopyAs::Tsv, ULPSCOPE_FORM("tab-separated text"), toTsv, nullptr},
                           {CopyAs::Markdown, ULPSCOPE_FORM("Markdown"), toMarkdown, "text/markdown"},
                           {CopyAs::Latex, ULPSCOPE_FORM("LaTeX"), toLatex, nullptr},
                           {CopyAs::Json, ULPSCOPE_FORM("JSON"), toJson, "application/json"}};
#undef ULPSCOPE_FORM

const Form& entryOf(CopyAs form) { return kForms[static_cast<std::size_t>(form)]; }

QString translated(const char* text) { return QCoreApplication::translate("CopyAs", text); }

class CopyFilter final : public QObject {
 public:
  CopyFilter(QAbstractItemView& view, MakeTable table) : QObject(&view), m_view(view), m_table(std::move(table)) {
    view.installEventFilter(this);
    view.setContextMenuPolicy(Qt::CustomContextMenu);
    connect(&view, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { openCopyMenu(m_view, m_view.viewport()->mapToGlobal(at), m_table); });
  }
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (claimsCopyKey(*event)) return true;
    if (event->type() == QEvent::KeyPress && copyByKey(m_view, *static_cast<QKeyEvent*>(event), m_table)) return true;
    return QObject::eventFilter(watched, event);
  }

 private:
  QAbstractItemView& m_view;
  MakeTable m_table;
};

bool isCopyKey(const QKeyEvent& key) {
  const auto modifiers = key.modifiers() & ~Qt::KeypadModifier;
  return key.key() == Qt::Key_C &&
         (modifiers == Qt::ControlModifier || modifiers == (Qt::ControlModifier | Qt::ShiftModifier));
}

}  // namespace

QString textAs(const Table& table, CopyAs form) { return QString::fromStdString(entryOf(form).write(table)); }

void copyToClipboard(const Table& table, CopyAs form) {
  const QString text = textAs(table, form);
  auto* taken = new QMimeData;
  taken->setText(text);
  if (const char* type = entryOf(form).mimeType) taken->setData(QLatin1String(type), text.toUtf8());
  QGuiApplication::clipboard()->setMimeData(taken);
}

void addCopyActions(QMenu& menu, const MakeTable& table, const QString& what) {
  for (const Form& each : kForms) {
    const QString title = what.isEmpty() ? translated(each.title) : translated(each.titleOf).arg(what);
    QObject::connect(menu.addAction(title), &QAction::triggered, &menu,
                     [table, form = each.form] { copyToClipboard(table(), form); });
  }
}

void openCopyMenu(QWidget& parent, QPoint at, const MakeTable& table) {
  QMenu menu(&parent);
  addCopyActions(menu, table);
  menu.exec(at);
}

void makeCopyable(QAbstractItemView& view, const MakeTable& table) { new CopyFilter(view, table); }

bool copyByKey(QWidget& widget, const QKeyEvent& key, const MakeTable& table) {
  if (!isCopyKey(key)) return false;
  if (key.modifiers().testFlag(Qt::ShiftModifier))
    openCopyMenu(widget, widget.mapToGlobal(kMenuPlace), table);
  else
    copyToClipboard(table(), CopyAs::Tsv);
  return true;
}

bool claimsCopyKey(QEvent& event) {
  if (event.type() != QEvent::ShortcutOverride || !isCopyKey(static_cast<QKeyEvent&>(event))) return false;
  event.accept();
  return true;
}

}  // namespace ulpscope
