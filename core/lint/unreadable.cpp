// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

class Unreadable final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    const std::vector<TensorInfo>& tensors = run.checkpoint.tensors;
    Gathered unread;
    std::string why;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].isReadable() || tensors[i].partOf) continue;
      if (unread.empty())
        why = tensors[i].remark.empty() ? fmt::format("its type {} is not one that can be read", typeTitle(tensors[i]))
                                        : tensors[i].remark;
      unread.add(i, static_cast<double>(tensors[i].elements));
    }
    while (why.ends_with('.')) why.pop_back();
    unread.report(run, Severity::Note, fmt::format("Not looked at: {}", printable(why, 512)));
    return {};
  }

  void failed(LintRun& run, std::size_t tensor, const Error& error) override {
    run.add({.severity = Severity::Error,
             .tensor = tensor,
             .message = fmt::format("Its values cannot be read: {}.", printable(describe(error), 512)),
             .weight = static_cast<double>(run.checkpoint.tensors[tensor].elements)});
  }
};

}  // namespace

const LintRule& unreadable_entry() {
  static const LintRule rule{"unreadable", "Tensors whose values cannot be read",
                             "Nothing else can be said of them: the file is damaged there, or the type is not one that "
                             "is known here.",
                             true, makeCheck<Unreadable>};
  return rule;
}

}  // namespace ulpscope
