// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/limits.hpp"

namespace inferkeep::app {

enum class Mode { dev, test, prod };

/// Every setting of the program, typed and checked. setting_list.cpp lists their names, units and defaults;
/// docs/configuration.md is made from that list.
struct Settings {
  Mode mode = Mode::dev;
  std::string sql_url;
  Secret secret_key;
  Secret secret_key_previous;  ///< empty: none
  std::string host = "0.0.0.0";
  std::uint16_t port = 8080;
  std::filesystem::path tls_certificate_file;  ///< both or none
  std::filesystem::path tls_key_file;
  bool allow_plain_http = false;  ///< prod: something in front terminates TLS
  bool create_superuser = false;

  std::chrono::minutes token_life{20};
  std::size_t password_min_length = 8;
  int bcrypt_cost = 12;
  std::size_t login_failures = 5;
  std::chrono::seconds login_window{300};
  std::size_t login_failures_per_address = 30;   ///< a minute
  std::size_t login_failures_per_account = 100;  ///< within login_window
  std::size_t registrations = 20;
  std::chrono::seconds registration_window{3600};

  std::size_t io_threads = 0;  ///< 0: one per core
  std::size_t database_threads = 4;
  std::size_t database_queue = 256;
  std::chrono::milliseconds database_busy_timeout{2000};
  std::size_t hashing_threads = 1;
  std::size_t hashing_queue = 64;
  std::size_t ledger_queue = 16384;
  std::chrono::days retention{0};  ///< 0: calls are kept for ever

  bool load_models_at_start = true;
  std::size_t max_batch = 64;
  std::size_t batch_inputs = 1000;
  std::size_t inference_queue = 1024;
  std::size_t inference_share = 512;
  int inference_threads = 1;
  std::chrono::milliseconds prediction_timeout{10'000};

  std::filesystem::path services_dir;
  std::filesystem::path web_dir;
  std::vector<http::Network> metrics_networks = {};  ///< may read /metrics as this machine may
  LogLevel log_level = LogLevel::info;
  std::chrono::milliseconds drain_timeout{8'000};
  http::Limits http;
};

/// Whether both files are named; read_settings refuses one alone.
bool speaks_tls(const Settings& settings);

/// Where the web files lie if no setting says so: web/dist, or the installed ones in a program that was built
/// against the package. Each program's build defines it (cmake/web_dir.cpp).
extern const char* const default_web_dir;

/// Names and values, as an environment has them.
using Environment = std::map<std::string, std::string>;

/// What documents one setting.
struct SettingInfo {
  std::string name;
  std::string fallback;  ///< the default, as it would be written
  std::string about;
  bool secret = false;  ///< its value is shown to nobody
};

Result<Mode> mode_of(const std::string& word);
const char* to_string(Mode mode);

/// The settings of `mode` from .env.shared and .env.<mode> in `folder` (absent files are empty), overridden
/// by `environment`. Returns ErrorKind::invalid "config" with one sentence that names the setting: one
/// unknown in a file, or misspelt in the environment; a value that does not parse or is out of range; what
/// the mode forbids. Values of secrets are never repeated.
Result<Settings> read_settings(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment);

/// What the same places say, by the names of settings: the value that wins, as it was written.
Result<Environment> read_given(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment);

/// This process's environment.
Environment process_environment();

std::vector<SettingInfo> describe_settings();

}  // namespace inferkeep::app
