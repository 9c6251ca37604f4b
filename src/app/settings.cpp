// SPDX-License-Identifier: MIT
#include "app/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "app/setting_parsers.hpp"

namespace inferkeep::app {
namespace {

constexpr std::size_t shortest_key = 32;

Error config_error(const std::string& message) {
  return {ErrorKind::invalid, "config", message};
}

struct Setting {
  SettingInfo info;
  Parser parse;
};

/// The one list of all settings.
const std::vector<Setting>& list() {
  static const std::vector<Setting> settings = {
      {{"SQL_URL", "(required)", "The database: sqlite:///relative/path.db or sqlite:////absolute/path.db"},
       text(&Settings::sql_url)},
      {{"SECRET_KEY", "(required)",
        "Signs the tokens; 32 bytes or more. prod refuses the keys published here"},
       secret(&Settings::secret_key)},
      {{"HOST", "0.0.0.0", "The address to listen on"}, text(&Settings::host)},
      {{"PORT", "8080", "The port to listen on; 0 takes a free one"}, whole(&Settings::port, 0, 65535)},
      {{"CREATE_SUPERUSER", "false",
        "Make superuser@example.com / 8888 at start, delete it at stop; not in prod"},
       flag(&Settings::create_superuser)},
      {{"ACCESS_TOKEN_EXPIRE_MINUTES", "20", "Life of a token"}, span(&Settings::token_life, 1, 24 * 60)},
      {{"PASSWORD_MIN_LENGTH", "8", "Characters; 15 is advised in prod"},
       whole(&Settings::password_min_length, 4, 64)},
      {{"BCRYPT_COST", "12", "Each step doubles the time of a sign-in; under 10 in test mode alone"},
       whole(&Settings::bcrypt_cost, 4, 16)},
      {{"LOGIN_FAILURES", "5", "Failed sign-ins of one name from one address before it must wait"},
       whole(&Settings::login_failures, 1, 1000)},
      {{"LOGIN_WINDOW_SECONDS", "300", "How long a failed sign-in counts"},
       span(&Settings::login_window, 1, 86400)},
      {{"IO_THREADS", "0", "Threads that speak HTTP; 0 means one per core"},
       whole(&Settings::io_threads, 0, 256)},
      {{"DATABASE_THREADS", "4", "Threads, and sessions, for reading and for account changes"},
       whole(&Settings::database_threads, 1, 256)},
      {{"DATABASE_QUEUE", "256", "Requests that may wait for one of them; past it 503"},
       whole(&Settings::database_queue, 1, 100000)},
      {{"DATABASE_BUSY_TIMEOUT_MS", "2000", "How long to wait for another process's lock on the database"},
       span(&Settings::database_busy_timeout, 1, 60000)},
      {{"HASHING_THREADS", "1", "Threads for password hashes"}, whole(&Settings::hashing_threads, 1, 64)},
      {{"HASHING_QUEUE", "64", "Sign-ins that may wait for them; past it 503"},
       whole(&Settings::hashing_queue, 1, 10000)},
      {{"LEDGER_QUEUE", "8192", "Calls that may wait for their row; past it 503"},
       whole(&Settings::ledger_queue, 1, 1000000)},
      {{"LOAD_MODELS_AT_START", "true", "false: a model is loaded by its first call"},
       flag(&Settings::load_models_at_start)},
      {{"MAX_BATCH", "64", "Inputs that one run of a model may join"}, whole(&Settings::max_batch, 1, 65536)},
      {{"INFERENCE_QUEUE", "1024", "Inputs that may wait for one service; past it 503"},
       whole(&Settings::inference_queue, 1, 1000000)},
      {{"INFERENCE_THREADS", "1", "Threads of one run of a model"},
       whole(&Settings::inference_threads, 1, 256)},
      {{"PREDICTION_TIMEOUT_MS", "10000", "Waiting and running together; past it 504"},
       span(&Settings::prediction_timeout, 1, 3600000)},
      {{"SERVICES_DIR", "services", "The folder of the services' folders"}, path(&Settings::services_dir)},
      {{"WEB_DIR", "web/dist", "The built web files"}, path(&Settings::web_dir)},
      {{"LOG_LEVEL", "info", "debug, info, warning or error"}, log_level(&Settings::log_level)},
      {{"DRAIN_TIMEOUT_MS", "8000", "At stop: how long requests under way may take"},
       span(&Settings::drain_timeout, 0, 600000)},
      {{"ALLOWED_HOSTS", "", "Host names to answer to, separated by commas; empty: any"},
       http_words(&http::Limits::hosts)},
      {{"HTTP_HEAD_SIZE", "8192", "Bytes of a request's head"},
       http_whole(&http::Limits::head_size, 256, 65536)},
      {{"HTTP_HEAD_COUNT", "100", "Headers of a request"}, http_whole(&http::Limits::head_count, 1, 1000)},
      {{"HTTP_TARGET_SIZE", "4096", "Bytes of a request's target"},
       http_whole(&http::Limits::target_size, 64, 65536)},
      {{"HTTP_REQUESTS_PER_CONNECTION", "1000", "Then the connection is closed"},
       http_whole(&http::Limits::requests_per_connection, 1, 1000000000)},
      {{"HTTP_CONNECTIONS", "4096", "Open at once"}, http_whole(&http::Limits::connections, 1, 1000000)},
      {{"HTTP_CONNECTIONS_PER_PEER", "256", "Open at once from one address"},
       http_whole(&http::Limits::connections_per_peer, 1, 1000000)},
      {{"HTTP_BODIES_IN_FLIGHT", "268435456", "Bytes of all bodies held at once"},
       http_whole(&http::Limits::bodies_in_flight, 1024, std::int64_t{1} << 40)},
      {{"HTTP_BODY_RATE", "1024", "Bytes a second that a body must bring at least"},
       http_whole(&http::Limits::body_rate, 0, 1000000000)},
      {{"HTTP_HEAD_TIMEOUT_MS", "10000", "For the whole head of a request"},
       http_span(&http::Limits::head_timeout, 1, 3600000)},
      {{"HTTP_BODY_TIMEOUT_MS", "30000", "For the whole body of a request"},
       http_span(&http::Limits::body_timeout, 1, 3600000)},
      {{"HTTP_WRITE_TIMEOUT_MS", "30000", "For an answer that makes no progress"},
       http_span(&http::Limits::write_timeout, 1, 3600000)},
      {{"HTTP_IDLE_TIMEOUT_MS", "60000", "Between two requests of a connection"},
       http_span(&http::Limits::idle_timeout, 1, 3600000)},
  };
  return settings;
}

const Setting* find(const std::string& name) {
  const auto found = std::ranges::find(list(), name, [](const Setting& s) { return s.info.name; });
  return found == list().end() ? nullptr : &*found;
}

Result<void> apply(Settings& settings, const Setting& setting, const std::string& value) {
  if (const auto fault = setting.parse(settings, value))
    return config_error(setting.info.name + " " + *fault);
  return {};
}

/// "NAME=value" a line; blank lines and those that start with '#' say nothing.
Result<void> apply_file(Settings& settings, const std::filesystem::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string name = line.substr(0, equals);
    const Setting* setting = find(name);
    if (!setting || equals == std::string::npos)
      return config_error(name + " in " + file.filename().string() + " is no setting of this program");
    if (auto applied = apply(settings, *setting, line.substr(equals + 1)); !applied) return applied;
  }
  return {};
}

bool is_published(const std::string& key) {
  return key.find("known-to-everybody") != std::string::npos;
}

/// 32 equal letters are as easy to guess as one.
bool is_monotonous(const std::string& key) {
  std::string letters = key;
  std::ranges::sort(letters);
  return std::ranges::unique(letters).begin() - letters.begin() < 8;
}

Result<void> check_key(const Settings& settings) {
  const std::string& key = settings.secret_key.reveal();
  if (key.size() < shortest_key)
    return config_error("SECRET_KEY must be set and have 32 bytes or more: openssl rand -hex 32 makes one");
  if (is_monotonous(key)) return config_error("SECRET_KEY has too few different characters");
  if (settings.mode == Mode::prod && is_published(key))
    return config_error("SECRET_KEY is published with the project; prod needs a key of its own");
  return {};
}

Result<void> check_together(const Settings& settings) {
  if (settings.sql_url.empty()) return config_error("SQL_URL must be set");
  if (settings.mode == Mode::prod && settings.create_superuser)
    return config_error("CREATE_SUPERUSER is refused in prod: its password is published");
  if (settings.mode != Mode::test && settings.bcrypt_cost < 10)
    return config_error("BCRYPT_COST under 10 is allowed in test mode alone");
  return check_key(settings);
}

}  // namespace

Result<Mode> mode_of(const std::string& word) {
  for (const Mode mode : {Mode::dev, Mode::test, Mode::prod})
    if (word == to_string(mode)) return mode;
  return config_error("the mode must be dev, test or prod");
}

const char* to_string(Mode mode) {
  switch (mode) {
    case Mode::dev:
      return "dev";
    case Mode::test:
      return "test";
    case Mode::prod:
      return "prod";
  }
  return "";
}

Result<Settings> read_settings(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment) {
  Settings settings;
  settings.mode = mode;
  settings.services_dir = "services";
  settings.web_dir = "web/dist";
  for (const std::string& name : {std::string("shared"), std::string(to_string(mode))})
    if (auto applied = apply_file(settings, folder / (".env." + name)); !applied) return applied.error();
  for (const Setting& setting : list())
    if (const auto found = environment.find(setting.info.name); found != environment.end())
      if (auto applied = apply(settings, setting, found->second); !applied) return applied.error();
  if (auto checked = check_together(settings); !checked) return checked.error();
  return settings;
}

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string line = *entry;
    const auto equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return environment;
}

std::vector<SettingInfo> describe_settings() {
  std::vector<SettingInfo> all;
  for (const Setting& setting : list()) all.push_back(setting.info);
  return all;
}

}  // namespace inferkeep::app
