// SPDX-License-Identifier: MIT
#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "app/setting_parsers.hpp"

namespace inferkeep::app {
namespace {

using std::chrono::milliseconds;

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// A path, or a name that begins with @: both fit into a socket's address with their end.
bool is_address(const std::string& name) {
  return name.size() > 1 && name.size() < sizeof(sockaddr_un::sun_path) && (name[0] == '/' || name[0] == '@');
}

/// What the watchdog waits, where it watches this very process.
std::optional<milliseconds> watchdog_of(const Environment& environment) {
  const std::string watched = value_of(environment, "WATCHDOG_PID");
  const auto span = to_whole(value_of(environment, "WATCHDOG_USEC"));
  if (!span || *span <= 0 || (!watched.empty() && watched != std::to_string(::getpid()))) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds{*span});
}

/// As CLOCK_MONOTONIC has it, by which the manager tells this reload from an earlier one.
std::string monotonic_microseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

ServiceManager::ServiceManager(const Environment& environment) {
  if (const std::string name = value_of(environment, "NOTIFY_SOCKET"); is_address(name)) socket_ = name;
  const auto watchdog = watchdog_of(environment);
  has_watchdog_ = watchdog.has_value();
  if (watchdog) patience_ = std::clamp(*watchdog / 2, milliseconds{1}, patience_);
}

void ServiceManager::tell(const std::string& state) const {
  if (socket_.empty()) return;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // a name outside of the file system
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int sender = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (sender < 0) return;
  std::ignore = ::sendto(sender, state.data(), state.size(), MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(&address), size);
  ::close(sender);
}

void ServiceManager::ready() {
  tell("READY=1");
  knows_ready_ = true;
}

void ServiceManager::reloading() {
  tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void ServiceManager::reloaded() {
  tell("READY=1");
}

void ServiceManager::stopping() {
  tell("STOPPING=1");
}

void ServiceManager::alive() {
  if (has_watchdog_) tell("WATCHDOG=1");
}

}  // namespace inferkeep::app
