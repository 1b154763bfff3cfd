// SPDX-License-Identifier: Apache-2.0
//
// One NumPy array as a checkpoint of one tensor, named as the file is; a folder of them is one checkpoint. The grammar
// stands in npy_header.cpp.
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/npy_array.h"
#include "core/checkpoint/npy_header.h"

namespace ulpscope {
namespace {

class NpyReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "npy"; }
  std::string_view title() const override { return "NumPy .npy"; }
  bool joinsSiblings() const override { return true; }
  bool recognizes(const ByteSource& file) const override { return isNpy(file); }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Result<NpyArray> array = npyArray(file, context.options.limits);
    if (!array) return tl::unexpected(std::move(array.error()));
    if (array->missing > 0 && !context.options.allowDamaged)
      return fail(Errc::Damaged, std::move(array->tensor.remark), file->name(), file->size());

    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    if (array->missing > 0)
      checkpoint.warnings.push_back(fmt::format("Opened although damaged: {}.", array->tensor.remark));
    if (array->trailing > 0) checkpoint.warnings.push_back(fmt::format("{} bytes follow the array.", array->trailing));
    array->tensor.name = std::filesystem::path(file->name()).stem().string();
    checkpoint.tensors.push_back(std::move(array->tensor));
    checkpoint.files.push_back(std::move(file));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& npy_entry() {
  static const NpyReader reader;
  return reader;
}

}  // namespace ulpscope
