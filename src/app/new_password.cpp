// SPDX-License-Identifier: MIT
#include "app/new_password.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <utility>

#include "base/utf8.hpp"

namespace inferkeep::app {
namespace {

// More than any password may have; what is longer is not read to its end.
constexpr std::size_t longest_line = 1024;

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

termios shown;  // how the terminal was: the handler has no other way to know

/// tcsetattr, signal and raise may be called from a handler (POSIX.1-2017 §2.4.3).
void show_and_end(int sign) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
  std::signal(sign, SIG_DFL);
  ::raise(sign);
}

/// The terminal shows nothing of what is typed for as long as the object lives.
class EchoOff {
 public:
  EchoOff() {
    ::tcgetattr(STDIN_FILENO, &shown);
    for (std::size_t i = 0; i < ending_signals.size(); ++i) watch(ending_signals[i], before_[i]);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden.c_cc[VSUSP] = _POSIX_VDISABLE;  // a shell that comes back meanwhile would not show either
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (std::size_t i = 0; i < ending_signals.size(); ++i)
      ::sigaction(ending_signals[i], &before_[i], nullptr);
  }

 private:
  static void watch(int sign, struct sigaction& before) {
    struct sigaction action {};
    action.sa_handler = show_and_end;
    ::sigaction(sign, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(sign, &action, nullptr);
  }

  std::array<struct sigaction, ending_signals.size()> before_{};
};

Error no_password(const std::string& sentence) {
  return {ErrorKind::invalid, "no_password", sentence};
}

/// Byte by byte: what follows the line is somebody else's.
Result<Secret> read_line() {
  std::string line;
  line.reserve(longest_line + 1);  // no copies are left behind by growth
  for (char c = 0; line.size() <= longest_line;) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') break;
    line.push_back(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return no_password("no password was given on standard input");
  if (line.size() > longest_line) return no_password("the password is too long");
  if (!is_utf8(line) || line.find('\0') != line.npos) return no_password("the password is no UTF-8 text");
  return Secret(std::move(line));
}

Result<Secret> ask(const char* question) {
  const EchoOff hidden;
  std::cerr << question << std::flush;
  auto line = read_line();
  std::cerr << std::endl;  // the one that was typed is not shown either
  return line;
}

}  // namespace

Result<Secret> read_new_password() {
  if (!::isatty(STDIN_FILENO)) return read_line();
  auto first = ask("Password: ");
  if (!first) return first;
  const auto second = ask("Once more: ");
  if (!second) return second.error();
  if (first->reveal() != second->reveal()) return no_password("the two passwords differ");
  return first;
}

}  // namespace inferkeep::app
