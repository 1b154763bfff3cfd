// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <hdf5.h>

#include <string>
#include <utility>

namespace ulpscope::hdf5 {

/// An identifier of the library, given back by the function for its kind.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : m_id(id), m_close(close) {}
  Handle(Handle&& other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (m_id >= 0) m_close(m_id);
  }
  hid_t get() const { return m_id; }
  explicit operator bool() const { return m_id >= 0; }

 private:
  hid_t m_id;
  herr_t (*m_close)(hid_t);
};

/// What the library says went wrong, in its innermost function.
inline std::string libraryMessage() {
  std::string message;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* into) -> herr_t {
        auto& text = *static_cast<std::string*>(into);
        if (text.empty() && error->desc) text = error->desc;
        return 0;
      },
      &message);
  H5Eclear2(H5E_DEFAULT);
  return message.empty() ? "the HDF5 library gives no reason" : message;
}

inline std::string cannotRead() { return "the HDF5 library cannot read it: " + libraryMessage(); }

}  // namespace ulpscope::hdf5
