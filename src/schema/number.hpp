// SPDX-License-Identifier: MIT
// How numbers are written.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace inferkeep::schema {

/// Appends the shortest decimal form that reads back equal, a whole number with ".0". `x` must be finite.
void append_number(double x, std::string& out);

/// A limit as people write it: a whole number without ".0". Exact for every int64 and every double.
std::string plain_text(long double limit);
boost::json::value plain_json(long double limit);

}  // namespace inferkeep::schema
