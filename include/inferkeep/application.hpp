// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "inferkeep/detail/any_model.hpp"

namespace inferkeep {

/// The program: the services that it serves, and everything else from settings. A whole main is
///
///   return inferkeep::Application()
///       .service<HousePrice>("v2", "House price", "v2_house_price")
///       .run(argc, argv);
class Application {
 public:
  /// Mounts a model class as /mlservice/<name>. `name` is [a-z][a-z0-9_]{0,30} and not taken yet, `title` is
  /// for people, `folder` lies in the services folder (SERVICES_DIR) and holds model.json. One class may
  /// serve several services.
  template <class M>
  Application& service(std::string name, std::string title, std::string folder) {
    definitions_.push_back({std::move(name), std::move(title), std::move(folder), detail::model_type<M>()});
    return *this;
  }

  /// Runs the command line (`--help` lists it) until SIGINT or SIGTERM. Returns the exit code: 0 after a
  /// clean stop or a command that is done, 64 for a wrong command line, 69 when the address or the database
  /// cannot be had, 75 when another process holds the database, 78 for a wrong setting or a service's name
  /// that is wrong or taken; docs/operations.md has all of them. Blocks.
  int run(int argc, char** argv);

  struct Definition {
    std::string name, title, folder;
    detail::ModelType model;
  };

 private:
  std::vector<Definition> definitions_;
};

}  // namespace inferkeep
