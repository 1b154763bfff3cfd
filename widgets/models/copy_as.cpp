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

bool isCopyKey(const QKeyEvent& key) {
  const auto modifiers = key.modifiers() & ~Qt::KeypadModifier;
  return key.key() == Qt::Key_C &&
         (modifiers == Qt::ControlModifier || modifiers == (Qt::ControlModifier | Qt::ShiftModifier));
}

CopyIn copier(const MakeTable& table) {
  return [table](CopyAs form) { copyToClipboard(table(), form); };
}

void addActions(QMenu& menu, const CopyIn& copy, const QString& what) {
  for (const Form& each : kForms) {
    const QString title = what.isEmpty() ? translated(each.title) : translated(each.titleOf).arg(what);
    QObject::connect(menu.addAction(title), &QAction::triggered, &menu, [copy, form = each.form] { copy(form); });
  }
}

void openMenu(QWidget& parent, QPoint at, const CopyIn& copy) {
  QMenu menu(&parent);
  addActions(menu, copy, {});
  menu.exec(at);
}

bool takeKey(QWidget& widget, const QKeyEvent& key, const CopyIn& copy) {
  if (!isCopyKey(key)) return false;
  if (key.modifiers().testFlag(Qt::ShiftModifier))
    openMenu(widget, widget.mapToGlobal(kMenuPlace), copy);
  else
    copy(CopyAs::Tsv);
  return true;
}

class CopyFilter final : public QObject {
 public:
  CopyFilter(QAbstractItemView& view, CopyIn copy) : QObject(&view), m_view(view), m_copy(std::move(copy)) {
    view.installEventFilter(this);
    view.setContextMenuPolicy(Qt::CustomContextMenu);
    connect(&view, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { openMenu(m_view, m_view.viewport()->mapToGlobal(at), m_copy); });
  }
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (claimsCopyKey(*event)) return true;
    if (event->type() == QEvent::KeyPress && takeKey(m_view, *static_cast<QKeyEvent*>(event), m_copy)) return true;
    return QObject::eventFilter(watched, event);
  }

 private:
  QAbstractItemView& m_view;
  CopyIn m_copy;
};

}  // namespace

QString textAs(const Table& table, CopyAs form) { return QString::fromStdString(entryOf(form).write(table)); }

void copyToClipboard(const QString& text, CopyAs form) {
  auto* taken = new QMimeData;
  taken->setText(text);
  if (const char* type = entryOf(form).mimeType) taken->setData(QLatin1String(type), text.toUtf8());
  QGuiApplication::clipboard()->setMimeData(taken);
}

void addCopyActions(QMenu& menu, const CopyIn& copy, const QString& what) { addActions(menu, copy, what); }

void addCopyActions(QMenu& menu, const MakeTable& table, const QString& what) { addActions(menu, copier(table), what); }

void openCopyMenu(QWidget& parent, QPoint at, const MakeTable& table) { openMenu(parent, at, copier(table)); }

void makeCopyable(QAbstractItemView& view, const MakeTable& table) { makeCopyable(view, copier(table)); }

void makeCopyable(QAbstractItemView& view, CopyIn copy) { new CopyFilter(view, std::move(copy)); }

bool copyByKey(QWidget& widget, const QKeyEvent& key, const MakeTable& table) {
  return takeKey(widget, key, copier(table));
}

bool copyByKey(QWidget& widget, const QKeyEvent& key, const CopyIn& copy) { return takeKey(widget, key, copy); }

bool claimsCopyKey(QEvent& event) {
  if (event.type() != QEvent::ShortcutOverride || !isCopyKey(static_cast<QKeyEvent&>(event))) return false;
  event.accept();
  return true;
}

}  // namespace ulpscope
