// SPDX-License-Identifier: MIT
// Internal to storage: a file that comes to be at once, when all of it is there.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace inferkeep::storage {

/// A file of mode 0600 beside the one that it will become. It goes with the object, and so does what SQLite
/// may have put beside it, unless `publish` has given it its name.
class NewFile {
 public:
  /// Returns errors as back_up gives them for its target.
  static Result<NewFile> beside(const std::filesystem::path& target);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  const std::string& path() const { return partial_; }

  /// Renames it to its target, which must not have come to be meanwhile, and syncs the folder. Nobody may
  /// have it open. Returns errors as `beside`.
  Result<void> publish();

 private:
  NewFile(std::filesystem::path target, std::string partial)
      : target_(std::move(target)), partial_(std::move(partial)) {}

  std::filesystem::path target_;
  std::string partial_;  ///< empty once it is published or moved
};

}  // namespace inferkeep::storage
