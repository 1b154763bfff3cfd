// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/torch/pickled_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/pickle/machine.h"
#include "core/checkpoint/pickle/suspicious.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {

Result<PickleValue> nextPickle(Cursor& cursor, PickleGraph& graph, const OpenContext& context, std::string_view what) {
  static const PickleLimits limits;
  auto value = readPickle(cursor, graph, limits, context.job);
  if (value || !isAboutContent(value.error())) return value;
  Error error = std::move(value.error());
  if (!what.empty()) error.message = fmt::format("{}: {}", printable(what), error.message);
  const auto first = std::ranges::find_if(graph.globals(), isSuspicious);
  if (first != graph.globals().end())
    error.message +=
        fmt::format("; before it, the pickle names {}, which can do harm in Python", printable(first->full()));
  return tl::unexpected(std::move(error));
}

Result<> listFollowing(Cursor& cursor, PickleGraph& graph, const TensorInterpreter& interpreter, PickleListing& listing,
                       Checkpoint& checkpoint, const OpenContext& context, std::string_view what) {
  const std::string where = what.empty() ? std::string("the file") : printable(what);
  constexpr std::uint8_t kProto = 0x80;
  for (int number = 2; cursor.left() > 0; ++number) {
    const std::uint64_t begin = cursor.position();
    std::byte first{};
    if (auto read = cursor.source().read(begin, std::span(&first, 1)); !read) return read;
    const std::uint64_t left = cursor.left();
    const bool isPickle = static_cast<std::uint8_t>(first) == kProto && number < 1000;
    const auto value = isPickle ? nextPickle(cursor, graph, context, what) : Result<PickleValue>(PickleValue{});
    if (!value && !isAboutContent(value.error())) return tl::unexpected(value.error());
    if (!isPickle || !value) {
      checkpoint.warnings.push_back(fmt::format("{} follow the pickle in {}.", counted(left, "byte"), where));
      return {};
    }
    if (number == 2)
      checkpoint.warnings.push_back(
          fmt::format("Another pickle follows the first in {}; what it holds is named pickle_2 and so on.", where));
    const std::string prefix = fmt::format("pickle_{}", number);
    if (auto added = listing.add(graph, interpreter, *value, prefix, prefix); !added) return added;
  }
  return {};
}

std::string stemOf(const ByteSource& file) { return std::filesystem::path(file.name()).stem().string(); }

std::shared_ptr<const TensorStorage> brokenStorage(std::string problem) {
  TensorStorage storage;
  storage.problem = std::move(problem);
  return std::make_shared<const TensorStorage>(std::move(storage));
}

std::shared_ptr<const TensorStorage> KeptStorages::view(const StorageId& id,
                                                        const std::shared_ptr<const TensorStorage>& whole) {
  if (!whole->problem.empty()) return whole;
  if (whole->type != id.type) return brokenStorage(fmt::format("{} was of another type before", whole->name));
  if (!id.view) return whole;
  auto& part = m_views[{whole.get(), id.view->first, id.view->second}];
  if (part) return part;
  const std::uint64_t size = id.type ? id.type->bytes : 1;
  const auto begin = checkedMultiply(id.view->first, size), bytes = checkedMultiply(id.view->second, size);
  const std::uint64_t held = whole->bytes->size();
  if (!begin || !bytes || *begin > held || *bytes > held - *begin)
    return part = brokenStorage(fmt::format("a part of {} expected, elements beyond its end found", whole->name));
  TensorStorage storage = *whole;
  storage.bytes = sliceOf(whole->bytes, *begin, *bytes);
  if (storage.offset) *storage.offset += *begin;
  return part = std::make_shared<const TensorStorage>(std::move(storage));
}

}  // namespace ulpscope
