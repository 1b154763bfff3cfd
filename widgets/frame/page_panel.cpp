// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/page_panel.h"

#include <QKeyEvent>
#include <QScreen>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextList>
#include <QTextTable>
#include <QVBoxLayout>
#include <utility>
#include <vector>

#include "widgets/theme/theme.h"

namespace ulpscope {

namespace {

constexpr QSize kSize(680, 720);
constexpr int kMargin = 20;

bool isInTable(const QTextBlock& block) { return QTextCursor(block).currentTable() != nullptr; }

void space(const QTextBlock& block) {
  QTextBlockFormat format = block.blockFormat();
  const int heading = format.headingLevel();
  const bool isTight = isInTable(block);
  format.setTopMargin(heading > 1 ? 14 : 0);
  format.setBottomMargin(isTight ? 0 : block.textList() ? 4 : 8);
  format.setLineHeight(isTight ? 100 : 120, QTextBlockFormat::ProportionalHeight);
  QTextCursor cursor(block);
  cursor.setBlockFormat(format);
}

/// Headings, titles of columns and code in the faces of the window.
void setFaces(const QTextBlock& block) {
  const int heading = block.blockFormat().headingLevel();
  std::vector<std::pair<QTextCursor, QTextCharFormat>> faces;
  for (auto part = block.begin(); !part.atEnd(); ++part) {
    QTextCharFormat format = part.fragment().charFormat();
    const bool isStrong = heading > 0 || format.fontWeight() > QFont::Normal;
    if (!isStrong && !format.fontFixedPitch()) continue;
    QTextCursor cursor(block);
    cursor.setPosition(part.fragment().position());
    cursor.setPosition(part.fragment().position() + part.fragment().length(), QTextCursor::KeepAnchor);
    const int size = heading == 1 ? 18 : heading > 1 ? 14 : 13;
    format.clearProperty(QTextFormat::FontSizeAdjustment);
    format.setFont(isStrong ? theme().words(size, QFont::DemiBold) : theme().numbers(12));
    faces.emplace_back(cursor, format);
  }
  for (auto& [cursor, format] : faces) cursor.setCharFormat(format);
}

void ruleTables(const QTextDocument& document) {
  for (QTextFrame* frame : document.rootFrame()->childFrames()) {
    auto* table = qobject_cast<QTextTable*>(frame);
    if (!table) continue;
    QTextTableFormat format = table->format();
    format.setBorderCollapse(true);
    format.setBorder(1);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(theme().colors().border);
    format.setCellSpacing(0);
    format.setCellPadding(6);
    format.setTopMargin(4);
    format.setBottomMargin(10);
    format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    table->setFormat(format);
  }
}

/// What Markdown leaves open, as the window has it.
void dress(QTextDocument& document) {
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
    space(block);
    setFaces(block);
  }
  ruleTables(document);
}

}  // namespace

PagePanel::PagePanel(const QString& title, const QString& markdown, QWidget* parent) : QWidget(parent, Qt::Tool) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(title);
  auto* text = new QTextBrowser;
  text->setAccessibleName(title);
  text->setFrameShape(QFrame::NoFrame);
  text->setOpenLinks(false);
  text->document()->setDefaultFont(theme().words(13));
  text->document()->setDocumentMargin(kMargin);
  text->setMarkdown(markdown);
  dress(*text->document());
  text->moveCursor(QTextCursor::Start);
  connect(&theme(), &Theme::changed, text, [text] { dress(*text->document()); });
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(text);
  resize(kSize);
  setFocusProxy(text);
}

void PagePanel::open(const QString& title, const QString& markdown, QWidget* parent) {
  auto* panel = new PagePanel(title, markdown, parent);
  const QRect window = parent->window()->geometry();
  panel->resize(kSize.boundedTo(parent->screen()->availableSize() * 9 / 10));
  panel->move(window.center() - panel->rect().center());
  panel->show();
  panel->activateWindow();
  panel->setFocus();
}

void PagePanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) close();
  QWidget::keyPressEvent(event);
}

}  // namespace ulpscope
