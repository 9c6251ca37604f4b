// SPDX-License-Identifier: MIT
#include "http/static_files.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "http/syntax.hpp"

namespace inferkeep::http {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> types = {{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
}};

std::string type_of(const fs::path& file) {
  const auto extension = file.extension().string();
  for (const auto& [known, type] : types)
    if (same_ignoring_case(extension, known)) return std::string(type);
  return "application/octet-stream";
}

/// FNV-1a with the length mixed in. Nobody gains by a collision: the files are ours.
std::string etag_of(std::string_view content) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  for (const char c : content) mix(static_cast<unsigned char>(c));
  for (std::uint64_t size = content.size(); size > 0; size >>= 8) mix(size & 0xFF);
  std::string tag = "\"";
  for (int shift = 60; shift >= 0; shift -= 4) tag.push_back("0123456789abcdef"[hash >> shift & 0xF]);
  return tag + '"';
}

Response read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  auto content = std::make_shared<const std::string>(std::istreambuf_iterator<char>(stream),
                                                     std::istreambuf_iterator<char>());
  Response response;
  response.set("Content-Type", type_of(file)).set("ETag", etag_of(*content)).set("Cache-Control", "no-cache");
  response.shared_body = std::move(content);
  return response;
}

std::string_view header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

/// If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy may have written W/ before our tag.
bool lists(std::string_view tags, std::string_view tag) {
  while (!tags.empty()) {
    auto item = next_item(tags, ',');
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == tag) return true;
  }
  return false;
}

}  // namespace

StaticFiles StaticFiles::load(const fs::path& folder) {
  StaticFiles files;
  std::error_code absent;
  for (const auto& entry : fs::recursive_directory_iterator(folder, absent)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    files.files_.emplace(entry.path().lexically_relative(folder).generic_string(), read(entry.path()));
  }
  return files;
}

const Response* StaticFiles::find(std::string_view name) const {
  const auto found = files_.find(std::string(name));
  return found == files_.end() ? nullptr : &found->second;
}

Response StaticFiles::answer(const Response& file, const Request& request) {
  const auto asked = request.header("if-none-match");
  if (!asked || !lists(*asked, header_of(file, "ETag"))) return file;
  Response unchanged = file;
  unchanged.status = 304;
  unchanged.shared_body = nullptr;
  return unchanged;
}

}  // namespace inferkeep::http
