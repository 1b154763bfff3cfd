// SPDX-License-Identifier: Apache-2.0
#include "core/cache/result_key.h"

#include <utility>

#include "core/backend/backend.h"
#include "core/base/file_state.h"
#include "core/cache/byte_codec.h"

namespace ulpscope {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
/// FAT keeps times of modification in steps of 2 s; add as much for clocks of servers that are not quite ours.
constexpr std::int64_t kModificationStep = 4 * kSecond;
/// The kernel's clock ticks at least every 10 ms. What has no time of status change of its own has the one above.
constexpr std::int64_t kStatusStep = kSecond / 20;

/// FNV-1a of 64 bits: against accidents. Who can choose config.json and files can mislead himself only.
class Digest {
 public:
  void add(std::string_view bytes) {
    number(bytes.size());
    for (const char byte : bytes) mix(static_cast<std::uint8_t>(byte));
  }
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) mix(static_cast<std::uint8_t>(value >> shift));
  }
  std::uint64_t value() const { return m_value; }

 private:
  void mix(std::uint8_t byte) { m_value = (m_value ^ byte) * 0x100'0000'01B3u; }

  std::uint64_t m_value = 0xCBF2'9CE4'8422'2325u;
};

constexpr std::uint64_t orNone(const std::optional<std::size_t>& index) { return index ? *index + 1 : 0; }

void add(Digest& digest, const TensorInfo& tensor) {
  digest.add(tensor.name);
  digest.add(tensor.storedType);
  digest.add(tensor.type ? tensor.type->name : std::string_view());
  digest.number(tensor.shape.size());
  for (const std::uint64_t side : tensor.shape) digest.number(side);
  for (const std::uint64_t number : {tensor.elements, tensor.bytes, tensor.offset, std::uint64_t{tensor.file},
                                     orNone(tensor.partOf), orNone(tensor.sharesWith)})
    digest.number(number);
  digest.number(tensor.storage ? 1 : 0);
  digest.number(tensor.packing ? 1 : 0);
  if (!tensor.packing) return;
  digest.add(tensor.packing->id);
  digest.add(tensor.packing->title);
  digest.number(tensor.packing->parts.size());
  for (const std::size_t part : tensor.packing->parts) digest.number(part);
}

std::uint64_t listingDigest(const Checkpoint& checkpoint) {
  Digest digest;
  digest.add(checkpoint.container);
  digest.number(checkpoint.config ? 1 : 0);
  digest.add(checkpoint.config.value_or(std::string()));
  digest.number(checkpoint.tensors.size());
  for (const TensorInfo& tensor : checkpoint.tensors) add(digest, tensor);
  return digest.value();
}

/// Written to so shortly before it was opened, or after by a clock that is not ours, that a change could go unnoticed.
bool isFresh(const FileState& file) {
  return file.identity.modified > file.observed - kModificationStep || file.statusChanged > file.observed - kStatusStep;
}

}  // namespace

std::optional<ResultKey> resultKey(const Checkpoint& checkpoint, const Backend& backend) {
  if (checkpoint.files.empty()) return std::nullopt;
  ByteWriter out;
  out.number(kResultVersion);
  out.text(backend.id());
  out.number(checkpoint.files.size());
  for (const auto& source : checkpoint.files) {
    const auto file = openedState(*source);
    if (!file || isFresh(*file)) return std::nullopt;
    out.text(file->path.lexically_normal().native());
    for (const std::uint64_t number :
         {file->identity.device, file->identity.inode, file->identity.size,
          static_cast<std::uint64_t>(file->identity.modified), static_cast<std::uint64_t>(file->statusChanged)})
      out.fixed(number);
  }
  out.fixed(listingDigest(checkpoint));
  ResultKey key{.bytes = std::move(out).take(), .digest = 0};
  Digest digest;
  digest.add(key.bytes);
  key.digest = digest.value();
  return key;
}

}  // namespace ulpscope
