// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/selection.h"

namespace ulpscope {

const TensorInfo* Selection::tensorInfo() const {
  return checkpoint && tensor && *tensor < checkpoint->tensors.size() ? &checkpoint->tensors[*tensor] : nullptr;
}

}  // namespace ulpscope
