// SPDX-License-Identifier: MIT
// How an expected failure is described: a kind that the program reasons about, a text for the client, a text
// for the log.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inferkeep {

/// What went wrong, free of any protocol. The HTTP status of each is given at one spot, routers/status.cpp.
enum class ErrorKind {
  bad_request,        ///< the request contradicts itself (for example: two Authorization lines)
  not_authenticated,  ///< no credentials were given
  invalid_token,      ///< a token was given, and it opens nothing
  bad_credentials,    ///< name and password do not belong together, or the old password is wrong
  no_access,          ///< a known person without a grant for this service
  admin_only,         ///< a known person who is not an admin
  not_found,
  conflict,           ///< true of the request, but not of the present state: name taken, last admin
  invalid,            ///< the content breaks the described schema; Error::violations says where
  unsupported_media,  ///< a content type that the route does not read
  too_large,
  too_many_requests,  ///< this caller must slow down
  busy,               ///< a bounded queue is full
  unavailable,        ///< something that the answer needs is down or still loading
  timeout,            ///< a deadline passed
  cancelled,          ///< what was taken on is given up: the program stops, or what it waited for is broken
  model_error,        ///< the model threw, or answered with what its schema cannot hold
  internal,           ///< a bug or a lost resource
};

/// One broken rule at one place of the input, in the shape that Pydantic 2 gives (docs/contract.md,
/// "Errors").
struct Violation {
  using Step = std::variant<std::string, std::int64_t>;  ///< a member's name, or a position

  std::string type;                              ///< a stable word: "missing", "int_type", …
  std::vector<Step> loc;                         ///< starts with "body", "path" or "query"
  std::string msg;                               ///< a sentence for a person
  std::optional<boost::json::value> input = {};  ///< what was sent; absent where the field is secret
  boost::json::object ctx = {};  ///< the broken limit, for example {"min_length": 4}; may be empty
};

/// A value type. `detail` and `code` reach the client; `log` never does.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;                        ///< one word for programs: "username_taken"
  std::string detail;                      ///< one sentence for people
  std::string log = {};                    ///< what only the operator may read: library messages, paths
  std::vector<Violation> violations = {};  ///< not empty only for ErrorKind::invalid
  std::optional<std::chrono::seconds> retry_after = {};  ///< when the caller may try again
};

/// An ErrorKind::invalid that carries one violation.
Error invalid(Violation violation);

/// What is told to a known person who asks for what is an admin's.
Error admin_only();

}  // namespace inferkeep
