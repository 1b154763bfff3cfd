// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/overlay_picker.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/checkpoint/overlay_list.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/popup.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kWidth = 420;
constexpr int kHeight = 380;

/// A name with its numbers taken out, and the numbers.
struct Pattern {
  std::string text;
  std::vector<std::uint64_t> numbers;
};

Pattern patternOf(const std::string& name) {
  Pattern pattern;
  for (std::size_t i = 0; i < name.size();) {
    const auto isDigit = [&](std::size_t at) { return at < name.size() && name[at] >= '0' && name[at] <= '9'; };
    // Numbers are segments of their own: "layers.3", not the 1 of "norm1".
    const bool begins = isDigit(i) && (i == 0 || name[i - 1] == '.');
    std::size_t end = i;
    std::uint64_t number = 0;
    while (begins && isDigit(end) && end - i < 9) number = number * 10 + static_cast<std::uint64_t>(name[end++] - '0');
    if (begins && (end == name.size() || name[end] == '.')) {
      pattern.text += '#';
      pattern.numbers.push_back(number);
      i = end;
    } else {
      pattern.text += name[i++];
    }
  }
  return pattern;
}

std::uint64_t distance(const Pattern& a, const Pattern& b) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < a.numbers.size(); ++i)
    sum += std::max(a.numbers[i], b.numbers[i]) - std::min(a.numbers[i], b.numbers[i]);
  return sum;
}

}  // namespace

std::vector<std::size_t> similarTensors(const Checkpoint& checkpoint, std::size_t tensor) {
  const Pattern own = patternOf(checkpoint.tensors[tensor].name);
  std::vector<std::pair<std::uint64_t, std::size_t>> found;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& info = checkpoint.tensors[i];
    if (i == tensor || !info.isReadable() || info.elements == 0) continue;
    const Pattern other = patternOf(info.name);
    if (!own.numbers.empty() && other.text == own.text) found.emplace_back(distance(own, other), i);
  }
  std::ranges::stable_sort(found, {}, &std::pair<std::uint64_t, std::size_t>::first);
  std::vector<std::size_t> tensors;
  for (const auto& [_, i] : found) tensors.push_back(i);
  return tensors;
}

OverlayPicker::OverlayPicker(QWidget* parent)
    : QFrame(parent, Qt::Popup),
      m_filter(new QLineEdit),
      m_rows(new OverlayList(this)),
      m_list(new QListView),
      m_similar(new QPushButton(tr("Same name in other layers"))),
      m_none(new QPushButton(tr("None"))),
      m_note(new PlainLabel({}, TextRole::Muted)) {
  setObjectName(QStringLiteral("overlayPicker"));
  m_filter->setPlaceholderText(tr("Filter by name"));
  m_filter->setAccessibleName(tr("Filter the tensors to overlay"));
  m_filter->installEventFilter(this);
  m_list->setModel(m_rows);
  m_list->setFrameShape(QFrame::NoFrame);
  m_list->setUniformItemSizes(true);
  m_list->setTextElideMode(Qt::ElideMiddle);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setAccessibleName(tr("Tensors to overlay"));
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(m_similar);
  buttons->addWidget(m_none);
  buttons->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->setSpacing(8);
  column->addWidget(m_filter);
  column->addLayout(buttons);
  column->addWidget(m_list, 1);
  column->addWidget(m_note);
  connect(m_filter, &QLineEdit::textChanged, m_rows, &OverlayList::setFilter);
  connect(m_similar, &QPushButton::clicked, this, &OverlayPicker::chooseSimilar);
  connect(m_none, &QPushButton::clicked, this, [this] {
    setChosen({});
    Q_EMIT chosenChanged();
  });
  connect(m_rows, &OverlayList::chosenChanged, this, [this] {
    describe();
    Q_EMIT chosenChanged();
  });
  connect(m_rows, &OverlayList::refused, this,
          [this] { m_note->setText(tr("At most %1 can be drawn over another: untick one first.").arg(kMost)); });
}

OverlayPicker::~OverlayPicker() = default;

void OverlayPicker::setTensor(std::shared_ptr<const Checkpoint> checkpoint, std::size_t tensor) {
  m_checkpoint = std::move(checkpoint);
  m_tensor = tensor;
  m_rows->setTensor(m_checkpoint, tensor, kMost);
  describe();
}

void OverlayPicker::setChosen(const std::vector<std::size_t>& tensors) {
  m_rows->setChosen(tensors);
  describe();
}

const std::vector<std::size_t>& OverlayPicker::chosen() const { return m_rows->chosen(); }

void OverlayPicker::describe() { m_note->setText(tr("%1 of at most %2 chosen").arg(chosen().size()).arg(kMost)); }

void OverlayPicker::chooseSimilar() {
  if (!m_checkpoint) return;
  const auto similar = similarTensors(*m_checkpoint, m_tensor);
  setChosen(similar);
  if (similar.empty()) m_note->setText(tr("No other tensor has this name but for its numbers."));
  if (similar.size() > kMost)
    m_note->setText(tr("%1 tensors have this name: the nearest %2 are drawn.").arg(similar.size()).arg(kMost));
  Q_EMIT chosenChanged();
}

void OverlayPicker::open(const QRect& below) {
  m_rows->setChosen(chosen());  // brings what is ticked to the top
  showBelow(*this, below, {kWidth, kHeight});
  m_filter->setFocus(Qt::PopupFocusReason);
}

/// Down goes from the filter into the list; Return closes.
bool OverlayPicker::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Down) {
      m_list->setFocus(Qt::TabFocusReason);
      if (!m_list->currentIndex().isValid()) m_list->setCurrentIndex(m_rows->index(0));
      return true;
    }
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
      hide();
      return true;
    }
  }
  return QFrame::eventFilter(watched, event);
}

void OverlayPicker::paintEvent(QPaintEvent*) { paintPopup(*this); }

}  // namespace ulpscope
