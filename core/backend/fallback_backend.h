// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "core/backend/backend.h"

namespace ulpscope {

/// `preferred` where it can, `always` where it cannot: a call that fails is done again by `always`, from its beginning,
/// so that nothing is lost. After a Device error `preferred` is not asked again, as whatever it lost it has lost for
/// this run; Unsupported is asked anew each time. Work that backends inherit, or are handed in small parts, is that of
/// `always`, and so are the threads. Products that a device measures are those of `preferred`, or fail.
///
/// `notice` hears the first Device error, from the thread whose call it was.
///
/// Precondition: what a call of `preferred` adds to is left as it was if the call fails.
std::unique_ptr<Backend> makeFallbackBackend(std::shared_ptr<const Backend> preferred,
                                             std::shared_ptr<const Backend> always,
                                             std::function<void(const Error&)> notice);

}  // namespace ulpscope
