// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

#include "app/settings.hpp"

namespace inferkeep::app {

/// Tells the service manager that has started the process (systemd with Type=notify or notify-reload) how it
/// is, by the protocol of sd_notify(3): datagrams to the socket that NOTIFY_SOCKET names. Where none is
/// named, or it cannot be reached, nothing happens: a server runs well without a manager. Not thread-safe.
class ServiceManager {
 public:
  explicit ServiceManager(const Environment& environment);

  /// Requests are answered from now on. Told once.
  void ready();
  bool knows_ready() const { return knows_ready_; }
  /// Files are being read again, until done.
  void reloading();
  void reloaded();
  void stopping();
  /// The process is not stuck. To be told at least every `patience`; sent where the manager has a watchdog.
  void alive();
  /// Half of what the watchdog waits; a second where there is none, or it waits longer.
  std::chrono::milliseconds patience() const { return patience_; }

 private:
  void tell(const std::string& state) const;

  std::string socket_;  ///< empty: nobody listens
  bool has_watchdog_ = false;
  std::chrono::milliseconds patience_{1000};
  bool knows_ready_ = false;
};

}  // namespace inferkeep::app
