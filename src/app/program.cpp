// SPDX-License-Identifier: MIT
#include "app/program.hpp"

#include <boost/json/serialize.hpp>
#include <thread>

#include "access/accounts.hpp"
#include "access/authenticator.hpp"
#include "access/email.hpp"
#include "app/password_check.hpp"
#include "app/superuser.hpp"
#include "http/server.hpp"
#include "routers/admin.hpp"
#include "routers/auth.hpp"
#include "routers/mlservice.hpp"
#include "routers/pipeline.hpp"
#include "routers/system.hpp"
#include "routers/user.hpp"
#include "storage/call_ledger.hpp"

namespace inferkeep::app {
namespace {

constexpr auto purge_interval = std::chrono::minutes{1};

std::size_t io_threads(const Settings& settings) {
  return settings.io_threads ? settings.io_threads : std::max(1u, std::thread::hardware_concurrency());
}

void add_services(inference::Registry& registry, const Settings& settings,
                  const std::vector<Application::Definition>& services, const std::shared_ptr<Log>& log) {
  for (const auto& service : services)
    registry.add({service.name, service.title, settings.services_dir / service.folder, service.model},
                 {.max_batch = settings.max_batch,
                  .queue_limit = settings.inference_queue,
                  .threads_per_run = settings.inference_threads},
                 log);
}

void fill_table(routers::RouteTable& table, const http::StaticFiles& files,
                const routers::Condition& condition, const inference::Registry& services,
                const schema::Context& schema) {
  routers::add_system_routes(table, files, condition, services);
  routers::add_auth_routes(table);
  routers::add_user_routes(table);
  routers::add_admin_routes(table);
  routers::add_mlservice_routes(table, services);
  routers::add_openapi_route(table, schema);
}

}  // namespace

/// In the order of construction: each part stands on those above it, and goes before them.
struct Program::Parts {
  Parts(Settings given, const std::vector<Application::Definition>& definitions, std::shared_ptr<Log> logger,
        std::unique_ptr<storage::Database> opened, access::PasswordPolicy policy)
      : settings(std::move(given)),
        log(std::move(logger)),
        database(std::move(opened)),
        passwords(std::move(policy)) {
    add_services(services, settings, definitions, log);
    schema.services = services.names();
    schema.checks["password"] = password_check(passwords);
    accounts = std::make_unique<access::Accounts>(
        access::Accounts::Parts{*users, *sign_ins, tokens, passwords, hashing, database_pool, log,
                                system_now},
        access::Accounts::Options{
            .bcrypt_cost = settings.bcrypt_cost,
            .token_life = settings.token_life,
            .failures = {.limit = settings.login_failures, .window = settings.login_window},
            .services = schema.services});
    dependencies = std::make_unique<routers::Dependencies>(routers::Dependencies{
        *accounts, standings, *users, *calls, *database, services, predictor, schema, database_pool, *log});
    fill_table(table, files, condition, services, schema);
    pipeline = std::make_unique<routers::Pipeline>(table, gate, *dependencies, log);
    server = std::make_unique<http::Server>(
        http::Server::Options{settings.host, settings.port, io_threads(settings), settings.http}, *pipeline,
        log);
  }

  Settings settings;
  std::shared_ptr<Log> log;
  std::unique_ptr<storage::Database> database;
  access::PasswordPolicy passwords;
  std::unique_ptr<storage::UserStore> users = storage::make_user_store(*database);
  std::unique_ptr<storage::SignInStore> sign_ins = storage::make_sign_in_store(*database);
  std::unique_ptr<storage::CallStore> calls = storage::make_call_store(*database);
  access::Standings standings;
  crypto::TokenCodec tokens{settings.secret_key, settings.token_life};
  access::Authenticator authenticator{tokens, standings, system_now};
  routers::Condition condition;
  http::StaticFiles files = http::StaticFiles::load(settings.web_dir);
  schema::Context schema;
  routers::RouteTable table;
  routers::Gate gate{authenticator, log};
  std::unique_ptr<http::Server> server;  // its threads outlive all that answers on them, below
  WorkerPool database_pool{"database", settings.database_threads, settings.database_queue};
  WorkerPool hashing{"hashing", settings.hashing_threads, settings.hashing_queue};
  storage::CallLedger ledger{*database, {.queue_limit = settings.ledger_queue}, log};
  inference::Registry services;
  predictions::Predictor predictor{ledger, {.deadline = settings.prediction_timeout}, log, system_now};
  std::unique_ptr<access::Accounts> accounts;
  std::unique_ptr<routers::Dependencies> dependencies;
  std::unique_ptr<routers::Pipeline> pipeline;
  std::optional<UserId> superuser;
  Time purged = system_now();
};

Result<std::unique_ptr<Program>> Program::make(Settings settings,
                                               const std::vector<Application::Definition>& services,
                                               std::shared_ptr<Log> log) {
  auto blocked = access::read_blocked_passwords(settings.web_dir / "blocked_passwords.txt");
  if (!blocked) return Error{ErrorKind::invalid, "config", blocked.error().detail};
  auto database = storage::Database::open({.url = settings.sql_url,
                                           .readers = settings.database_threads,
                                           .busy_timeout = settings.database_busy_timeout},
                                          log);
  if (!database) return database.error();
  access::PasswordPolicy policy(settings.password_min_length, std::move(*blocked));
  return std::unique_ptr<Program>(new Program(std::make_unique<Parts>(
      std::move(settings), services, std::move(log), std::move(*database), std::move(policy))));
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;

Result<void> Program::start() {
  Parts& p = *parts_;
  auto people = storage::load_standings(*p.database);
  if (!people) return people.error();
  auto sign_ins = p.sign_ins->live(system_now());
  if (!sign_ins) return sign_ins.error();
  p.standings.fill(std::move(*people), std::move(*sign_ins));
  p.database->observe(p.standings);

  if (!p.settings.create_superuser) {
    // Its password is published: a program that was not asked for it must not serve what a kill has left of
    // it.
    if (auto gone = remove_left_superuser(*p.users, p.settings.bcrypt_cost); !gone) return gone;
  } else {
    auto made = make_superuser(*p.users, p.schema.services, p.settings.bcrypt_cost);
    if (!made) return made.error();
    p.superuser = *made;
  }
  tick();
  if (p.settings.load_models_at_start) p.services.load_all();
  auto listening = p.server->start();
  if (!listening) drop_superuser();  // its password is published: it must not outlive this process
  return listening;
}

std::uint16_t Program::port() const {
  return parts_->server->port();
}

void Program::tick() {
  Parts& p = *parts_;
  if (p.database->ping()) p.condition.database_answered(std::chrono::steady_clock::now());
  const Time now = system_now();
  if (now - p.purged < purge_interval) return;
  p.purged = now;
  p.standings.purge(now);
  p.accounts->purge();
  if (const auto purged = p.sign_ins->purge(now); !purged)
    p.log->warning("db.error", {{"reason", purged.error().log}});
}

void Program::stop() {
  Parts& p = *parts_;
  p.log->info("shutdown.begin");
  p.condition.drain();
  const bool whole = p.server->drain(p.settings.drain_timeout);
  p.hashing.close();  // whoever still waits for a hash is told so: a stop takes no longer than its time-out
                      // and one hash
  p.server->stop();
  drop_superuser();
  p.log->info("shutdown.end", {{"all_answered", whole}});
}

void Program::drop_superuser() {
  Parts& p = *parts_;
  if (!p.superuser) return;
  if (const auto gone = remove_superuser(*p.users, *p.superuser); !gone)
    p.log->error("admin.bootstrap_left", {{"reason", gone.error().log}});
}

std::string Program::describe_routes(const std::vector<Application::Definition>& definitions) {
  const Settings settings;
  inference::Registry services;
  add_services(services, settings, definitions, Log::none());
  schema::Context schema;
  schema.services = services.names();
  schema.checks["password"] = {};
  const http::StaticFiles files;
  const routers::Condition condition;
  routers::RouteTable table;
  fill_table(table, files, condition, services, schema);
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
