// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace inferkeep {

/// A member that stands for one boolean per service of the running program: a field named "has_access_" of
/// this type is read and written as "has_access_v1", "has_access_v2", …. Holds the services that were given,
/// and their values.
struct ServiceFlags {
  std::map<std::string, bool, std::less<>> values;
};

namespace detail {

struct NotDescribed {};

/// The limits of one member; an empty one does not bind.
struct Limits {
  std::optional<double> at_least = {}, at_most = {}, greater_than = {}, less_than = {};
  std::optional<std::size_t> min_length = {}, max_length = {};
  std::string_view pattern = {}, format = {};
};

/// A struct of the author's: a class that is neither a text nor a container nor one of ours.
template <class T>
concept PlainStruct = std::is_class_v<T> && !std::is_same_v<T, ServiceFlags> && !requires {
  typename T::value_type;
};

/// What a default or an example of a T is written as.
template <class T>
struct Literal {
  using type = T;
};
template <>
struct Literal<std::string> {
  using type = std::string_view;
};
template <class T>
struct Literal<std::optional<T>> : Literal<T> {};
/// Lists have no literal of their own: no default but the empty list, no example.
template <class T>
struct Literal<std::vector<T>> {
  using type = std::nullptr_t;
};
/// The default of service flags is one value for all of them.
template <>
struct Literal<ServiceFlags> {
  using type = bool;
};
/// A struct has no literal either.
template <PlainStruct T>
struct Literal<T> {
  using type = std::nullptr_t;
};
template <class T>
using literal_of = typename Literal<T>::type;

/// What stands inside optionals and lists, however deep.
template <class T>
struct Innermost {
  using type = T;
};
template <class T>
struct Innermost<std::optional<T>> : Innermost<T> {};
template <class T>
struct Innermost<std::vector<T>> : Innermost<T> {};

template <class T>
inline constexpr bool is_numeric =
    std::is_arithmetic_v<typename Innermost<T>::type> && !std::is_same_v<typename Innermost<T>::type, bool>;
template <class T>
inline constexpr bool is_textual = std::is_same_v<typename Innermost<T>::type, std::string>;

/// Whether lengths mean something: of a text in characters, of a list in elements.
template <class T>
inline constexpr bool has_length = std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool has_length<std::vector<T>> = true;
template <class T>
inline constexpr bool has_length<std::optional<T>> = has_length<T>;

/// A few names, in a type that lives at compile time.
struct Names {
  std::array<std::string_view, 8> list = {};
  std::size_t count = 0;
};

}  // namespace detail
}  // namespace inferkeep
