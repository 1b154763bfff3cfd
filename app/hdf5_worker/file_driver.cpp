// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/file_driver.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "core/checkpoint/hdf5_protocol.h"

namespace ulpscope::hdf5 {
namespace {

constexpr haddr_t kLargestAddress = (haddr_t{1} << 62) - 1;

// The library calls back without context, so the process, which reads one file, keeps it here.
Window theWindow;
bool opened = false;
bool noting = false;
std::optional<Block> noted;

struct File {
  H5FD_t base{};  // first: the library sees only this
  haddr_t reached = 0;
};
File* asFile(H5FD_t* file) { return reinterpret_cast<File*>(file); }
const File* asFile(const H5FD_t* file) { return reinterpret_cast<const File*>(file); }

H5FD_t* open(const char*, unsigned flags, hid_t, haddr_t) {
  if (opened || (flags & H5F_ACC_RDWR) != 0) return nullptr;
  opened = true;
  return &(new File)->base;
}

herr_t close(H5FD_t* file) {
  delete asFile(file);
  return 0;
}

int compare(const H5FD_t* a, const H5FD_t* b) { return a < b ? -1 : a == b ? 0 : 1; }

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags) *flags = 0;
  return 0;
}

haddr_t reached(const H5FD_t* file, H5FD_mem_t) { return asFile(file)->reached; }
herr_t setReached(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  asFile(file)->reached = address;
  return 0;
}
haddr_t end(const H5FD_t*, H5FD_mem_t) { return theWindow.lenient ? kLargestAddress : theWindow.length; }

herr_t read(H5FD_t*, H5FD_mem_t kind, hid_t, haddr_t address, size_t size, void* buffer) {
  if (noting && kind == H5FD_MEM_DRAW) {
    noted = Block{address, size};
    return 0;
  }
  if (address > theWindow.length) return -1;
  // As the library's own driver does: zeros behind the end, where it reads ahead.
  const std::size_t there = static_cast<std::size_t>(std::min<std::uint64_t>(size, theWindow.length - address));
  auto* out = static_cast<unsigned char*>(buffer);
  std::memset(out + there, 0, size - there);
  for (std::size_t done = 0; done < there;) {
    const ssize_t got =
        ::pread(kFileDescriptor, out + done, there - done, static_cast<off_t>(theWindow.offset + address + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

herr_t write(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, size_t, const void*) { return -1; }

hid_t registerDriver() {
  static H5FD_class_t driver{};
  driver.name = "ulpscope";
  driver.maxaddr = kLargestAddress;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.open = open;
  driver.close = close;
  driver.cmp = compare;
  driver.query = query;
  driver.get_eoa = reached;
  driver.set_eoa = setReached;
  driver.get_eof = end;
  driver.read = read;
  driver.write = write;
  const H5FD_mem_t kinds[H5FD_MEM_NTYPES] = H5FD_FLMAP_SINGLE;
  std::copy(std::begin(kinds), std::end(kinds), std::begin(driver.fl_map));
  return H5FDregister(&driver);
}

}  // namespace

hid_t openWindow(const Window& window) {
  theWindow = window;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0 || H5Pset_driver(access, registerDriver(), nullptr) < 0) return -1;
  return H5Fopen("the file handed over", H5F_ACC_RDONLY, access);
}

NotedReads::NotedReads() {
  noting = true;
  noted.reset();
}
NotedReads::~NotedReads() { noting = false; }
std::optional<Block> NotedReads::take() { return std::exchange(noted, std::nullopt); }

}  // namespace ulpscope::hdf5
