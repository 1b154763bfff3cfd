// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>
#include <vector>

namespace ulpscope {

/// A place where the result of schemes differs from what their reference gives, and no knob gives the reference's.
struct Departure {
  std::string_view id;                        ///< stable: the test that pins both values names it
  std::span<const std::string_view> schemes;  ///< ids
  std::string_view reference;                 ///< what the reference gives
  std::string_view ours;                      ///< what it is here
  std::string_view reason;
};

/// All there are, in the order of docs/numerics.md. At most ten.
std::span<const Departure> departures();

/// Those of one scheme.
std::vector<Departure> departuresOf(std::string_view scheme);

}  // namespace ulpscope
