// SPDX-License-Identifier: MIT
#include "schema/write.hpp"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "base/utf8.hpp"
#include "schema/number.hpp"

namespace inferkeep::schema {
namespace {

using detail::FieldInfo;
using detail::Kind;
using detail::TypeInfo;

void append_escaped(char c, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[code >> 4];
  out += digits[code & 0xF];
}

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

bool write_text(std::string_view text, std::string& out) {
  if (!is_utf8(text)) return false;
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text, copied, i - copied);
    append_escaped(text[i], out);
    copied = i + 1;
  }
  out.append(text, copied);
  out += '"';
  return true;
}

template <class Integer>
bool write_integer(const void* object, std::string& out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *static_cast<const Integer*>(object)).ptr;
  out.append(buffer, end);
  return true;
}

bool write_number(double x, std::string& out) {
  if (!std::isfinite(x)) return false;
  append_number(x, out);
  return true;
}

class Writer {
 public:
  Writer(const Context& context, std::string& out) : context_(context), out_(out) {}

  bool write(const TypeInfo& type, const void* object) {
    switch (type.kind) {
      case Kind::boolean:
        return write_boolean(*static_cast<const bool*>(object));
      case Kind::int32:
        return write_integer<std::int32_t>(object, out_);
      case Kind::int64:
        return write_integer<std::int64_t>(object, out_);
      case Kind::number:
        return write_number(*static_cast<const double*>(object), out_);
      case Kind::text:
        return write_text(*static_cast<const std::string*>(object), out_);
      case Kind::enumeration:
        return write_word(type, type.index(object));
      case Kind::optional:
        return write_optional(type, type.held(object));
      case Kind::list:
        return write_list(type, object);
      case Kind::object:
        return write_object(type, object);
      case Kind::service_flags:
        break;
    }
    throw std::logic_error("service flags stand directly in a struct");
  }

 private:
  bool write_boolean(bool value) {
    out_ += value ? "true" : "false";
    return true;
  }

  bool write_word(const TypeInfo& type, std::size_t index) {
    return index < type.words.size() && write_text(type.words[index], out_);
  }

  bool write_optional(const TypeInfo& type, const void* held) {
    if (held) return write(*type.element, held);
    out_ += "null";
    return true;
  }

  bool write_list(const TypeInfo& type, const void* list) {
    out_ += '[';
    for (std::size_t i = 0, n = type.size(list); i < n; ++i) {
      if (i > 0) out_ += ',';
      if (!write(*type.element, type.at(list, i))) return false;
    }
    out_ += ']';
    return true;
  }

  bool write_object(const TypeInfo& type, const void* object) {
    out_ += '{';
    bool first = true;
    for (const FieldInfo& field : type.fields)
      if (!write_member(field, field.address_in(object), first)) return false;
    out_ += '}';
    return true;
  }

  bool write_member(const FieldInfo& field, const void* member, bool& first) {
    if (field.type->kind == Kind::service_flags)
      return write_flags(field, *static_cast<const ServiceFlags*>(member), first);
    return write_name(field.name, first) && write(*field.type, member);
  }

  bool write_flags(const FieldInfo& field, const ServiceFlags& flags, bool& first) {
    for (const std::string& service : context_.services) {
      const auto found = flags.values.find(service);
      if (!write_name(std::string(field.name) + service, first)) return false;
      write_boolean(found != flags.values.end() && found->second);
    }
    return true;
  }

  bool write_name(std::string_view name, bool& first) {
    if (!first) out_ += ',';
    first = false;
    if (!write_text(name, out_)) return false;
    out_ += ':';
    return true;
  }

  const Context& context_;
  std::string& out_;
};

}  // namespace

bool write_json(const TypeInfo& type, const void* object, const Context& context, std::string& out) {
  return Writer(context, out).write(type, object);
}

void append_cell(ColumnType type, const CellView& value, std::string& out) {
  bool written = true;
  if (std::holds_alternative<std::monostate>(value))
    out += "null";
  else if (const auto* flag = std::get_if<bool>(&value))
    out += *flag ? "true" : "false";
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    written = write_integer<std::int64_t>(integer, out);
  else if (const auto* number = std::get_if<double>(&value))
    written = write_number(*number, out);
  else if (const auto text = std::get<std::string_view>(value); type == ColumnType::json)
    out += text;
  else
    written = write_text(text, out);
  if (!written) throw std::logic_error("a log table holds what JSON cannot");
}

void throw_unwritable(const TypeInfo& type) {
  throw std::logic_error(std::string(type.name) + " holds what JSON cannot");
}

}  // namespace inferkeep::schema
