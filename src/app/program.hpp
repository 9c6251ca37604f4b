// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace inferkeep::app {

/// One running program: the composition root. Everything is made here, handed on by reference, and taken down
/// in the reverse order. No globals: two programs can live in one process.
class Program {
 public:
  /// Returns ErrorKind::invalid "config" for a service's name that is wrong or taken and for what a setting
  /// names and is not there, ErrorKind::unavailable when the database cannot be opened.
  static Result<std::unique_ptr<Program>> make(Settings settings,
                                               const std::vector<Application::Definition>& services,
                                               std::shared_ptr<Log> log);
  ~Program();

  /// Makes the superuser where the settings ask for it, starts loading the models, and serves.
  /// Returns ErrorKind::unavailable when the address cannot be had.
  Result<void> start();
  std::uint16_t port() const;

  /// Whether the models that were loaded at the start are there, have turned out to be broken or hang, and
  /// the database answers: what /readiness says.
  bool is_ready() const;

  /// Reads the files of TLS again, for connections to come. Where they are at fault, the certificate in use
  /// stays, and an error is logged; without TLS there is nothing to read, which is logged too.
  void reload();

  /// Work that comes round: tells /readiness whether the database answers, forgets expired sign-ins. Call it
  /// each second.
  void tick();

  /// Not ready; no new connections; requests under way are finished and recorded, where they can be within
  /// the patience of the settings, and told so where not; the superuser is deleted.
  void stop();

  /// The table as JSON lines, one route each: method, path, access level, service. Needs no database. Refuses
  /// services as `make` does.
  static Result<std::string> describe_routes(const std::vector<Application::Definition>& services);

 private:
  struct Parts;
  explicit Program(std::unique_ptr<Parts> parts);
  void end();
  void drop_superuser();
  std::unique_ptr<Parts> parts_;
};

}  // namespace inferkeep::app
