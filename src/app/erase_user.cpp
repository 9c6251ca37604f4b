// SPDX-License-Identifier: MIT
#include "app/erase_user.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <optional>

#include "access/email.hpp"
#include "app/command.hpp"
#include "storage/erasure.hpp"
#include "storage/user_store.hpp"

namespace inferkeep::app {
namespace {

const storage::AuditEvent by_program{UserId{0}, "admin.user_erased", ""};
// For how long another copy of the program may yet trust what it knows, and more.
constexpr std::chrono::seconds until_all_know{2};

/// A username has an '@', so a number is an id.
std::optional<UserId> id_of(const std::string& text) {
  UserId id{0};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

Result<UserId> find(storage::Database& database, const std::string& person) {
  if (const auto id = id_of(person)) return *id;
  const auto found = storage::make_user_store(database)->find_credential(access::email_key(person));
  if (!found) return found.error();
  return found->user.id;
}

std::string counted(std::int64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

int refuse(const Error& error, const std::string& person) {
  if (error.kind == ErrorKind::not_found)
    return refuse_data("there is no user " + person +
                       "; a deleted one has no name any more, and is found by the id");
  if (error.kind == ErrorKind::conflict)
    return refuse_data(person + " is the last active admin: make another one first (create-admin)");
  return refuse_command(error);
}

int warn(UserId id, const storage::PersonalRecord& record) {
  return refuse_usage(
      "this " +
      (record.has_account ? "deletes the account " + std::to_string(id.value) + " and " : std::string()) +
      "wipes what was entered in " + counted(record.calls, "call") + " (" + counted(record.items, "item") +
      "), which cannot be undone: add --yes");
}

/// On a database that others serve: as long as they may take for a call, and to record it: to begin, to
/// commit, and once more where a row was refused.
std::chrono::milliseconds longest_call(const Settings& settings) {
  return settings.prediction_timeout + 3 * settings.database_busy_timeout + until_all_know;
}

}  // namespace

CLI::App* add_erase_user(CLI::App& cli, EraseUserArguments& arguments) {
  CLI::App* command = cli.add_subcommand("erase-user", "Delete an account and wipe what its person entered");
  command->add_option("person", arguments.person, "A username; or an id, of somebody deleted too")
      ->required();
  command->add_flag("--yes", arguments.yes, "It may go for ever");
  command->footer(
      "Calls stay, with their times and the numbers that were predicted. Backups keep what they hold.\n"
      "With SQLite no server may use the database meanwhile.");
  return command;
}

int erase_user(const Settings& settings, const EraseUserArguments& arguments) {
  auto options = database_options(settings);
  options.migrates = false;
  const auto database = storage::Database::open(options, command_log(settings));
  if (!database) return refuse_command(database.error());
  const auto id = find(**database, arguments.person);
  if (!id) return refuse(id.error(), arguments.person);
  const auto record = storage::record_of(**database, *id);
  if (!record) return refuse(record.error(), arguments.person);
  if (!arguments.yes) return warn(*id, *record);
  const auto erased = storage::erase_person(**database, *id, by_program, longest_call(settings));
  if (!erased) return refuse(erased.error(), arguments.person);
  std::cout << (record->has_account ? "deleted the account " : "the account had been deleted before: ")
            << id->value << "\nwiped what was entered: " << counted(erased->rows, "row") << " of "
            << counted(erased->calls, "call") << std::endl;
  return 0;
}

}  // namespace inferkeep::app
