// SPDX-License-Identifier: Apache-2.0
//
// What TensorFlow keeps weights in:
//
//   a checkpoint of version 2   NAME.index and its data files (tensorflow_bundle.cpp)
//   a SavedModel                saved_model.pb, with a checkpoint of that kind at variables/variables.index. The file
//   is
//                               Protocol Buffers: 1 schema version  2 meta graph* { 1 info  2 graph  3 saver ... }
#include <fmt/format.h>

#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/protobuf_wire.h"
#include "core/checkpoint/tensorflow/sorted_table.h"
#include "core/checkpoint/tensorflow/tensorflow_bundle.h"

namespace ulpscope {
namespace {

constexpr std::string_view kVariablesFolder = "variables";
constexpr std::string_view kVariables = "variables.index";

/// A schema version, then meta graphs whose first field is one of theirs, and nothing else. Errors are those of
/// reading.
Result<bool> looksLikeSavedModel(const ByteSource& file) {
  Cursor cursor(file);
  WireMessage model(cursor);
  const auto no = [](const Error& error) -> Result<bool> {
    return error.code == Errc::Io ? Result<bool>(tl::unexpected(error)) : false;
  };
  int metaGraphs = 0;
  for (int i = 0; i < 64; ++i) {
    const auto field = model.next();
    if (!field) return no(field.error());
    if (!*field) return metaGraphs > 0;
    if (i == 0) {
      if ((*field)->number != 1 || (*field)->type != WireType::Varint || (*field)->value != 1) return false;
      continue;
    }
    if ((*field)->number != 2 || (*field)->type != WireType::Bytes) return false;
    ++metaGraphs;
    const auto inside = model.inside(**field).next();
    if (!inside) return no(inside.error());
    if (!*inside || (*inside)->type != WireType::Bytes || (*inside)->number > 7) return false;
  }
  return true;
}

class TensorflowReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "tensorflow"; }
  std::string_view title() const override { return "TensorFlow"; }

  bool recognizes(const ByteSource& file) const override {
    return looksLikeSortedTable(file) || looksLikeSavedModel(file).value_or(false);
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    const auto isSavedModel = looksLikeSavedModel(*file);
    if (!isSavedModel) return tl::unexpected(isSavedModel.error());
    if (!*isSavedModel) {
      if (auto read = readTensorflowBundle(std::move(file), context, checkpoint); !read)
        return tl::unexpected(std::move(read.error()));
      return checkpoint;
    }
    checkpoint.files.push_back(file);
    OpenContext variables = context;
    variables.folder = subFolder(context.folder, std::string(kVariablesFolder));
    auto index = variables.folder->open(std::string(kVariables));
    if (!index && index.error().code == Errc::NotFound)
      return fail(Errc::Unsupported,
                  "this is a TensorFlow SavedModel; its weights are expected beside it in variables/variables.index, "
                  "which is not there",
                  file->name());
    if (!index) return tl::unexpected(index.error());
    if (auto read = readTensorflowBundle(std::move(*index), variables, checkpoint); !read)
      return tl::unexpected(std::move(read.error()));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& tensorflow_entry() {
  static const TensorflowReader reader;
  return reader;
}

}  // namespace ulpscope
