// SPDX-License-Identifier: MIT
#include "app/create_admin.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <iostream>

#include "access/accounts.hpp"
#include "app/command.hpp"
#include "app/new_password.hpp"
#include "app/password_check.hpp"
#include "base/utf8.hpp"
#include "crypto/password.hpp"
#include "routers/shapes.hpp"
#include "routers/views.hpp"
#include "schema/read.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::app {
namespace {

constexpr UserId program{0};

schema::Context context_of(const std::vector<Application::Definition>& services,
                           const access::PasswordPolicy& policy) {
  schema::Context context;
  for (const auto& service : services) context.services.push_back(service.name);
  context.checks["password"] = password_check(policy);
  return context;
}

/// "first_name: String should have …; password: …"
Error in_one_line(const Error& faults) {
  Error error{ErrorKind::invalid, faults.code, ""};
  for (const Violation& violation : faults.violations)
    error.detail += (error.detail.empty() ? "" : "; ") + std::get<std::string>(violation.loc.back()) + ": " +
                    violation.msg;
  return error;
}

/// By the description that /admin/create reads its body by.
Result<routers::CreateAdmin> described(const CreateAdminArguments& arguments, const Secret& password,
                                       const schema::Context& context) {
  for (const std::string* text : {&arguments.username, &arguments.first_name, &arguments.last_name})
    if (!is_utf8(*text)) return Error{ErrorKind::invalid, "bad_text", "a name is no UTF-8 text"};
  auto account = schema::read<routers::CreateAdmin>(boost::json::object{{"username", arguments.username},
                                                                        {"first_name", arguments.first_name},
                                                                        {"last_name", arguments.last_name},
                                                                        {"password", password.reveal()}},
                                                    context);
  if (!account) return in_one_line(account.error());
  return account;
}

/// Checked and hashed.
Result<storage::NewUser> to_be_created(const CreateAdminArguments& arguments, const Secret& password,
                                       const schema::Context& context, const access::PasswordPolicy& policy,
                                       int bcrypt_cost) {
  const auto account = described(arguments, password, context);
  if (!account) return account.error();
  if (const auto fault = policy.fault_for(password.reveal(), account->username))
    return Error{ErrorKind::invalid, fault->code, "password: " + fault->msg};
  return access::to_new_user({.username = account->username,
                              .first_name = account->first_name,
                              .last_name = account->last_name,
                              .password = password,
                              .role = account->role,
                              .is_active = account->is_active,
                              .grants = routers::grants_of(account->access)},
                             crypto::hash_password(password, bcrypt_cost));
}

int report(const User& user) {
  std::string grants;
  for (const std::string& service : user.grants) grants += (grants.empty() ? "" : ", ") + service;
  std::cout << "created the admin " << user.username << " with access to "
            << (grants.empty() ? "no service" : grants) << std::endl;
  return 0;
}

}  // namespace

CLI::App* add_create_admin(CLI::App& cli, CreateAdminArguments& arguments) {
  CLI::App* command = cli.add_subcommand("create-admin", "Create an admin with access to all services");
  command->add_option("username", arguments.username, "An e-mail address")->required();
  command->add_option("--first-name", arguments.first_name)->capture_default_str();
  command->add_option("--last-name", arguments.last_name)->capture_default_str();
  command->footer(
      "The password is asked for twice at a terminal, and is one line of standard input otherwise.\n"
      "With SQLite no server may use the database meanwhile.");
  return command;
}

int create_admin(const Settings& settings, const std::vector<Application::Definition>& services,
                 const CreateAdminArguments& arguments) {
  auto blocked = blocked_passwords(settings);
  if (!blocked) return refuse_command(blocked.error());
  const access::PasswordPolicy policy(settings.password_min_length, std::move(*blocked));
  // Opened first, so that nobody types a password for nothing while a server runs.
  const auto database = storage::Database::open(database_options(settings), command_log(settings));
  if (!database) return refuse_command(database.error());
  const auto password = read_new_password();
  if (!password) return refuse_data(password.error().detail);
  const schema::Context context = context_of(services, policy);
  const auto user = to_be_created(arguments, *password, context, policy, settings.bcrypt_cost);
  if (!user) return refuse_data(user.error().detail);
  const auto created = storage::make_user_store(**database)
                           ->create(*user, storage::AuditEvent{program, "admin.user_created", ""});
  if (!created && created.error().kind == ErrorKind::conflict)
    return refuse_data("there is a user " + user->username + " already");
  return created ? report(*created) : refuse_command(created.error());
}

}  // namespace inferkeep::app
