// SPDX-License-Identifier: MIT
#include "app/measuring.hpp"

namespace inferkeep::app {
namespace {

using inference::Health;
using metrics::Labels;
using metrics::Reading;
using Kind = Reading::Kind;

double number(std::size_t count) {
  return static_cast<double>(count);
}

void add_queue(metrics::Registry& registry, const std::string& name, std::size_t limit,
               std::function<double()> length) {
  const Labels labels{{"queue", name}};
  registry.add({Kind::gauge, "inferkeep_queue_length",
                "Work that waits or is under way; for the ledger calls and items, for the pools jobs.",
                labels, std::move(length)});
  registry.add({Kind::gauge, "inferkeep_queue_limit", "The length past which callers get 503.", labels,
                [limit] { return number(limit); }});
}

void add_queues(metrics::Registry& registry, const Sources& s) {
  const auto pool = [&](const std::string& name, const WorkerPool& of) {
    add_queue(registry, name, of.queue_limit(), [&of] { return number(of.pending()); });
  };
  pool("database", s.pools.database);
  pool("truths", s.pools.truths);
  pool("quality", s.pools.quality);
  pool("reports", s.pools.reports);
  pool("hashing", s.hashing);
  add_queue(registry, "ledger", s.settings.ledger_queue,
            [&ledger = s.ledger] { return number(ledger.pending()); });
}

void add_service(metrics::Registry& registry, const inference::Service& service, std::size_t limit) {
  const Labels labels{{"service", service.name()}};
  registry.add({Kind::gauge, "inferkeep_inference_queue_items", "Items that wait for a run of the model.",
                labels, [&service] { return number(service.queued()); }});
  registry.add({Kind::gauge, "inferkeep_inference_queue_limit", "The items past which callers get 503.",
                labels, [limit] { return number(limit); }});
  for (const Health state : {Health::unloaded, Health::loading, Health::ready, Health::broken})
    registry.add({Kind::gauge,
                  "inferkeep_model_state",
                  "1 for the state that the model is in, 0 for the others.",
                  {{"service", service.name()}, {"state", to_string(state)}},
                  [&service, state] { return service.health() == state ? 1.0 : 0.0; }});
}

void add_connections(metrics::Registry& registry, const http::Server& server, const http::Limits& limits) {
  registry.add({Kind::gauge, "inferkeep_http_connections", "Open connections.", {}, [&server] {
                  return number(server.open_connections());
                }});
  registry.add({Kind::gauge,
                "inferkeep_http_connections_limit",
                "Connections that may be open at once.",
                {},
                [limit = limits.connections] { return number(limit); }});
  registry.add({Kind::counter,
                "inferkeep_http_connections_refused_total",
                "Connections turned away for their number, of one peer or in all.",
                {},
                [&server] { return number(server.refused_connections()); }});
  registry.add(
      {Kind::gauge, "inferkeep_http_body_bytes", "Bytes of the request bodies that are held.", {}, [&server] {
         return number(server.body_bytes());
       }});
  registry.add({Kind::gauge,
                "inferkeep_http_body_limit_bytes",
                "The bytes past which callers get 503.",
                {},
                [limit = limits.bodies_in_flight] { return number(limit); }});
}

void add_certificate(metrics::Registry& registry, const http::Server& server) {
  if (!server.certificate_end()) return;
  registry.add({Kind::gauge,
                "inferkeep_tls_certificate_expiry_timestamp_seconds",
                "When the certificate in use ends, in seconds since 1970.",
                {},
                [&server] {
                  const auto since_1970 = server.certificate_end()->time_since_epoch();
                  return std::chrono::duration<double>(since_1970).count();
                }});
}

void add_condition(metrics::Registry& registry, const routers::Condition& condition) {
  registry.add({Kind::gauge, "inferkeep_database_up", "1 while the database answers.", {}, [&condition] {
                  return condition.database_is_up(std::chrono::steady_clock::now()) ? 1.0 : 0.0;
                }});
  registry.add({Kind::gauge, "inferkeep_draining", "1 while the program stops.", {}, [&condition] {
                  return condition.draining() ? 1.0 : 0.0;
                }});
}

}  // namespace

std::function<void(const storage::CallLedger::Commit&)> observer(metrics::LedgerFigures& figures) {
  return [&figures](const storage::CallLedger::Commit& commit) {
    if (commit.succeeded)
      figures.committed(commit.rows, commit.took.count());
    else
      figures.failed();
  };
}

std::function<void(const inference::Service::Run&)> observer(metrics::ServiceFigures& figures) {
  return [&figures](const inference::Service::Run& run) { figures.ran(run.items, run.took.count()); };
}

std::function<void(const predictions::Predictor::Report&)> observer(metrics::Predictions& figures) {
  return [&figures](const predictions::Predictor::Report& call) {
    metrics::ServiceFigures& service = figures.service(call.service.name());
    if (call.recorded)
      service.recorded(call.outcome, call.items, call.duration);
    else
      service.unrecorded();
  };
}

void add_readings(metrics::Registry& registry, const Sources& sources) {
  add_queues(registry, sources);
  for (const auto& service : sources.services.all())
    add_service(registry, *service, sources.settings.inference_queue);
  add_connections(registry, sources.server, sources.settings.http);
  add_certificate(registry, sources.server);
  add_condition(registry, sources.condition);
  registry.add({Kind::counter,
                "inferkeep_retention_calls_total",
                "Calls removed because they were older than is wanted.",
                {},
                [&retention = sources.retention] { return static_cast<double>(retention.removed()); }});
  registry.add({Kind::counter,
                "inferkeep_log_lines_dropped_total",
                "Log lines lost because their queue was full.",
                {},
                [&log = sources.log] { return number(log.dropped()); }});
}

}  // namespace inferkeep::app
