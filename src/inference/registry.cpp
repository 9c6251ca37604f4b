// SPDX-License-Identifier: MIT
#include "inference/registry.hpp"

#include <algorithm>
#include <stdexcept>

namespace inferkeep::inference {

namespace {

bool is_service_name(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inner = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 31 && lower(name[0]) && std::ranges::all_of(name, inner);
}

}  // namespace

Service& Registry::add(ServiceSpec spec, Service::Options options, std::shared_ptr<Log> log) {
  if (!is_service_name(spec.name))
    throw std::invalid_argument("\"" + spec.name + "\" is no service name: [a-z][a-z0-9_]{0,30}");
  if (find(spec.name)) throw std::invalid_argument("two services are named \"" + spec.name + "\"");
  services_.push_back(std::make_unique<Service>(std::move(spec), options, std::move(log)));
  return *services_.back();
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
  for (const auto& service : services_) service->load();
}

bool Registry::settled() const {
  return std::ranges::none_of(services_,
                              [](const auto& service) { return service->health() == Health::loading; });
}

}  // namespace inferkeep::inference
