// SPDX-License-Identifier: MIT
#include "app/services.hpp"

#include "app/measuring.hpp"
#include "metrics/metrics.hpp"

namespace inferkeep::app {

Result<inference::Registry> make_registry(const Settings& settings,
                                          const std::vector<Application::Definition>& definitions,
                                          metrics::Predictions& figures, const std::shared_ptr<Log>& log) {
  inference::Registry registry;
  for (const auto& service : definitions) {
    auto added =
        registry.add({service.name, service.title, settings.services_dir / service.folder, service.model},
                     {.max_batch = settings.max_batch,
                      .queue_limit = settings.inference_queue,
                      .threads_per_run = settings.inference_threads,
                      .observe = observer(figures.service(service.name))},
                     log);
    if (!added) return added.error();
  }
  return registry;
}

storage::LogTables make_log_tables(const inference::Registry& registry) {
  storage::LogTables tables;
  for (const auto& service : registry.all())
    tables.emplace(service->name(), storage::log_table(service->name(), service->input(), service->output()));
  return tables;
}

Result<storage::LogTables> make_log_tables(const Settings& settings,
                                           const std::vector<Application::Definition>& definitions) {
  metrics::Metrics unread(INFERKEEP_VERSION);
  const auto services = make_registry(settings, definitions, unread.predictions, Log::none());
  if (!services) return services.error();
  return make_log_tables(*services);
}

}  // namespace inferkeep::app
