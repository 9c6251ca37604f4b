// SPDX-License-Identifier: MIT
// Turns the compile-time description of a struct into the tables of detail/type_info.hpp.
#pragma once

#include <span>

#include "inferkeep/detail/type_info.hpp"

namespace inferkeep::detail {

/// "CreateUser" of inferkeep::routers::CreateUser, as the compiler spells it in this very function's name.
template <class T>
constexpr std::string_view short_type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  const auto colon = text.rfind("::");
  return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

template <class T>
concept DescribedStruct = !std::is_same_v<std::remove_cvref_t<decltype(fields<T>)>, NotDescribed>;
template <class T>
concept DescribedEnum =
    std::is_enum_v<T> && !std::is_same_v<std::remove_cvref_t<decltype(enumerators<T>)>, NotDescribed>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

template <class Member, class Literal>
void assign_literal(void* member, const Literal& literal) {
  if constexpr (std::is_same_v<Member, ServiceFlags>) {
    for (auto& [service, value] : static_cast<ServiceFlags*>(member)->values) value = literal;
  } else if constexpr (!std::is_same_v<Literal, std::nullptr_t>) {
    *static_cast<Member*>(member) = Member(literal);
  }
}

template <class T, std::size_t I>
FieldInfo field_info() {
  constexpr const auto& f = std::get<I>(fields<T>.list);
  using Member = std::remove_reference_t<decltype(std::declval<T&>().*f.member)>;
  FieldInfo info{.name = f.name,
                 .doc = f.description,
                 .type = &type_info<Member>(),
                 .address = [](void* owner) -> void* {
                   return &(static_cast<T*>(owner)->*(std::get<I>(fields<T>.list).member));
                 },
                 .limits = f.limits,
                 .required = !is_optional<Member> && !f.default_literal && f.required_services.count == 0,
                 .required_for = {f.required_services.list.begin(),
                                  f.required_services.list.begin() + f.required_services.count},
                 .secret = f.is_secret,
                 .text_check = f.text_check,
                 .named_check = f.named_check};
  if (f.default_literal)
    info.set_default = [](void* member) {
      assign_literal<Member>(member, *std::get<I>(fields<T>.list).default_literal);
    };
  if (f.example_literal)
    info.example = [] {
      Member member{};
      assign_literal<Member>(&member, *std::get<I>(fields<T>.list).example_literal);
      return any_value(std::move(member));
    };
  return info;
}

template <DescribedStruct T>
TypeInfo object_info() {
  TypeInfo info{.kind = Kind::object,
                .name = fields<T>.name.empty() ? short_type_name<T>() : fields<T>.name,
                .doc = fields<T>.text};
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (info.fields.push_back(field_info<T, I>()), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<decltype(fields<T>.list)>>{});
  return info;
}

template <DescribedEnum E>
TypeInfo enum_info() {
  TypeInfo info{.kind = Kind::enumeration, .name = short_type_name<E>()};
  for (const auto& [word, value] : enumerators<E>) info.words.push_back(word);
  info.index = [](const void* e) {
    std::size_t i = 0;
    while (i < enumerators<E>.size() && enumerators<E>[i].second != *static_cast<const E*>(e)) ++i;
    return i;
  };
  info.set_index = [](void* e, std::size_t i) { *static_cast<E*>(e) = enumerators<E>[i].second; };
  return info;
}

template <class T>
TypeInfo optional_info() {
  using Held = typename T::value_type;
  static_assert(!is_optional<Held>, "an optional of an optional: JSON has one null only");
  TypeInfo info{.kind = Kind::optional, .element = &type_info<Held>()};
  info.engage = [](void* o) -> void* { return &static_cast<T*>(o)->emplace(); };
  info.reset = [](void* o) { static_cast<T*>(o)->reset(); };
  info.held = [](const void* o) -> const void* {
    const auto& optional = *static_cast<const T*>(o);
    return optional ? &*optional : nullptr;
  };
  return info;
}

template <class T>
TypeInfo list_info() {
  using Element = typename T::value_type;
  TypeInfo info{.kind = Kind::list, .element = &type_info<Element>()};
  info.size = [](const void* l) { return static_cast<const T*>(l)->size(); };
  info.resize = [](void* l, std::size_t n) { static_cast<T*>(l)->resize(n); };
  info.set_at = [](void* l, std::size_t i, void* e) {
    (*static_cast<T*>(l))[i] = std::move(*static_cast<Element*>(e));
  };
  if constexpr (!std::is_same_v<Element, bool>)
    info.slot = [](void* l, std::size_t i) -> void* { return &(*static_cast<T*>(l))[i]; };
  info.at = [](const void* l, std::size_t i) -> const void* {
    if constexpr (std::is_same_v<Element, bool>) {  // vector<bool> has no elements to point at
      static constexpr bool values[] = {false, true};
      return &values[(*static_cast<const T*>(l))[i] ? 1 : 0];
    } else {
      return &(*static_cast<const T*>(l))[i];
    }
  };
  return info;
}

template <class T>
TypeInfo make_type_info() {
  if constexpr (std::is_same_v<T, bool>)
    return {.kind = Kind::boolean};
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return {.kind = Kind::int32};
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return {.kind = Kind::int64};
  else if constexpr (std::is_same_v<T, double>)
    return {.kind = Kind::number};
  else if constexpr (std::is_same_v<T, std::string>)
    return {.kind = Kind::text};
  else if constexpr (std::is_same_v<T, ServiceFlags>)
    return {.kind = Kind::service_flags};
  else if constexpr (is_optional<T>)
    return optional_info<T>();
  else if constexpr (is_list<T>)
    return list_info<T>();
  else if constexpr (std::is_enum_v<T>) {
    static_assert(DescribedEnum<T>, "specialise inferkeep::enumerators for this enum");
    return enum_info<T>();
  } else {
    static_assert(DescribedStruct<T>,
                  "specialise inferkeep::fields for this struct, or use a supported member type");
    return object_info<T>();
  }
}

template <class T>
const TypeInfo& type_info() {
  static const TypeInfo info = [] {
    TypeInfo made = make_type_info<T>();
    made.make = [] { return any_value(T{}); };
    return made;
  }();
  return info;
}

}  // namespace inferkeep::detail
