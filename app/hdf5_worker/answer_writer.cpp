// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/answer_writer.h"

#include <unistd.h>

#include <bit>
#include <cerrno>

namespace ulpscope::hdf5 {
namespace {

static_assert(std::endian::native == std::endian::little, "the answer is little-endian");

void writeAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(kAnswerDescriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(3);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void writeMagic() { writeAll({kMagic, sizeof kMagic}); }

void writeRecord(RecordKind kind, const Payload& payload) {
  Payload head;
  head.add(kind).add(std::uint64_t{payload.bytes().size()});
  writeAll(head.bytes());
  writeAll(payload.bytes());
}

void fail(FailureKind kind, std::string_view what) {
  writeRecord(RecordKind::Failure, Payload().add(kind).text(what));
  _exit(0);
}

}  // namespace ulpscope::hdf5
