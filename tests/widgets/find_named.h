// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <QLatin1String>
#include <QWidget>

namespace ulpscope {

/// The part of `parent` of type T and this accessible name; fails the test and gives nullptr where there is none.
template <class T>
T* findNamed(const QWidget& parent, const char* name) {
  for (T* widget : parent.findChildren<T*>())
    if (widget->accessibleName() == QLatin1String(name)) return widget;
  ADD_FAILURE() << "no part named " << name;
  return nullptr;
}

}  // namespace ulpscope
