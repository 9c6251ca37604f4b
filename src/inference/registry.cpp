// SPDX-License-Identifier: MIT
#include "inference/registry.hpp"

#include <algorithm>

namespace inferkeep::inference {

namespace {

bool is_service_name(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inner = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 31 && lower(name[0]) && std::ranges::all_of(name, inner);
}

Error config_error(std::string sentence) {
  return {ErrorKind::invalid, "config", std::move(sentence)};
}

}  // namespace

Result<void> Registry::add(ServiceSpec spec, Service::Options options, std::shared_ptr<Log> log) {
  if (!is_service_name(spec.name))
    return config_error("\"" + spec.name +
                        "\" is no service name: a to z first, then up to 30 of a to z, 0 to 9 and _");
  if (find(spec.name)) return config_error("two services are named \"" + spec.name + "\"");
  load_limit_ = std::max<Clock::duration>(load_limit_, options.load_limit);
  services_.push_back(std::make_unique<Service>(std::move(spec), std::move(options), std::move(log)));
  return {};
}

Service* Registry::find(std::string_view name) const {
  for (const auto& service : services_)
    if (service->name() == name) return service.get();
  return nullptr;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const auto& service : services_) names.push_back(service->name());
  return names;
}

void Registry::load_all() {
  awaited_until_ = Clock::now() + load_limit_;
  for (const auto& service : services_) service->load();
}

bool Registry::settled() const {
  const auto is_loading = [](const auto& service) { return service->health() == Health::loading; };
  return Clock::now() >= awaited_until_ || std::ranges::none_of(services_, is_loading);
}

void Registry::close() {
  for (const auto& service : services_) service->close();
}

}  // namespace inferkeep::inference
