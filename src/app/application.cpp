// SPDX-License-Identifier: MIT
// The command line.
#include "inferkeep/application.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/backup.hpp"
#include "app/check_config.hpp"
#include "app/command.hpp"
#include "app/create_admin.hpp"
#include "app/erase_user.hpp"
#include "app/exit_codes.hpp"
#include "app/imports.hpp"
#include "app/migrate.hpp"
#include "app/probe.hpp"
#include "app/program.hpp"
#include "app/serve.hpp"

namespace inferkeep {
namespace {

using app::Program;
using app::Settings;

int print_routes(const std::vector<Application::Definition>& services) {
  const auto routes = Program::describe_routes(services);
  if (!routes) return app::refuse_command(routes.error());
  std::cout << *routes;
  return 0;
}

int print_settings() {
  std::cout << "| setting | default | meaning |\n|---|---|---|\n";
  for (const auto& setting : app::describe_settings())
    std::cout << "| `" << setting.name << "` | "
              << (setting.fallback.empty() ? "(empty)" : "`" + setting.fallback + "`") << " | "
              << setting.about << " |\n";
  return 0;
}

void put_into_group(std::initializer_list<CLI::App*> commands, const std::string& group) {
  for (CLI::App* command : commands) command->group(group);
}

constexpr const char* examples =
    "Examples:\n"
    "  inferkeep                                    serve in dev mode on port 8080\n"
    "  SQL_URL=sqlite:////var/lib/inferkeep/db SECRET_KEY_FILE=/etc/inferkeep/key HOST=127.0.0.1 \\\n"
    "    inferkeep --mode prod                      serve in earnest\n"
    "  inferkeep --mode prod check-config           see what is in force, and what is unwise\n"
    "  inferkeep --mode prod create-admin ada@example.com\n"
    "  inferkeep <command> --help                   what a command takes\n"
    "Settings are environment variables, with defaults in .environment/.env.<mode>: docs/configuration.md.\n"
    "Running it - keys, TLS, backup, proxies, exit codes: docs/operations.md. The API: /docs of the server.";

int run_command(const std::vector<Application::Definition>& definitions, int argc, char** argv) {
  CLI::App cli{"Machine-learning models behind a secured, recorded HTTP API"};
  std::string mode = "dev", env_dir = ".environment";
  cli.add_option("--mode", mode, "dev, test or prod: which .env file is read")->envname("INFERKEEP_MODE");
  cli.add_option("--env-dir", env_dir, "The folder of .env.shared and .env.<mode>")
      ->check(CLI::ExistingDirectory);
  cli.set_version_flag("--version", std::string("inferkeep ") + INFERKEEP_VERSION);
  cli.require_subcommand(0, 1);
  cli.footer(examples);
  auto* serve = cli.add_subcommand("serve", "Serve until SIGINT or SIGTERM (what happens without a command)");
  auto* check =
      cli.add_subcommand("check-config", "Print what is in force and what is unwise, start nothing");
  auto* probe = app::add_probe(cli);
  auto* settings_table = cli.add_subcommand("settings", "Print every setting with its default, as Markdown");
  auto* routes =
      cli.add_subcommand("routes", "Print every route with its access level, one JSON object a line");
  app::CreateAdminArguments admin;
  auto* create_admin = app::add_create_admin(cli, admin);
  app::EraseUserArguments erasure;
  auto* erase_user = app::add_erase_user(cli, erasure);
  app::BackupArguments copy;
  auto* backup = app::add_backup(cli, copy);
  app::MigrateArguments migration;
  auto* migrate = app::add_migrate(cli, migration);
  app::TruthArguments truth;
  auto* truth_import = app::add_import_truth(cli, truth);
  app::TrainingArguments training;
  auto* training_import = app::add_import_training(cli, training);
  put_into_group({serve, check, probe}, "Serving");
  put_into_group({create_admin, erase_user, backup, migrate}, "People and database");
  put_into_group({truth_import, training_import}, "Feedback");
  put_into_group({settings_table, routes}, "Reference");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : app::exit_usage;
  }
  if (*routes) return print_routes(definitions);
  if (*settings_table) return print_settings();

  const auto chosen = app::mode_of(mode);
  const auto environment = app::process_environment();
  auto settings =
      chosen ? app::read_settings(*chosen, env_dir, environment) : Result<Settings>(chosen.error());
  const bool serves = *serve || cli.get_subcommands().empty();
  if (!settings)
    return serves ? app::refuse_settings(settings.error()) : app::refuse_command(settings.error());
  if (*check)
    return app::check_config(*settings, *app::read_given(*chosen, env_dir, environment), definitions);
  if (*probe) return app::probe(*settings);
  if (*truth_import) return app::import_truth(*settings, definitions, truth);
  if (*training_import) return app::import_training(*settings, definitions, training);
  if (*migrate) return app::migrate(*settings, definitions, migration);
  if (*create_admin) return app::create_admin(*settings, definitions, admin);
  if (*erase_user) return app::erase_user(*settings, erasure);
  if (*backup) return app::back_up(*settings, copy);
  return app::serve(*settings, definitions);
}

}  // namespace

/// Nothing that is expected is thrown. What is comes from the machine (no memory, no threads, no files) or is
/// a fault of the program: it ends in good order, and leaves no image of its memory, which has the keys.
int Application::run(int argc, char** argv) {
  try {
    return run_command(definitions_, argc, argv);
  } catch (const std::exception& exception) {
    return app::give_up(exception.what());
  }
}

}  // namespace inferkeep
