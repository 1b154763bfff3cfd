// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/selection_bar.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QToolButton>

#include "widgets/frame/crumb.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kHeight = 44;
constexpr std::size_t kMostSiblings = 24;

QToolButton* toolButton(const QString& icon, const QString& name, const QString& keys) {
  auto* button = new QToolButton;
  button->setIcon(themedIcon(icon));
  button->setAutoRaise(true);
  button->setFocusPolicy(Qt::TabFocus);
  button->setFixedSize(28, 28);
  button->setIconSize({18, 18});
  button->setAccessibleName(name);
  button->setToolTip(keys.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, keys));
  return button;
}

/// "Ctrl K" as a key cap.
class PaletteButton final : public QAbstractButton {
 public:
  PaletteButton() {
    setText(QStringLiteral("Ctrl K"));
    setFont(theme().words(11));
    setAccessibleName(SelectionBar::tr("Command palette"));
    setToolTip(SelectionBar::tr("Find actions, tensors and formats (Ctrl+K)"));
    setFixedSize(fontMetrics().horizontalAdvance(text()) + 16, 22);
    setFocusPolicy(Qt::TabFocus);
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto& c = theme().colors();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() || underMouse() ? c.accent : c.border);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setPen(c.muted);
    painter.drawText(rect(), Qt::AlignCenter, text());
  }
  void enterEvent(QEnterEvent*) override { update(); }
  void leaveEvent(QEvent*) override { update(); }
};

}  // namespace

SelectionBar::SelectionBar(Session& session, QMenu* menu, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_back(toolButton(QStringLiteral("back"), tr("Back"), QStringLiteral("Alt+Left"))),
      m_forward(toolButton(QStringLiteral("forward"), tr("Forward"), QStringLiteral("Alt+Right"))),
      m_checkpoint(new Crumb(tr("Checkpoint"))),
      m_tensor(new Crumb(tr("Tensor"))),
      m_element(new Crumb(tr("Element"))),
      m_end(new Crumb(tr("Format or scheme"))) {
  setFixedHeight(kHeight);
  auto* menuButton = toolButton(QStringLiteral("menu"), tr("Menu"), {});
  menuButton->setMenu(menu);
  menuButton->setPopupMode(QToolButton::InstantPopup);
  auto* palette = new PaletteButton;
  connect(palette, &QAbstractButton::clicked, this, &SelectionBar::paletteRequested);

  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(12, 0, 16, 1);
  row->setSpacing(0);
  row->addWidget(menuButton);
  row->addWidget(m_back);
  row->addWidget(m_forward);
  row->addSpacing(8);
  buildCrumbs(*row);
  row->addStretch();
  row->addWidget(palette);

  connect(m_back, &QToolButton::clicked, &session, &Session::goBack);
  connect(m_forward, &QToolButton::clicked, &session, &Session::goForward);
  connect(&session, &Session::selectionChanged, this, &SelectionBar::refresh);
  connect(&session, &Session::checkpointOpened, this, &SelectionBar::refresh);
  connect(&session, &Session::checkpointClosed, this, &SelectionBar::refresh);
  refresh();
}

void SelectionBar::buildCrumbs(QHBoxLayout& row) {
  m_element->setMonospaced(true);
  for (auto* crumb : {m_checkpoint, m_tensor, m_element, m_end}) {
    row.addWidget(crumb, 1);
  }
  const auto goTo = [this](const char* page) { Q_EMIT m_session.pageRequested(QLatin1String(page)); };
  connect(m_checkpoint, &Crumb::clicked, this, [goTo] { goTo("checkpoint"); });
  connect(m_tensor, &Crumb::clicked, this, [goTo] { goTo("checkpoint"); });
  connect(m_element, &Crumb::clicked, this, [goTo] { goTo("explorer"); });
  connect(m_end, &Crumb::clicked, this,
          [this, goTo] { goTo(m_subject == Subject::Scheme ? "quantization" : "explorer"); });

  m_checkpoint->setSiblings([this](QMenu& menu) {
    for (const auto& checkpoint : m_session.checkpoints())
      menu.addAction(titleOf(*checkpoint), this, [this, checkpoint] { m_session.selectCheckpoint(checkpoint); });
    menu.addSeparator();
    menu.addAction(tr("Reload"), this, [this] { m_session.reload(m_session.selection().checkpoint); });
    menu.addAction(tr("Close"), this, [this] { m_session.close(m_session.selection().checkpoint); });
  });
  m_tensor->setSiblings([this](QMenu& menu) { fillTensors(menu); });
  m_end->setSiblings([this](QMenu& menu) {
    if (m_subject == Subject::Scheme) {
      for (const Scheme* scheme : schemeRegistry())
        menu.addAction(qt(scheme->info().title), this,
                       [this, id = scheme->info().id] { m_session.selectScheme(id, {}); });
      return;
    }
    fillFormats(menu);
  });
}

/// A menu for each family: all of them in one would be taller than the screen.
void SelectionBar::fillFormats(QMenu& menu) {
  QMenu* family = nullptr;
  std::optional<FormatFamily> above;
  for (const NumberFormat* format : formatRegistry()) {
    const FormatInfo& info = format->info();
    if (!family || above != info.family) family = menu.addMenu(titleOf(info.family));
    above = info.family;
    family->addAction(qt(info.title), this, [this, id = info.id] { m_session.selectFormat(id); });
  }
}

/// The tensors around the selected one, in the file's order.
void SelectionBar::fillTensors(QMenu& menu) {
  const Selection& now = m_session.selection();
  if (!now.tensorInfo()) return;
  const auto& tensors = now.checkpoint->tensors;
  const std::size_t before = std::min(*now.tensor, kMostSiblings / 2);
  const std::size_t first = *now.tensor - before;
  const std::size_t last = std::min(tensors.size(), first + kMostSiblings);
  for (std::size_t i = first; i < last; ++i) {
    auto* action = menu.addAction(shown(tensors[i].name).replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                                  [this, i] { m_session.selectTensor(i); });
    action->setCheckable(true);
    action->setChecked(i == *now.tensor);
  }
  if (const std::size_t more = tensors.size() - (last - first); more > 0)
    menu.addAction(tr("and %1 more").arg(grouped(more)))->setEnabled(false);
}

void SelectionBar::setSubject(Subject subject) {
  m_subject = subject;
  refresh();
}

void SelectionBar::refresh() {
  const Selection& now = m_session.selection();
  m_back->setEnabled(m_session.canGoBack());
  m_forward->setEnabled(m_session.canGoForward());
  const TensorInfo* tensor = now.tensorInfo();
  m_checkpoint->setContent(now.checkpoint ? titleOf(*now.checkpoint) : QString());
  m_tensor->setContent(tensor ? shown(tensor->name) : QString());
  m_element->setContent(tensor && now.element ? positionText(tensor->shape, *now.element)
                        : tensor              ? QString()
                                              : shown(now.value));
  QString end;
  if (m_subject == Subject::Scheme) {
    if (const Scheme* scheme = findScheme(now.scheme)) end = qt(scheme->info().title);
  } else if (const auto format = makeFormat(now.format);
             format && (m_subject == Subject::Format || now.element || !now.value.empty())) {
    end = qt((*format)->info().title);
  } else if (tensor) {
    end = typeText(*tensor);
  }
  m_end->setContent(end);
  std::vector<Crumb*> shownCrumbs;
  for (auto* crumb : {m_checkpoint, m_tensor, m_element, m_end})
    if (!crumb->isHidden()) shownCrumbs.push_back(crumb);
  for (auto* crumb : shownCrumbs) crumb->setPlace(crumb == shownCrumbs.front(), crumb == shownCrumbs.back());
  layout()->activate();
}

void SelectionBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const auto& c = theme().colors();
  painter.fillRect(rect(), c.surface);
  painter.fillRect(QRect(0, height() - 1, width(), 1), c.border);
}

}  // namespace ulpscope
