// SPDX-License-Identifier: MIT
#include "schema/any_list.hpp"

namespace inferkeep::schema {

detail::TypeInfo any_list_type(const detail::TypeInfo& element) {
  detail::TypeInfo type{.kind = detail::Kind::list, .element = &element};
  type.size = [](const void* list) { return static_cast<const AnyList*>(list)->values.size(); };
  type.resize = [](void* list, std::size_t count) {
    auto& [make, values] = *static_cast<AnyList*>(list);
    values.clear();
    while (values.size() < count) values.push_back(make());
  };
  type.slot = [](void* list, std::size_t i) { return static_cast<AnyList*>(list)->values[i].get(); };
  type.at = [](const void* list, std::size_t i) -> const void* {
    return static_cast<const AnyList*>(list)->values[i].get();
  };
  type.make = [] { return detail::any_value(AnyList{}); };
  return type;
}

}  // namespace inferkeep::schema
