// SPDX-License-Identifier: MIT
#include "inference/manifest.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/json.hpp"

namespace inferkeep::inference {

namespace {

constexpr std::size_t longest_name = 255;  // what Linux file systems hold

/// Takes the member out, so that only information is left.
std::string take_text(boost::json::object& members, std::string_view name) {
  const auto found = members.find(name);
  const auto* text = found == members.end() ? nullptr : found->value().if_string();
  if (!text) throw std::runtime_error("model.json: \"" + std::string(name) + "\" must be a text");
  std::string value(text->begin(), text->end());
  members.erase(found);
  return value;
}

bool is_sha256(std::string_view text) {
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::ranges::all_of(text, digit);
}

}  // namespace

bool is_plain_file_name(std::string_view name) {
  const auto forbidden = [](unsigned char c) { return c == '/' || c == '\\' || c < 0x20 || c == 0x7F; };
  return !name.empty() && name.size() <= longest_name && name[0] != '.' &&
         std::ranges::none_of(name, forbidden);
}

Manifest parse_manifest(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) throw std::runtime_error("model.json is not a JSON object");
  boost::json::object members = std::move(parsed->as_object());
  Manifest manifest{
      take_text(members, "service"), take_text(members, "file"), take_text(members, "sha256"), {}};
  if (!is_plain_file_name(manifest.file))
    throw std::runtime_error("model.json: \"file\" must be the plain name of a file in this folder");
  if (!is_sha256(manifest.sha256))
    throw std::runtime_error("model.json: \"sha256\" must be 64 lower-case hexadecimal digits");
  manifest.information = std::move(members);
  return manifest;
}

}  // namespace inferkeep::inference
