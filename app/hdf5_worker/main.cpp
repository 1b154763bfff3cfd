// SPDX-License-Identifier: Apache-2.0
//
// ulpscope-hdf5: lists what an HDF5 file holds and where its elements lie, for the program that starts it (core/
// checkpoint/hdf5_worker.cpp). The HDF5 library is known to crash on hostile files; here it can do that alone, with
// nothing open but the file, and with no way to open more.
//
//   ulpscope-hdf5 list OFFSET LENGTH strict|lenient     the file is descriptor 3, the answer goes to standard output
//   ulpscope-hdf5 self-test HOW                         misbehaves inside the sandbox
#include <hdf5.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "app/hdf5_worker/answer_writer.h"
#include "app/hdf5_worker/file_driver.h"
#include "app/hdf5_worker/handle.h"
#include "app/hdf5_worker/listing.h"
#include "app/hdf5_worker/sandbox.h"
#include "app/hdf5_worker/self_test.h"

namespace ulpscope::hdf5 {
namespace {

void prepareLibrary() {
  H5open();
  H5PLset_loading_state(0);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void list(const Window& window) {
  const Handle file(openWindow(window), H5Fclose);
  if (!file) {
    const std::string message = libraryMessage();
    fail(message.starts_with("truncated file") ? FailureKind::Truncated : FailureKind::Corrupt, message);
  }
  listFile(file.get());
  writeRecord(RecordKind::End);
  _exit(0);  // not through the library's own closing, which has crashed on hostile files too
}

int run(int count, char** words) {
  const std::string_view command = count > 1 ? words[1] : "";
  const bool listing = command == "list" && count == 5;
  if (!listing && !(command == "self-test" && count == 3)) {
    constexpr std::string_view kUsage = "ulpscope-hdf5 is started by ulp and ulpscope to read HDF5 files\n";
    return ::write(2, kUsage.data(), kUsage.size()) < 0 ? 3 : 2;
  }
  std::string missing = limitResources();
  prepareLibrary();
  if (const std::string reason = enterSandbox(); !reason.empty()) missing += (missing.empty() ? "" : ", ") + reason;
  writeMagic();
  writeRecord(RecordKind::Isolation, Payload().add(static_cast<std::uint8_t>(missing.empty())).text(missing));
  if (!listing) misbehave(words[2]);
  list({std::strtoull(words[2], nullptr, 10), std::strtoull(words[3], nullptr, 10),
        std::string_view(words[4]) == "lenient"});
  return 0;
}

}  // namespace
}  // namespace ulpscope::hdf5

int main(int count, char** words) {
  try {
    return ulpscope::hdf5::run(count, words);
  } catch (const std::bad_alloc&) {
    ulpscope::hdf5::fail(ulpscope::hdf5::FailureKind::Memory, "more than 2 GiB of memory were needed");
  }
}
