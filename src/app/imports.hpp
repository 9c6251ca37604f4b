// SPDX-License-Identifier: MIT
// The commands that bring files in, while a server runs or not: what was true of recorded calls, and the rows
// that a model was trained on.
#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"
#include "inferkeep/application.hpp"

namespace CLI {
class App;
}

namespace inferkeep::app {

struct TruthArguments {
  std::string service, file;  ///< "-" is standard input
  bool overwrite = false;
};

struct TrainingArguments {
  std::string service, file;
  bool replace = false;
  std::vector<std::string> ignored = {};
};

/// The commands; parsing fills the arguments, which must outlive them.
CLI::App* add_import_truth(CLI::App& cli, TruthArguments& truth);
CLI::App* add_import_training(CLI::App& cli, TrainingArguments& training);

/// Each says on standard output what it has done, or on standard error why not, and returns the exit code: 0;
/// 64 for an unknown service, 65 for a file with faults, 66 for one that cannot be read, 69, 75 and 78 as the
/// program gives them elsewhere. What is written by then, if anything, the sentence says.
int import_truth(const Settings& settings, const std::vector<Application::Definition>& services,
                 const TruthArguments& arguments);
int import_training(const Settings& settings, const std::vector<Application::Definition>& services,
                    const TrainingArguments& arguments);

}  // namespace inferkeep::app
