// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files (HDF5 File Format Specification 3.0), and with them the weights of Keras 2 and 3:
//
//   file  = user block? superblock rest
//   The user block, of 0, 512, 1024, 2048 ... bytes, is anybody's; the superblock begins with \x89 H D F \r \n \x1A \n.
//
// All behind that is read by the HDF5 library, in a process of its own (hdf5_worker.h) that answers which datasets
// there are, of which type, and where their bytes lie (hdf5_protocol.h). The bytes themselves are read here: contiguous
// ones as they are, chunks through their filters (hdf5_chunks.h).
//
//   Keras 2, model.h5             / {layer_names, model_config, keras_version ...}, model_weights/LAYER {weight_names},
//                                 optimizer_weights; or the layers in the root, where weights alone were saved
//   Keras 3, model.weights.h5     layers/LAYER/vars/N, optimizer/vars/N; bfloat16 as two opaque bytes with the
//                                 attribute dtype = "bfloat16"
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/hdf5_answer.h"
#include "core/checkpoint/hdf5_checkpoint.h"
#include "core/checkpoint/hdf5_worker.h"
#include "core/checkpoint/zip_archive.h"

namespace ulpscope {
namespace {

constexpr std::array<char, 8> kSignature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1A', '\n'};

class Hdf5Reader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "hdf5"; }
  std::string_view title() const override { return "HDF5"; }

  /// Not an archive that holds an HDF5 file, which may by chance lie where a user block would end.
  bool recognizes(const ByteSource& file) const override {
    if (ZipArchive::isZip(file)) return false;
    for (std::uint64_t at = 0; at < file.size() && file.size() - at >= kSignature.size(); at = at == 0 ? 512 : at * 2) {
      std::array<char, kSignature.size()> found{};
      if (!file.read(at, std::as_writable_bytes(std::span(found)))) return false;
      if (found == kSignature) return true;
    }
    return false;
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    auto answer = askHdf5Worker(file, context);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    const auto bytes = memorySource(file->name() + " (as ulpscope-hdf5 lists it)", std::move(*answer));
    auto listing = parseHdf5Answer(*bytes, file->name());
    if (!listing) return tl::unexpected(std::move(listing.error()));
    auto checkpoint = hdf5Checkpoint(*listing, std::move(file), context.options);
    if (checkpoint) checkpoint->container = id();
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& hdf5_entry() {
  static const Hdf5Reader reader;
  return reader;
}

}  // namespace ulpscope
