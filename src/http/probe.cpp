// SPDX-License-Identifier: MIT
#include "http/probe.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>  // its own code, which is compiled here alone
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

namespace inferkeep::http {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::size_t longest_status_line = 1024;
constexpr std::string_view before_status = "HTTP/1.1 ";

Error no_answer(const std::string& reason) {
  return {ErrorKind::unavailable, "no_answer", "the server does not answer", reason};
}

template <class Stream>
asio::awaitable<std::string> status_line(Stream& stream, const Question& question) {
  const std::string request =
      "GET " + question.target + " HTTP/1.1\r\nHost: " + question.host + "\r\nConnection: close\r\n\r\n";
  co_await asio::async_write(stream, asio::buffer(request), use_awaitable);
  std::string answer;
  auto space = asio::dynamic_buffer(answer, longest_status_line);
  co_await asio::async_read_until(stream, space, "\r\n", use_awaitable);
  co_return answer;
}

asio::awaitable<std::string> ask(tcp::socket socket, const Question& question) {
  tcp::resolver resolver(socket.get_executor());
  const auto found =
      co_await resolver.async_resolve(question.address, std::to_string(question.port), use_awaitable);
  co_await asio::async_connect(socket, found, use_awaitable);
  if (!question.secure) co_return co_await status_line(socket, question);
  asio::ssl::context tls(asio::ssl::context::tls_client);
  asio::ssl::stream<tcp::socket&> stream(socket, tls);
  co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
  co_return co_await status_line(stream, question);
}

Result<int> status_of(const std::string& line) {
  int status = 0;
  if (!line.starts_with(before_status)) return no_answer("what it sends is no HTTP/1.1");
  const char* digits = line.data() + before_status.size();
  if (std::from_chars(digits, line.data() + line.size(), status).ec != std::errc{})
    return no_answer("its status is no number");
  return status;
}

}  // namespace

Result<int> ask_status(const Question& question) {
  asio::io_context loop;
  auto answer = asio::co_spawn(loop, ask(tcp::socket(loop), question), asio::use_future);
  loop.run_for(question.timeout);
  if (answer.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return no_answer("in time");
  try {
    return status_of(answer.get());
  } catch (const boost::system::system_error& error) {
    return no_answer(error.code().message());
  }
}

}  // namespace inferkeep::http
