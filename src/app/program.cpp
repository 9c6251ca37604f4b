// SPDX-License-Identifier: MIT
#include "app/program.hpp"

#include <boost/json/serialize.hpp>
#include <thread>

#include "access/accounts.hpp"
#include "access/authenticator.hpp"
#include "access/email.hpp"
#include "app/command.hpp"
#include "app/measuring.hpp"
#include "app/password_check.hpp"
#include "app/retention.hpp"
#include "app/services.hpp"
#include "app/superuser.hpp"
#include "app/throttles.hpp"
#include "app/tls_files.hpp"
#include "http/server.hpp"
#include "predictions/truth.hpp"
#include "routers/activity.hpp"
#include "routers/admin.hpp"
#include "routers/auth.hpp"
#include "routers/metrics.hpp"
#include "routers/mlservice.hpp"
#include "routers/pipeline.hpp"
#include "routers/system.hpp"
#include "routers/user.hpp"
#include "storage/call_ledger.hpp"

namespace inferkeep::app {
namespace {

constexpr auto purge_interval = std::chrono::minutes{1};
// A report may take seconds and all of a core, and truths are written one after another anyway: one thread
// for each kind, and few wait. Each has a session of the database.
constexpr std::size_t report_queue = 8, most_reports = 2, truth_queue = 64, further_readers = 3;

std::size_t io_threads(const Settings& settings) {
  return settings.io_threads ? settings.io_threads : std::max(1u, std::thread::hardware_concurrency());
}

void add_endpoints(predictions::Endpoints& endpoints, const Settings& settings,
                   const inference::Registry& registry, const storage::LogTables& tables) {
  const std::size_t most_inputs = std::min(settings.batch_inputs, settings.inference_queue);
  for (const auto& service : registry.all())
    endpoints.emplace_back(*service, tables.at(service->name()), most_inputs, predictions::most_truths);
}

void fill_table(routers::RouteTable& table, const http::StaticFiles& files,
                const routers::Condition& condition, const inference::Registry& services,
                const predictions::Endpoints& endpoints, const schema::Context& schema,
                const metrics::Metrics& metrics) {
  routers::add_system_routes(table, files, condition, services);
  routers::add_metrics_route(table, metrics.registry);
  routers::add_auth_routes(table);
  routers::add_user_routes(table);
  routers::add_admin_routes(table);
  routers::add_activity_routes(table);
  routers::add_mlservice_routes(table, endpoints);
  routers::add_openapi_route(table, schema);
}

/// By their public names: whoever changes keys sees which ones are in force.
void log_keys(const Settings& settings, Log& log) {
  const std::string signing = crypto::key_id(settings.secret_key);
  if (settings.secret_key_previous.empty()) return log.info("token.keys", {{"signing", signing}});
  log.info("key.rotated", {{"signing", signing}, {"previous", crypto::key_id(settings.secret_key_previous)}});
}

}  // namespace

/// In the order of construction: each part stands on those above it, and goes before them.
struct Program::Parts {
  Parts(Settings given, std::unique_ptr<metrics::Metrics> measured, inference::Registry mounted,
        std::shared_ptr<Log> logger, std::unique_ptr<storage::Database> opened, storage::LogTables tables,
        access::PasswordPolicy policy, std::optional<http::TlsIdentity> tls)
      : settings(std::move(given)),
        metrics(std::move(measured)),
        log(std::move(logger)),
        database(std::move(opened)),
        log_tables(std::move(tables)),
        passwords(std::move(policy)),
        services(std::move(mounted)) {
    add_endpoints(endpoints, settings, services, log_tables);
    schema.services = services.names();
    schema.checks["password"] = password_check(passwords);
    accounts = std::make_unique<access::Accounts>(
        access::Accounts::Parts{*users, *sign_ins, tokens, passwords, hashing, database_pool,
                                *throttles.guesses, *throttles.registrations, log, system_now},
        access::Accounts::Options{.bcrypt_cost = settings.bcrypt_cost,
                                  .token_life = settings.token_life,
                                  .services = schema.services});
    dependencies = std::make_unique<routers::Dependencies>(routers::Dependencies{
        *accounts, standings, *users, *calls, *logs, *truths, *activity, *database, services, predictor,
        quality, endpoints, schema, pools, reports, *log, *metrics});
    fill_table(table, files, condition, services, endpoints, schema, *metrics);
    pipeline = std::make_unique<routers::Pipeline>(table, gate, *dependencies, log);
    http::Limits limits = settings.http;
    limits.path_of_any_host = routers::metrics_path;  // Prometheus asks by address
    server = std::make_unique<http::Server>(
        http::Server::Options{settings.host, settings.port, io_threads(settings), std::move(limits),
                              std::move(tls)},
        *pipeline, log);
    add_readings(metrics->registry,
                 {settings, pools, hashing, ledger, services, *server, condition, retention, *log});
  }

  Settings settings;
  std::unique_ptr<metrics::Metrics> metrics;  // before all that it measures
  std::shared_ptr<Log> log;
  access::Standings standings;  // the database tells it of changes to the last
  std::unique_ptr<storage::Database> database;
  storage::LogTables log_tables;
  access::PasswordPolicy passwords;
  std::unique_ptr<storage::UserStore> users = storage::make_user_store(*database);
  std::unique_ptr<storage::SignInStore> sign_ins = storage::make_sign_in_store(*database);
  std::unique_ptr<storage::CallStore> calls = storage::make_call_store(*database);
  std::unique_ptr<storage::TruthStore> truths = storage::make_truth_store(*database);
  std::stop_source stopping;  // ends the reports under way
  std::unique_ptr<storage::LogStore> logs = storage::make_log_store(*database, stopping.get_token());
  std::unique_ptr<storage::ActivityStore> activity =
      storage::make_activity_store(*database, stopping.get_token());
  crypto::TokenCodec tokens{settings.secret_key, settings.token_life, settings.secret_key_previous};
  access::Authenticator authenticator{tokens, standings, system_now};
  routers::Condition condition;
  http::StaticFiles files = http::StaticFiles::load(settings.web_dir);
  schema::Context schema;
  routers::RouteTable table;
  routers::Gate gate{authenticator, log, settings.metrics_networks};
  std::unique_ptr<http::Server> server;  // its threads outlive all that answers on them, below
  WorkerPool database_pool{"database", settings.database_threads, settings.database_queue};
  WorkerPool truths_pool{"truths", 1, truth_queue};
  WorkerPool quality_pool{"quality", 1, report_queue};
  WorkerPool reports_pool{"reports", 1, report_queue};
  routers::Pools pools{database_pool, truths_pool, quality_pool, reports_pool};
  access::Shares reports{most_reports};  // of one person
  WorkerPool hashing{"hashing", settings.hashing_threads, settings.hashing_queue};
  storage::CallLedger ledger{
      *database, {.queue_limit = settings.ledger_queue, .observe = observer(metrics->ledger)}, log};
  Retention retention{*database, settings.retention, log};
  inference::Registry services;
  predictions::Endpoints endpoints;
  predictions::Predictor predictor{ledger,
                                   {.deadline = settings.prediction_timeout,
                                    .share = std::min(settings.inference_share, settings.inference_queue / 2),
                                    .observe = observer(metrics->predictions)},
                                   log,
                                   system_now};
  predictions::Quality quality{*logs};
  Throttles throttles{settings, *database, database_pool};
  std::unique_ptr<access::Accounts> accounts;
  std::unique_ptr<routers::Dependencies> dependencies;
  std::unique_ptr<routers::Pipeline> pipeline;
  std::optional<UserId> superuser;
  Time purged = system_now();
};

Result<std::unique_ptr<Program>> Program::make(Settings settings,
                                               const std::vector<Application::Definition>& services,
                                               std::shared_ptr<Log> log) {
  auto metrics = std::make_unique<metrics::Metrics>(INFERKEEP_VERSION);
  auto mounted = make_registry(settings, services, metrics->predictions, log);
  if (!mounted) return mounted.error();
  auto blocked = blocked_passwords(settings);
  if (!blocked) return blocked.error();
  auto tls = start_tls(settings, *log);
  if (!tls) return tls.error();
  auto options = database_options(settings);
  options.readers = settings.database_threads + further_readers;
  auto database = storage::Database::open(options, log);
  if (!database) return database.error();
  storage::LogTables tables = make_log_tables(*mounted);
  if (auto prepared = storage::prepare_log_tables(**database, tables); !prepared) return prepared.error();
  access::PasswordPolicy policy(settings.password_min_length, std::move(*blocked));
  return std::unique_ptr<Program>(new Program(
      std::make_unique<Parts>(std::move(settings), std::move(metrics), std::move(*mounted), std::move(log),
                              std::move(*database), std::move(tables), std::move(policy), std::move(*tls))));
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Program::~Program() {
  end();  // after a stop there is nothing left to end
}

Result<void> Program::start() {
  Parts& p = *parts_;
  if (auto followed = p.database->follow(p.standings); !followed) return followed;

  if (!p.settings.create_superuser) {
    // Its password is published: a program that was not asked for it must not serve what a kill has left of
    // it.
    if (auto gone = remove_left_superuser(*p.users, p.settings.bcrypt_cost); !gone) return gone;
  } else {
    auto made = make_superuser(*p.users, p.schema.services, p.settings.bcrypt_cost);
    if (!made) return made.error();
    p.superuser = *made;
    p.log->info("admin.bootstrap", {{"user_id", made->value}});
  }
  tick();
  log_keys(p.settings, *p.log);
  if (p.settings.load_models_at_start) p.services.load_all();
  auto listening = p.server->start();
  if (!listening) drop_superuser();  // its password is published: it must not outlive this process
  if (listening) p.retention.start();
  return listening;
}

std::uint16_t Program::port() const {
  return parts_->server->port();
}

bool Program::is_ready() const {
  return routers::is_ready(parts_->condition, parts_->services);
}

void Program::reload() {
  renew_tls(parts_->settings, *parts_->server, *parts_->log);
}

void Program::tick() {
  Parts& p = *parts_;
  p.log->tell_dropped();
  if (p.database->ping()) p.condition.database_answered(std::chrono::steady_clock::now());
  const Time now = system_now();
  if (now - p.purged < purge_interval) return;
  p.purged = now;
  p.standings.purge(now);
  if (const auto purged = p.throttles.purge(); !purged)
    p.log->warning("db.error", {{"reason", purged.error().log}});
  if (const auto purged = p.sign_ins->purge(now); !purged)
    p.log->warning("db.error", {{"reason", purged.error().log}});
}

void Program::stop() {
  Parts& p = *parts_;
  p.log->info("shutdown.begin");
  p.condition.drain();
  const bool whole = p.server->drain(p.settings.drain_timeout);
  end();
  drop_superuser();
  p.log->info("shutdown.end", {{"all_answered", whole}});
}

/// Whoever still waits for a thread or a model is told so, since the server waits for its handlers. So that
/// takes no longer than what runs at this moment: a hash, a statement, a commit, and a model's answer to a
/// cancel. Nobody waits behind another program's import, either.
void Program::end() {
  Parts& p = *parts_;
  p.stopping.request_stop();
  p.database->hurry();
  p.retention.stop();
  for (WorkerPool* pool : {&p.hashing, &p.database_pool, &p.truths_pool, &p.quality_pool, &p.reports_pool})
    pool->close();
  p.services.close();
  p.server->stop();
}

void Program::drop_superuser() {
  Parts& p = *parts_;
  if (!p.superuser) return;
  if (const auto gone = remove_superuser(*p.users, *p.superuser); !gone)
    p.log->error("admin.bootstrap_left", {{"reason", gone.error().log}});
}

Result<std::string> Program::describe_routes(const std::vector<Application::Definition>& definitions) {
  const Settings settings;
  metrics::Metrics metrics(INFERKEEP_VERSION);
  const auto services = make_registry(settings, definitions, metrics.predictions, Log::none());
  if (!services) return services.error();
  const storage::LogTables tables = make_log_tables(*services);
  predictions::Endpoints endpoints;
  add_endpoints(endpoints, settings, *services, tables);
  schema::Context schema;
  schema.services = services->names();
  schema.checks["password"] = {};
  const http::StaticFiles files;
  const routers::Condition condition;
  routers::RouteTable table;
  fill_table(table, files, condition, *services, endpoints, schema, metrics);
  std::string lines;
  for (const routers::Route& route : table.all())
    lines += boost::json::serialize(boost::json::object{{"method", to_string(route.method)},
                                                        {"path", route.path},
                                                        {"access", to_string(route.access.level)},
                                                        {"service", route.access.service}}) +
             "\n";
  return lines;
}

}  // namespace inferkeep::app
