// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/message.hpp"

namespace inferkeep::http {

/// The files of one folder, read into memory once: no request ever opens a file, so no path can lead outside.
/// Immutable after construction, so safe to share between threads.
class StaticFiles {
 public:
  /// Reads every regular file below `folder` (links are not followed). An absent folder gives an empty set.
  static StaticFiles load(const std::filesystem::path& folder);

  /// The file at `name` ("docs/index.html"), or nullptr. Each has Content-Type, ETag and Cache-Control set.
  const Response* find(std::string_view name) const;

  /// 200 with the file, or 304 where If-None-Match names its ETag; 404 is the caller's.
  static Response answer(const Response& file, const Request& request);

 private:
  std::unordered_map<std::string, Response> files_;
};

}  // namespace inferkeep::http
