// SPDX-License-Identifier: Apache-2.0
//
// A pickle by itself (pickle.dump of dicts of NumPy arrays, and whatever calls itself .pkl, .ckpt or .bin): protocols 2
// to 5, told by PROTO in front. core/checkpoint/pickle has the grammar.
#include <string_view>
#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/pickle/machine.h"
#include "core/checkpoint/torch/pickled_file.h"

namespace ulpscope {
namespace {

class PickleReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "pickle"; }
  std::string_view title() const override { return "Python pickle"; }

  bool recognizes(const ByteSource& file) const override {
    return beginsLikePickle(file) && !findCheckpointReader("pytorch_legacy")->recognizes(file);
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    Checkpoint checkpoint;
    checkpoint.path = file->name();
    checkpoint.container = id();
    checkpoint.files.push_back(file);
    PickleGraph graph(file);
    Cursor cursor(*file);
    const auto root = nextPickle(cursor, graph, context, "");
    if (!root) return tl::unexpected(root.error());
    const PersistentObjects none;
    const TensorInterpreter interpreter(graph, none, context.options.limits, 0);
    PickleListing listing(checkpoint, context);
    if (auto added = listing.add(graph, interpreter, *root, "", stemOf(*file)); !added)
      return tl::unexpected(added.error());
    if (auto following = listFollowing(cursor, graph, interpreter, listing, checkpoint, context, ""); !following)
      return tl::unexpected(following.error());
    listing.addGlobals(graph);
    listing.finish();
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& pickle_entry() {
  static const PickleReader reader;
  return reader;
}

}  // namespace ulpscope
