// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace ulpscope {

enum class Errc : std::uint8_t {
  Usage,          ///< the request makes no sense: unknown id, value that cannot be read
  NotFound,       ///< no such file, tensor, format
  Io,             ///< the operating system refused or failed
  Corrupt,        ///< a file breaks its own format; nothing in it can be trusted
  Damaged,        ///< as Corrupt, but `OpenOptions::allowDamaged` opens what is sound, with a warning
  Unsupported,    ///< understood, but not something this build or machine can do
  OutsideLink,    ///< a link leads out of the folder; `OpenOptions::followLinks` follows it
  LimitExceeded,  ///< larger than a limit of ours; the message names the limit
  OutOfMemory,
  Device,   ///< an accelerator or its driver failed
  Changed,  ///< the file changed on disk while it was open
  Cancelled,
};

/// One sentence for the user: what was expected and what was found, about which file, tensor or parameter, at which
/// byte.
struct Error {
  Errc code;
  std::string message;
  std::string subject;
  std::optional<std::uint64_t> offset;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message, std::string subject = {},
                                                std::optional<std::uint64_t> offset = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(subject), offset});
}

/// "SUBJECT: message (at byte N)", with control and bidirectional characters escaped; the line `ulp` prints.
std::string describe(const Error& error);

}  // namespace ulpscope
