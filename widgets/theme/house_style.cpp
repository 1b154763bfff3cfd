// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/house_style.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>
#include <QWidget>
#include <algorithm>

#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kFieldHeight = 30;
constexpr int kMenuRowHeight = 28;
constexpr int kItemRowHeight = 26;
constexpr int kComboArrowWidth = 24;
constexpr int kShortestScrollHandle = 28;

/// A field drawn by a combo or spin box around its editor, which then draws none.
bool isInnerField(const QStyleOption* option) {
  const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
  return frame && frame->lineWidth <= 0;
}

}  // namespace

HouseStyle::HouseStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

/// Check marks, arrows and branches. False if the element is none of these.
bool HouseStyle::drawMark(PrimitiveElement element, const QStyleOption& option, QPainter& painter) const {
  const auto& c = theme().colors();
  const QPointF centre = QRectF(option.rect).center();
  switch (element) {
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
      painting::checkIndicator(painter, option.rect, option.state, false);
      return true;
    case PE_IndicatorRadioButton:
      painting::checkIndicator(painter, option.rect, option.state, true);
      return true;
    case PE_IndicatorArrowDown:
      painting::chevron(painter, centre, painting::Chevron::Down, 4, c.muted);
      return true;
    case PE_IndicatorArrowUp:
      painting::chevron(painter, centre, painting::Chevron::Up, 4, c.muted);
      return true;
    case PE_IndicatorArrowLeft:
      painting::chevron(painter, centre, painting::Chevron::Left, 4, c.muted);
      return true;
    case PE_IndicatorArrowRight:
      painting::chevron(painter, centre, painting::Chevron::Right, 4, c.muted);
      return true;
    case PE_IndicatorBranch:
      if (option.state & State_Children)
        painting::chevron(painter, centre,
                          option.state & State_Open ? painting::Chevron::Down : painting::Chevron::Right, 3.5, c.muted);
      return true;
    case PE_IndicatorHeaderArrow:
      if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(&option))
        painting::chevron(
            painter, centre,
            header->sortIndicator == QStyleOptionHeader::SortUp ? painting::Chevron::Up : painting::Chevron::Down, 3.5,
            c.accent);
      return true;
    default:
      return false;
  }
}

void HouseStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                               const QWidget* widget) const {
  const auto& c = theme().colors();
  if (drawMark(element, *option, *painter)) return;
  switch (element) {
    case PE_PanelLineEdit:
    case PE_FrameLineEdit:
      if (!isInnerField(option)) painting::field(*painter, option->rect, option->state);
      return;
    case PE_FrameFocusRect:
      painting::focusRing(*painter, option->rect);
      return;
    case PE_FrameTabBarBase:
    case PE_FrameTabWidget:
    case PE_FrameStatusBarItem:
      return;
    case PE_Frame:
    case PE_FrameMenu:
      painting::roundedPanel(*painter, option->rect, Qt::transparent, c.border);
      return;
    case PE_PanelMenu:
    case PE_PanelTipLabel:
      painter->fillRect(option->rect, c.raised);  // a popup is a window of its own: round corners would show black
      painter->setPen(c.border);
      painter->setBrush(Qt::NoBrush);
      painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
      return;
    case PE_PanelButtonCommand:
      painting::pushButton(*painter, option->rect, option->state);
      return;
    case PE_PanelButtonTool:
      painting::toolButton(*painter, option->rect, option->state);
      return;
    case PE_PanelItemViewRow:
      return;  // the items draw it, each its part
    case PE_PanelItemViewItem: {
      const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
      if (item && item->backgroundBrush.style() != Qt::NoBrush) painter->fillRect(option->rect, item->backgroundBrush);
      painting::itemRow(*painter, option->rect, option->state);
      return;
    }
    default:
      QProxyStyle::drawPrimitive(element, option, painter, widget);
  }
}

void HouseStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const {
  const auto& c = theme().colors();
  switch (element) {
    case CE_MenuItem:
      if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option))
        painting::menuItem(*painter, *item);
      return;
    case CE_MenuEmptyArea:
    case CE_MenuTearoff:
    case CE_ProgressBarGroove:
    case CE_ProgressBarLabel:
    case CE_Splitter:
      return;
    case CE_ProgressBarContents:
      if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option))
        painting::progressBar(*painter, bar->rect,
                              double(bar->progress - bar->minimum) / std::max(1, bar->maximum - bar->minimum));
      return;
    case CE_TabBarTabShape: {
      const QRect& r = option->rect;
      if (option->state & State_Selected)
        painter->fillRect(QRect(r.x() + 8, r.bottom() - 1, r.width() - 16, 2), c.accent);
      if ((option->state & State_HasFocus) && (option->state & State_KeyboardFocusChange))
        painting::focusRing(*painter, r.adjusted(2, 2, -2, -4));
      return;
    }
    case CE_TabBarTabLabel: {
      auto tab = *qstyleoption_cast<const QStyleOptionTab*>(option);
      const bool bright = tab.state & (State_Selected | State_MouseOver);
      tab.palette.setColor(QPalette::WindowText, bright ? c.text : c.muted);
      tab.state &= ~State_HasFocus;
      QProxyStyle::drawControl(element, &tab, painter, widget);
      return;
    }
    case CE_ComboBoxLabel: {
      // What has no room is cut with an ellipsis; the list that opens has it whole.
      auto box = *qstyleoption_cast<const QStyleOptionComboBox*>(option);
      constexpr int kInset = 2;  // px on both sides together, Fusion's
      const QRect field = proxy()->subControlRect(CC_ComboBox, &box, SC_ComboBoxEditField, widget);
      const int icon = box.currentIcon.isNull() ? 0 : box.iconSize.width() + 4;
      box.currentText = box.fontMetrics.elidedText(box.currentText, Qt::ElideMiddle, field.width() - kInset - icon);
      QProxyStyle::drawControl(element, &box, painter, widget);
      return;
    }
    case CE_HeaderEmptyArea:
      painter->fillRect(option->rect, c.surface);
      return;
    case CE_HeaderSection:
      painter->fillRect(option->rect, c.surface);
      painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), c.border);
      return;
    case CE_HeaderLabel: {
      auto header = *qstyleoption_cast<const QStyleOptionHeader*>(option);
      header.palette.setColor(QPalette::ButtonText, c.muted);
      header.state &= ~State_On;  // Fusion would set the column of the selection in bold
      QProxyStyle::drawControl(element, &header, painter, widget);
      return;
    }
    case CE_ItemViewItem: {
      // The palette's highlight is for selected text; a selected row is a tint under text that keeps its colour.
      auto item = *qstyleoption_cast<const QStyleOptionViewItem*>(option);
      item.palette.setColor(QPalette::HighlightedText, item.palette.color(QPalette::Text));
      item.state &= ~State_HasFocus;
      QProxyStyle::drawControl(element, &item, painter, widget);
      return;
    }
    default:
      QProxyStyle::drawControl(element, option, painter, widget);
  }
}

void HouseStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                    const QWidget* widget) const {
  const auto& c = theme().colors();
  const auto part = [&](SubControl sub) { return QRectF(proxy()->subControlRect(control, option, sub, widget)); };
  switch (control) {
    case CC_ComboBox:
      painting::field(*painter, option->rect, option->state);
      painting::chevron(*painter, part(SC_ComboBoxArrow).center(), painting::Chevron::Down, 4,
                        option->state & State_Enabled ? c.muted : c.disabled);
      return;
    case CC_SpinBox:
      painting::field(*painter, option->rect, option->state);
      painting::chevron(*painter, part(SC_SpinBoxUp).center(), painting::Chevron::Up, 3, c.muted);
      painting::chevron(*painter, part(SC_SpinBoxDown).center(), painting::Chevron::Down, 3, c.muted);
      return;
    case CC_ScrollBar:
      if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option); bar && bar->maximum > bar->minimum)
        painting::scrollHandle(*painter, part(SC_ScrollBarSlider).toRect(), bar->orientation == Qt::Horizontal,
                               bar->activeSubControls & SC_ScrollBarSlider);
      return;
    case CC_ToolButton: {
      // No arrow in the corner: an icon that opens a menu says so itself.
      auto button = *qstyleoption_cast<const QStyleOptionToolButton*>(option);
      button.features &= ~(QStyleOptionToolButton::HasMenu | QStyleOptionToolButton::Menu);
      if (!(button.state & State_KeyboardFocusChange)) button.state &= ~State_HasFocus;
      QProxyStyle::drawComplexControl(control, &button, painter, widget);
      return;
    }
    case CC_Slider:
      painting::slider(*painter, option->rect, part(SC_SliderHandle));
      return;
    default:
      QProxyStyle::drawComplexControl(control, option, painter, widget);
  }
}

QSize HouseStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                   const QWidget* widget) const {
  QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
  switch (type) {
    case CT_LineEdit:
    case CT_SpinBox:
      result.setHeight(kFieldHeight);
      break;
    case CT_ComboBox:
      result = QSize(size.width() + 12 + kComboArrowWidth, kFieldHeight);
      break;
    case CT_PushButton:
      result = QSize(result.width() + 8, kFieldHeight);
      break;
    case CT_HeaderSection:
      result.setHeight(28);
      break;
    case CT_ItemViewItem:
      result.setHeight(std::max(result.height(), kItemRowHeight));
      break;
    case CT_MenuItem:
      if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
        if (item->menuItemType == QStyleOptionMenuItem::Separator) return {10, 9};
        const QStringList parts = item->text.split(QLatin1Char('\t'));
        const QFontMetrics metrics(item->font);
        int width = painting::kMenuTextLeft + painting::kMenuRight +
                    metrics.size(Qt::TextSingleLine | Qt::TextHideMnemonic, parts.value(0)).width();
        if (parts.size() > 1) width += painting::kMenuShortcutGap + metrics.horizontalAdvance(parts.value(1));
        return {width + 8, kMenuRowHeight};
      }
      break;
    default:
      break;
  }
  return result;
}

int HouseStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
  switch (metric) {
    case PM_ScrollBarExtent:
      return 10;
    case PM_DefaultFrameWidth:
      return widget && (widget->inherits("QLineEdit") || widget->inherits("QComboBox"))
                 ? 6
                 : QProxyStyle::pixelMetric(metric, option, widget);
    case PM_MenuPanelWidth:
      return 1;
    case PM_MenuVMargin:
      return 4;
    case PM_MenuHMargin:
      return 0;
    case PM_SplitterWidth:
      return 12;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
      return 16;
    case PM_TabBarTabHSpace:
      return 24;
    case PM_TabBarTabVSpace:
      return 14;
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
      return 0;
    case PM_ToolTipLabelFrameWidth:
      return 6;
    case PM_HeaderMargin:
      return 8;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
      return 16;
    default:
      return QProxyStyle::pixelMetric(metric, option, widget);
  }
}

int HouseStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                          QStyleHintReturn* data) const {
  switch (hint) {
    case SH_ComboBox_Popup:
      return 0;  // a list under the box, not a menu over it
    case SH_ToolTipLabel_Opacity:
      return 255;
    case SH_EtchDisabledText:
    case SH_ScrollBar_Transient:
      return 0;
    case SH_Table_GridLineColor:
      return int(theme().colors().hairline.rgb());
    case SH_ItemView_ShowDecorationSelected:
      return 1;
    case SH_ScrollBar_LeftClickAbsolutePosition:
      return 1;
    default:
      return QProxyStyle::styleHint(hint, option, widget, data);
  }
}

QRect HouseStyle::scrollBarRect(const QStyleOptionSlider& bar, SubControl sub) const {
  const bool horizontal = bar.orientation == Qt::Horizontal;
  const int thickness = horizontal ? bar.rect.height() : bar.rect.width();
  const int length = horizontal ? bar.rect.width() : bar.rect.height();
  const int range = bar.maximum - bar.minimum;
  const int handle =
      range > 0 ? std::max(kShortestScrollHandle, int(qint64(bar.pageStep) * length / (qint64(range) + bar.pageStep)))
                : length;
  const int at = sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition, length - handle, bar.upsideDown);
  const auto span = [&](int from, int size) {
    return horizontal ? QRect(from, 0, size, thickness) : QRect(0, from, thickness, size);
  };
  switch (sub) {
    case SC_ScrollBarSlider:
      return span(at, handle);
    case SC_ScrollBarSubPage:
      return span(0, at);
    case SC_ScrollBarAddPage:
      return span(at + handle, length - at - handle);
    case SC_ScrollBarGroove:
      return span(0, length);
    default:
      return {};  // no arrows: the handle owns the whole length
  }
}

QRect HouseStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub,
                                 const QWidget* widget) const {
  const QRect r = option->rect;
  if (control == CC_ComboBox && sub == SC_ComboBoxArrow)
    return {r.right() - kComboArrowWidth, r.top(), kComboArrowWidth, r.height()};
  if (control == CC_ComboBox && sub == SC_ComboBoxEditField) return r.adjusted(8, 1, -kComboArrowWidth, -1);
  if (control == CC_ScrollBar)
    if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) return scrollBarRect(*bar, sub);
  return QProxyStyle::subControlRect(control, option, sub, widget);
}

}  // namespace ulpscope
