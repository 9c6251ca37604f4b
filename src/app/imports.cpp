// SPDX-License-Identifier: MIT
#include "app/imports.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>

#include "app/command.hpp"
#include "app/exit_codes.hpp"
#include "inference/registry.hpp"
#include "predictions/training_import.hpp"
#include "predictions/truth_import.hpp"

namespace inferkeep::app {
namespace {

using predictions::CsvFile;
using predictions::Endpoint;
using Definition = Application::Definition;

// A server that is busy has the write lock most of the time; an import can wait for its turn.
constexpr std::chrono::seconds patience{30};

/// The faults of a file are lines that begin with its name, and stand as they are.
int refuse(const Error& error) {
  if (error.code != "bad_file") return refuse_command(error);
  std::cerr << error.detail << std::endl;
  return exit_code_of(error);
}

const Definition* find(const std::vector<Definition>& services, const std::string& name) {
  const auto found = std::ranges::find(services, name, &Definition::name);
  return found == services.end() ? nullptr : &*found;
}

int unknown_service(const std::vector<Definition>& services, const std::string& name) {
  std::string known;
  for (const auto& service : services) known += (known.empty() ? "" : ", ") + service.name;
  return refuse_usage("there is no service " + name + "; there are " + known);
}

CLI::App* add_import(CLI::App& cli, const std::string& name, const std::string& about, std::string& service,
                     std::string& file) {
  CLI::App* command = cli.add_subcommand(name, about);
  command->add_option("service", service, "The service's name, as in /mlservice/<name>")->required();
  command->add_option("file", file, "A CSV file with a header row; - is standard input")->required();
  return command;
}

/// One service with its log table in the open database.
struct Target {
  Target(const Settings& settings, const Definition& definition, std::unique_ptr<storage::Database> opened,
         const storage::LogTables& tables, const std::shared_ptr<Log>& log)
      : database(std::move(opened)),
        service(
            {definition.name, definition.title, settings.services_dir / definition.folder, definition.model},
            {.max_batch = settings.max_batch,
             .queue_limit = predictions::training_batch,
             .threads_per_run = settings.inference_threads},
            log),
        endpoint(service, tables.at(definition.name), 1, 1) {}

  std::unique_ptr<storage::Database> database;
  inference::Service service;
  Endpoint endpoint;
};

/// Runs `work(Target&, const CsvFile&)`, which returns the line to print.
template <class Work>
int run(const Settings& settings, const std::vector<Definition>& services, const std::string& name,
        const std::string& path, Work work) {
  const Definition* definition = find(services, name);
  if (!definition) return unknown_service(services, name);
  std::ifstream opened;
  if (path != "-") opened.open(path, std::ios::binary);
  if (!opened) return refuse({ErrorKind::unavailable, "file_unreadable", path + " cannot be opened"});
  const CsvFile file = path == "-" ? CsvFile{"standard input", std::cin} : CsvFile{path, opened};

  const auto log = command_log(settings);
  auto options = database_options(settings);
  options.busy_timeout = patience;
  options.use = storage::Use::beside;
  auto database = storage::Database::open(options, log);
  if (!database) return refuse(database.error());
  const storage::LogTables tables = {
      {name, storage::log_table(name, *definition->model.input, *definition->model.output)}};
  if (auto prepared = storage::prepare_log_tables(**database, tables); !prepared)
    return refuse(prepared.error());
  Target target(settings, *definition, std::move(*database), tables, log);
  const Result<std::string> done = work(target, file);
  if (!done) return refuse(done.error());
  std::cout << *done << std::endl;
  return 0;
}

}  // namespace

CLI::App* add_import_truth(CLI::App& cli, TruthArguments& truth) {
  auto* command = add_import(cli, "import-truth", "Record what was true of calls, from a CSV file",
                             truth.service, truth.file);
  command->add_flag("--overwrite", truth.overwrite, "Replace other truths that are there; that is audited");
  command->footer(
      "Columns: service_call_id, target_true and, where calls have several inputs, item.\n"
      "All rows are checked before any is written. More than 10,000 are written in portions: where that\n"
      "breaks off, whole ones stay, and the others come in with the file's next import. A server may run\n"
      "beside.");
  return command;
}

CLI::App* add_import_training(CLI::App& cli, TrainingArguments& training) {
  auto* command =
      add_import(cli, "import-training", "Bring in the rows that a model was trained on, from a CSV file",
                 training.service, training.file);
  command->add_flag("--replace", training.replace, "Remove the training rows that are there");
  command->add_option("--ignore", training.ignored, "Columns that are not the service's: a,b")
      ->delimiter(',')
      ->allow_extra_args(false);  // it must not take the file's name
  command->footer(
      "Columns: the fields of the service's input, and target_true or the output's own name.\n"
      "All rows are checked before any is written. More than 200,000, or 32 MB of text, are written in\n"
      "portions: where that breaks off, whole ones stay until the file is imported again with --replace. A\n"
      "server may run beside.");
  return command;
}

int import_truth(const Settings& settings, const std::vector<Definition>& services,
                 const TruthArguments& arguments) {
  const auto work = [&](Target& target, const CsvFile& file) -> Result<std::string> {
    const auto store = storage::make_truth_store(*target.database);
    const auto report = predictions::import_truths(target.endpoint, file, arguments.overwrite, *store);
    if (!report) return report.error();
    return "truths: " + std::to_string(report->recorded) + " recorded, " + std::to_string(report->unchanged) +
           " there already";
  };
  return run(settings, services, arguments.service, arguments.file, work);
}

int import_training(const Settings& settings, const std::vector<Definition>& services,
                    const TrainingArguments& arguments) {
  const auto work = [&](Target& target, const CsvFile& file) -> Result<std::string> {
    const auto result = predictions::import_training(
        target.endpoint, file, {arguments.replace, arguments.ignored}, *target.database);
    if (!result) return result.error();
    const auto& [rows, figures] = *result;
    return "training rows: " + std::to_string(rows.added) + " imported (" + std::to_string(rows.removed) +
           " removed)" + (figures.empty() ? "" : "\nthe model on them: " + figures);
  };
  return run(settings, services, arguments.service, arguments.file, work);
}

}  // namespace inferkeep::app
