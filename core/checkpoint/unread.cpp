// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/unread.h"

#include <utility>

namespace ulpscope {

bool isAboutContent(const Error& error) {
  return error.code == Errc::Corrupt || error.code == Errc::Damaged || error.code == Errc::Unsupported ||
         error.code == Errc::LimitExceeded || error.code == Errc::NotFound;
}

void listUnread(TensorInfo& info, std::string reason) {
  info.type = nullptr;
  info.storage = nullptr;
  info.packing = nullptr;
  info.file = 0;
  info.offset = 0;
  info.bytes = 0;
  info.remark = std::move(reason);
}

}  // namespace ulpscope
