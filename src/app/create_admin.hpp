// SPDX-License-Identifier: MIT
// `inferkeep create-admin`: the first admin of a new database, or one more where all others are locked out.
#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

struct CreateAdminArguments {
  std::string username;
  std::string first_name = "Admin", last_name = "User";
};

/// The command; parsing fills `arguments`, which must outlive it.
CLI::App* add_create_admin(CLI::App& cli, CreateAdminArguments& arguments);

/// Makes an active admin with access to all services, by the rules of POST /admin/create, with the password
/// that standard input gives (app/new_password.hpp); the audit names the program as the actor. Returns the
/// exit code: 0; 65 where name or password breaks a rule or the name is taken; 69; 75 while another process
/// uses the database, as a running server keeps rights in memory; 78.
int create_admin(const Settings& settings, const std::vector<Application::Definition>& services,
                 const CreateAdminArguments& arguments);

}  // namespace inferkeep::app
