// SPDX-License-Identifier: MIT
// The body of a chunked request (RFC 9112, 7.1), read as it arrives:
//
//   chunk    = size-in-hex [ ; extensions ] CRLF  data  CRLF        any number of them
//   last     = 0 [ ; extensions ] CRLF
//   trailers = *( header CRLF ) CRLF                                read, checked and forgotten
//
// Every line is judged when its CRLF is there. Framing costs memory and time but brings nothing, so it has a
// budget of its own: `slack` bytes, and `cost_of_byte` more for every byte of the body. A body sent a byte a
// chunk fits, a chunk wrapped in a megabyte of extensions does not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inferkeep::http {

/// One body. Linear in the bytes fed, and it holds none but the body's. Not thread-safe.
class ChunkedBody {
 public:
  enum class State { more, done, malformed, too_large };
  static constexpr std::uint64_t slack = 16 * 1024;
  static constexpr std::uint64_t cost_of_byte = 8;

  /// Appends what it reads to `body`, at most `limit` bytes.
  ChunkedBody(std::string& body, std::size_t limit) : body_(body), limit_(limit) {}

  /// Reads on. Takes what it understood off the front of `bytes`; what stays there must be given again, with
  /// more behind it, while the answer is State::more.
  State feed(std::string_view& bytes);

 private:
  enum class Part { size, data, data_end, trailer };
  State step(std::string_view& bytes);
  State take_data(std::string_view& bytes);
  State take_line(std::string_view& bytes);
  State judge_line(std::string_view line);
  State start_chunk(std::string_view line);
  State spend(std::uint64_t framing, std::size_t waiting);

  std::string& body_;
  std::size_t limit_;
  std::uint64_t framing_ = 0;  ///< bytes so far that were no body
  std::uint64_t left_ = 0;     ///< of the present chunk
  Part part_ = Part::size;
};

}  // namespace inferkeep::http
