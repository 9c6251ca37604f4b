// SPDX-License-Identifier: MIT
// What is known of a described type, as tables that code which is no template can walk: reading, writing,
// OpenAPI, columns and tensors are each written once, over TypeInfo, and compiled once.
#pragma once

#include <memory>
#include <vector>

#include "inferkeep/describe.hpp"

namespace inferkeep::detail {

enum class Kind { boolean, int32, int64, number, text, enumeration, optional, list, object, service_flags };

/// A value of a type that only its maker knows; owns it.
using AnyValue = std::unique_ptr<void, void (*)(void*)>;

template <class T>
AnyValue any_value(T value) {
  return {new T(std::move(value)), [](void* p) { delete static_cast<T*>(p); }};
}

struct TypeInfo;

struct FieldInfo {
  std::string_view name;
  std::string_view doc;
  const TypeInfo* type = nullptr;
  void* (*address)(void* owner) = nullptr;  ///< of the member inside its struct
  Limits limits;
  bool required = true;
  std::vector<std::string_view> required_for;  ///< service flags: the services whose flag is required
  bool secret = false;
  void (*set_default)(void* member) = nullptr;  ///< nullptr where there is none (or the optional's "absent")
  AnyValue (*example)() = nullptr;              ///< a Member; nullptr where there is none
  TextCheck text_check = nullptr;
  std::string_view named_check;

  const void* address_in(const void* owner) const { return address(const_cast<void*>(owner)); }
};

/// What is known of a C++ type. One immutable object per type, for the life of the program. Members that do
/// not belong to its kind are empty.
struct TypeInfo {
  Kind kind;
  std::string_view name = {};          ///< object, enumeration
  std::string_view doc = {};           ///< object
  std::vector<FieldInfo> fields = {};  ///< object
  const TypeInfo* element = nullptr;   ///< optional, list

  std::vector<std::string_view> words = {};                     ///< enumeration
  std::size_t (*index)(const void*) = nullptr;                  ///< enumeration: position in words
  void (*set_index)(void*, std::size_t) = nullptr;              ///< enumeration
  void* (*engage)(void*) = nullptr;                             ///< optional: makes it hold a value, gives it
  void (*reset)(void*) = nullptr;                               ///< optional: makes it hold none
  const void* (*held)(const void*) = nullptr;                   ///< optional: its value or nullptr
  std::size_t (*size)(const void*) = nullptr;                   ///< list
  void (*resize)(void*, std::size_t) = nullptr;                 ///< list
  const void* (*at)(const void*, std::size_t) = nullptr;        ///< list
  void* (*slot)(void*, std::size_t) = nullptr;                  ///< list; nullptr for a list of bool
  void (*set_at)(void*, std::size_t, void* element) = nullptr;  ///< list: moves the element in
  AnyValue (*make)() = nullptr;                                 ///< a fresh, value-initialised object
};

template <class T>
const TypeInfo& type_info();

}  // namespace inferkeep::detail
