// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/distinct_names.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace ulpscope {

void makeNamesDistinct(std::vector<TensorInfo>& tensors, Finding& renamed) {
  std::map<std::string, std::size_t> seen;  // how often, so that a name that stands a million times is not tried anew
  for (TensorInfo& tensor : tensors) {
    std::size_t& times = seen[tensor.name];
    if (times++ == 0) continue;
    renamed.add(tensor.name);
    std::string name;
    do name = fmt::format("{} ({})", tensor.name, times++);
    while (!seen.try_emplace(name, 1).second);
    --times;
    tensor.name = std::move(name);
  }
}

}  // namespace ulpscope
