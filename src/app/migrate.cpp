// SPDX-License-Identifier: MIT
#include "app/migrate.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <ranges>

#include "app/command.hpp"
#include "app/services.hpp"
#include "base/clock.hpp"
#include "storage/migrator.hpp"
#include "storage/server_role.hpp"

namespace inferkeep::app {
namespace {

using storage::MigrationState;
using States = std::vector<MigrationState>;

struct Opening {
  storage::DatabaseOptions options;
  std::shared_ptr<Log> log;
};

std::string label(const MigrationState& state) {
  return std::to_string(state.number) + ' ' + state.name;
}

int print_status(const States& states) {
  for (const MigrationState& state : states)
    std::cout << label(state) << ' ' << (state.applied_at ? to_iso8601(*state.applied_at) : "pending")
              << '\n';
  return 0;
}

/// What a schema needs beside its migrations.
struct Completion {
  storage::LogTables tables;  ///< they follow the services that this program has
  std::string server_role;
  bool removes_old_calls;
};

Result<void> complete(const Opening& opening, const Completion& completion) {
  auto database = storage::Database::open(opening.options, opening.log);
  if (!database) return database.error();
  auto done = storage::prepare_log_tables(**database, completion.tables);
  if (done && !completion.server_role.empty())
    done = storage::grant_to_server(**database, completion.server_role, completion.removes_old_calls);
  return done;
}

int go_up(const Opening& opening, const Completion& completion, const States& before) {
  const auto done = storage::migrate_up(opening.options, opening.log);
  if (!done) return refuse_command(done.error());
  for (const MigrationState& state : before)
    if (!state.applied_at) std::cout << "applied " << label(state) << '\n';
  if (*done == 0) std::cout << "nothing to apply\n";
  if (auto completed = complete(opening, completion); !completed) return refuse_command(completed.error());
  if (!completion.server_role.empty())
    std::cout << completion.server_role << " has the rights of a server"
              << (completion.removes_old_calls ? ", and may remove calls" : "") << '\n';
  return 0;
}

/// The applied ones above `number`, newest first.
States above(const States& states, int number) {
  States found;
  for (const MigrationState& state : states | std::views::reverse)
    if (state.number > number && state.applied_at) found.push_back(state);
  return found;
}

int warn_of_loss(const Opening& opening, const States& leaving) {
  const auto contents = storage::database_contents(opening.options, opening.log);
  if (!contents) return refuse_command(contents.error());
  std::string names, sizes;
  for (const MigrationState& state : leaving) names += (names.empty() ? "" : ", ") + label(state);
  for (const auto& [table, rows] : *contents)
    sizes += (sizes.empty() ? "" : ", ") + table + ' ' + std::to_string(rows);
  return refuse_usage("this takes back " + names +
                      ", and what their tables hold is lost. The database's rows: " +
                      (sizes.empty() ? "none" : sizes) + ". Make a backup, then add --yes");
}

int go_down(const Opening& opening, const States& before, const MigrateArguments& arguments) {
  const int number = arguments.number;
  if (number != 0 && std::ranges::find(before, number, &MigrationState::number) == before.end())
    return refuse_usage("there is no migration " + std::to_string(number) +
                        ": `migrate status` lists them; 0 takes all back");
  const States leaving = above(before, number);
  if (leaving.empty()) return std::cout << "nothing to take back\n", 0;
  if (!arguments.yes) return warn_of_loss(opening, leaving);
  const auto done = storage::migrate_down(opening.options, number, opening.log);
  if (!done) return refuse_command(done.error());
  for (const MigrationState& state : leaving) std::cout << "took back " << label(state) << '\n';
  return 0;
}

}  // namespace

CLI::App* add_migrate(CLI::App& cli, MigrateArguments& arguments) {
  CLI::App* command = cli.add_subcommand("migrate", "See the database's schema, bring it up, take it back");
  command->require_subcommand(1);
  command->add_subcommand("status", "One migration a line: number, name, when it was applied or \"pending\"");
  CLI::App* up =
      command->add_subcommand("up", "Apply all that is pending, and make what the services' log tables lack");
  up->callback([&arguments] { arguments.up = true; });
  up->add_option(
        "--server-role", arguments.server_role,
        "PostgreSQL's role that serves without owning the tables: it gets the rights for that and no "
        "others; with RETENTION_DAYS, to remove calls too")
      ->type_name("ROLE")
      ->check([](const std::string& role) { return role.empty() ? "is empty" : std::string{}; });
  CLI::App* down = command->add_subcommand("down", "Take back all above a number; their data is lost");
  down->callback([&arguments] { arguments.down = true; });
  down->add_option("number", arguments.number, "The last migration that stays; 0 keeps none")
      ->required()
      ->check(CLI::NonNegativeNumber);
  down->add_flag("--yes", arguments.yes, "The data may go");
  return command;
}

int migrate(const Settings& settings, const std::vector<Application::Definition>& services,
            const MigrateArguments& arguments) {
  if (!arguments.server_role.empty() && settings.sql_url.starts_with("sqlite:"))
    return refuse_usage("SQLite has no roles: leave --server-role out");
  Opening opening{database_options(settings), command_log(settings)};
  opening.options.migrates |= arguments.up;
  const auto states = storage::migration_status(opening.options, opening.log);
  if (!states) return refuse_command(states.error());
  if (arguments.down) return go_down(opening, *states, arguments);
  if (!arguments.up) return print_status(*states);
  auto tables = make_log_tables(settings, services);
  if (!tables) return refuse_command(tables.error());
  const bool removes_old_calls = settings.retention.count() > 0;
  return go_up(opening, {std::move(*tables), arguments.server_role, removes_old_calls}, *states);
}

}  // namespace inferkeep::app
