// SPDX-License-Identifier: MIT
#include "app/backup.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/command.hpp"
#include "storage/backup.hpp"

namespace inferkeep::app {
namespace {

constexpr int exit_cannot_create = 73;  // EX_CANTCREAT of sysexits.h

}  // namespace

CLI::App* add_backup(CLI::App& cli, BackupArguments& arguments) {
  CLI::App* command = cli.add_subcommand("backup", "Copy the database into a new file");
  command->add_option("file", arguments.file, "A file that is not there yet; it will be its owner's alone")
      ->required();
  command->footer("A server may run beside: the copy is of one moment, and nobody waits for it.");
  return command;
}

int back_up(const Settings& settings, const BackupArguments& arguments) {
  const auto report = storage::back_up(settings.sql_url, arguments.file);
  if (!report) {
    const std::string& code = report.error().code;
    const int exit_code = refuse_command(report.error());
    return code == "file_exists" || code == "file_unmakeable" ? exit_cannot_create : exit_code;
  }
  std::cout << arguments.file.string() << ": " << report->users << " rows of users, " << report->calls
            << " of service_calls" << std::endl;
  return 0;
}

}  // namespace inferkeep::app
