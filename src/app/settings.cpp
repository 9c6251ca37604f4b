// SPDX-License-Identifier: MIT
#include "app/settings.hpp"

#include <unistd.h>

#include <algorithm>

#include "app/misspelling.hpp"
#include "app/setting_parsers.hpp"
#include "app/setting_places.hpp"
#include "app/signing_key.hpp"
#include "http/server.hpp"
#include "routers/mlservice.hpp"

namespace inferkeep::app {
namespace {

/// A quarter, what one address may hold, has room for any body.
constexpr std::size_t least_bodies_in_flight = 4 * routers::largest_body;

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
      {{"SQL_URL", "(required)",
        "The database: sqlite:///relative/path.db, sqlite:////absolute/path.db or "
        "postgresql://user:password@host:5432/name?sslmode=verify-full"},
       text(&Settings::sql_url)},
      {{"SQL_URL_FILE", "",
        "A file whose first line is SQL_URL, closed to group and others; instead of that setting"},
       text_file(&Settings::sql_url)},
      {{"SECRET_KEY", "(required)",
        "Signs the tokens; 32 bytes or more. prod refuses the keys published here", true},
       secret(&Settings::secret_key)},
      {{"SECRET_KEY_FILE", "",
        "A file whose first line is SECRET_KEY, closed to group and others; instead of that setting"},
       secret_file(&Settings::secret_key)},
      {{"SECRET_KEY_PREVIOUS", "",
        "The key before SECRET_KEY: its tokens are accepted until they expire, and none is signed with it",
        true},
       secret(&Settings::secret_key_previous)},
      {{"SECRET_KEY_PREVIOUS_FILE", "",
        "A file whose first line is SECRET_KEY_PREVIOUS, closed to group and others; instead of that "
        "setting"},
       secret_file(&Settings::secret_key_previous)},
      {{"HOST", "0.0.0.0", "The address to listen on"}, text(&Settings::host)},
      {{"PORT", "8080", "The port to listen on; 0 takes a free one"}, whole(&Settings::port, 0, 65535)},
      {{"TLS_CERTIFICATE_FILE", "",
        "The certificate in PEM, then those between it and the root; with TLS_KEY_FILE the server speaks "
        "HTTPS alone"},
       file(&Settings::tls_certificate_file)},
      {{"TLS_KEY_FILE", "", "Its private key in PEM, without a passphrase; closed to group and others"},
       file(&Settings::tls_key_file)},
      {{"ALLOW_PLAIN_HTTP", "false",
        "prod: listen on other addresses than loopback without TLS; a proxy in front terminates it"},
       flag(&Settings::allow_plain_http)},
      {{"TRUSTED_PROXIES", "",
        "Addresses and ranges (10.0.0.0/8), separated by commas, whose X-Forwarded-For is believed; empty: "
        "none"},
       http_networks(&http::Limits::trusted_proxies)},
      {{"METRICS_NETWORKS", "",
        "Addresses and ranges that may read /metrics without a token, as this machine may; empty: none"},
       networks(&Settings::metrics_networks)},
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
      {{"LOGIN_FAILURES_PER_ADDRESS", "30",
        "Failed sign-ins from one address within a minute before it must wait"},
       whole(&Settings::login_failures_per_address, 1, 1000000)},
      {{"LOGIN_FAILURES_PER_ACCOUNT", "100",
        "Failed sign-ins of one name in a row before addresses that it has not signed in from must wait"},
       whole(&Settings::login_failures_per_account, 1, 1000000)},
      {{"REGISTRATIONS", "20", "Registrations from one address before it must wait"},
       whole(&Settings::registrations, 1, 1000000)},
      {{"REGISTRATION_WINDOW_SECONDS", "3600", "How long a registration counts"},
       span(&Settings::registration_window, 1, 86400)},
      {{"IO_THREADS", "0", "Threads that speak HTTP; 0 means one per core"},
       whole(&Settings::io_threads, 0, 256)},
      {{"DATABASE_THREADS", "4", "Threads, and sessions, for reading and for account changes"},
       whole(&Settings::database_threads, 1, 256)},
      {{"DATABASE_QUEUE", "256", "Requests that may wait for one of them; past it 503"},
       whole(&Settings::database_queue, 1, 100000)},
      {{"DATABASE_BUSY_TIMEOUT_MS", "2000",
        "How long to wait for another process's lock on the database, and for PostgreSQL's answer"},
       span(&Settings::database_busy_timeout, 1, 60000)},
      {{"HASHING_THREADS", "1", "Threads for password hashes"}, whole(&Settings::hashing_threads, 1, 64)},
      {{"HASHING_QUEUE", "64", "Sign-ins that may wait for them; past it 503"},
       whole(&Settings::hashing_queue, 1, 10000)},
      {{"LEDGER_QUEUE", "16384", "Calls and inputs that may wait for their rows; past it 503"},
       whole(&Settings::ledger_queue, 1, 1000000)},
      {{"RETENTION_DAYS", "0", "Calls older than that are removed with their rows, each hour; 0: never"},
       span(&Settings::retention, 0, 36500)},
      {{"LOAD_MODELS_AT_START", "true", "false: a model is loaded by its first call"},
       flag(&Settings::load_models_at_start)},
      {{"MAX_BATCH", "64", "Inputs that one run of a model may join"}, whole(&Settings::max_batch, 1, 65536)},
      {{"BATCH_INPUTS", "1000",
        "Inputs that one /predict/batch may bring; no more than INFERENCE_QUEUE in any case"},
       whole(&Settings::batch_inputs, 1, 65536)},
      {{"INFERENCE_QUEUE", "1024", "Inputs that may wait for one service; past it 503"},
       whole(&Settings::inference_queue, 1, 1000000)},
      {{"INFERENCE_SHARE", "512",
        "Inputs that one person may have under way, until they are on record, at most half of "
        "INFERENCE_QUEUE; past it 429. A single call may bring more"},
       whole(&Settings::inference_share, 1, 1000000)},
      {{"INFERENCE_THREADS", "1", "Threads of one run of a model"},
       whole(&Settings::inference_threads, 1, 256)},
      {{"PREDICTION_TIMEOUT_MS", "10000", "Waiting and running together; past it 504"},
       span(&Settings::prediction_timeout, 1, 3600000)},
      {{"SERVICES_DIR", "services", "The folder of the services' folders"}, path(&Settings::services_dir)},
      {{"WEB_DIR", default_web_dir, "The built web files"}, path(&Settings::web_dir)},
      {{"LOG_LEVEL", "info", "debug, info, warning or error"}, log_level(&Settings::log_level)},
      {{"DRAIN_TIMEOUT_MS", "8000", "At stop: how long requests under way may take"},
       span(&Settings::drain_timeout, 0, 600000)},
      {{"ALLOWED_HOSTS", "", "Host names to answer to, separated by commas; empty: any"},
       http_hosts(&http::Limits::hosts)},
      {{"HTTP_HEAD_SIZE", "8192", "Bytes of a request's head"},
       http_whole(&http::Limits::head_size, 256, 65536)},
      {{"HTTP_HEAD_COUNT", "100", "Headers of a request"}, http_whole(&http::Limits::head_count, 1, 1000)},
      {{"HTTP_TARGET_SIZE", "4096", "Bytes of a request's target"},
       http_whole(&http::Limits::target_size, 64, 65536)},
      {{"HTTP_REQUESTS_PER_CONNECTION", "1000", "Then the connection is closed"},
       http_whole(&http::Limits::requests_per_connection, 1, 1000000000)},
      {{"HTTP_CONNECTIONS", "4096", "Open at once"}, http_whole(&http::Limits::connections, 1, 1000000)},
      {{"HTTP_CONNECTIONS_PER_PEER", "256", "Open at once from one address that is no trusted proxy"},
       http_whole(&http::Limits::connections_per_peer, 1, 1000000)},
      {{"HTTP_BODIES_IN_FLIGHT", "268435456",
        "Bytes of all bodies held at once; one address that is no trusted proxy may hold a quarter, so no "
        "less "
        "than 16777216 but in test mode"},
       http_whole(&http::Limits::bodies_in_flight, 1024, std::int64_t{1} << 40)},
      {{"HTTP_BODY_RATE", "1024", "Bytes a second that a body must bring at least"},
       http_whole(&http::Limits::body_rate, 0, 1000000000)},
      {{"TLS_HANDSHAKE_TIMEOUT_MS", "10000", "For the handshake of a connection"},
       http_span(&http::Limits::handshake_timeout, 1, 3600000)},
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

bool is_given(const Environment& values, const std::string& name) {
  const auto found = values.find(name);
  return found != values.end() && !found->second.empty();
}

/// A secret and its file in two places are no contradiction: the later place wins, as for every setting.
Result<void> apply_all(Settings& settings, const Environment& values) {
  for (const Setting& setting : list()) {
    const std::string& name = setting.info.name;
    const auto found = values.find(name);
    if (found == values.end()) continue;
    if (is_given(values, name) && is_given(values, name + "_FILE"))
      return config_error(name + " and " + name + "_FILE are both set: one of them is enough");
    if (auto applied = apply(settings, setting, found->second); !applied) return applied;
  }
  return {};
}

/// An environment holds names of many programs, so only those that were meant for this one can be refused.
Result<void> check_names(const Environment& environment) {
  std::vector<std::string> names;
  for (const Setting& setting : list()) names.push_back(setting.info.name);
  for (const auto& [name, value] : environment) {
    if (find(name)) continue;
    if (const auto meant = meant_by(name, names))
      return config_error(name + " in the environment is no setting of this program: was " + *meant +
                          " meant?");
  }
  return {};
}

Result<void> check_keys(const Settings& settings) {
  const std::string& key = settings.secret_key.reveal();
  const bool prod = settings.mode == Mode::prod;
  if (const auto fault = fault_of_key(key, prod)) return config_error("SECRET_KEY " + *fault);
  const std::string& previous = settings.secret_key_previous.reveal();
  if (previous.empty()) return {};
  if (previous == key)
    return config_error(
        "SECRET_KEY_PREVIOUS is SECRET_KEY itself: set the key that was in force before, or none");
  if (const auto fault = fault_of_key(previous, prod)) return config_error("SECRET_KEY_PREVIOUS " + *fault);
  return {};
}

/// Passwords and tokens go over the wire as they are.
Result<void> check_wire(const Settings& settings) {
  if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty())
    return config_error("TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set both or none");
  if (settings.mode != Mode::prod || settings.allow_plain_http || speaks_tls(settings) ||
      http::is_local(settings.host))
    return {};
  return config_error(
      "HOST " + settings.host +
      " is no loopback address, and this program speaks plain HTTP: set TLS_CERTIFICATE_FILE and "
      "TLS_KEY_FILE, or "
      "put a proxy in front that terminates TLS and set ALLOW_PLAIN_HTTP=true, or listen on 127.0.0.1");
}

Result<void> check_together(const Settings& settings) {
  if (settings.sql_url.empty()) return config_error("SQL_URL must be set");
  if (settings.mode == Mode::prod && settings.create_superuser)
    return config_error("CREATE_SUPERUSER is refused in prod: its password is published");
  if (settings.mode != Mode::test && settings.bcrypt_cost < 10)
    return config_error("BCRYPT_COST under 10 is allowed in test mode alone");
  if (settings.mode != Mode::test && settings.http.bodies_in_flight < least_bodies_in_flight)
    return config_error("HTTP_BODIES_IN_FLIGHT must be at least " + std::to_string(least_bodies_in_flight) +
                        ": one address may hold a quarter, and has to be able to send the largest body");
  if (auto good = check_keys(settings); !good) return good;
  return check_wire(settings);
}

}  // namespace

bool speaks_tls(const Settings& settings) {
  return !settings.tls_certificate_file.empty();
}

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
  settings.web_dir = default_web_dir;
  if (auto known = check_names(environment); !known) return known.error();
  const auto places = read_places(mode, folder, environment, find);
  if (!places) return places.error();
  for (const Environment& place : *places)
    if (auto applied = apply_all(settings, place); !applied) return applied.error();
  if (auto checked = check_together(settings); !checked) return checked.error();
  return settings;
}

Result<Environment> read_given(Mode mode, const std::filesystem::path& folder,
                               const Environment& environment) {
  const auto places = read_places(mode, folder, environment, find);
  if (!places) return places.error();
  Environment given;
  for (const Environment& place : *places)
    for (const auto& [name, value] : place)
      if (find(name)) given[name] = value;
  return given;
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
