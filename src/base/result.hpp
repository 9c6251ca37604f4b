// SPDX-License-Identifier: MIT
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <stdexcept>

#include "base/error.hpp"

namespace inferkeep {

/// Found by Boost when value() is asked of a failure: a bug in our code, so an exception.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of a failed Result: " + error.code);
}

/// A value, or the Error that says why there is none. Boost's result, which must not be ignored.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

template <>
class [[nodiscard]] Result<void> : public boost::system::result<void, Error> {
 public:
  using boost::system::result<void, Error>::result;
};

}  // namespace inferkeep
