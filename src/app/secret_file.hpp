// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/secret.hpp"

struct stat;

namespace inferkeep::app {

/// Whether a file may hold a secret: neither group nor others may touch it, but for the group of a file of
/// root's, which may read it unless this process is root.
bool is_closed(const struct stat& file);

/// The first line of a plain file, without its line end. Returns ErrorKind::invalid "config" where the file
/// cannot be read, its first line is empty or longer than 4096 bytes, or it is not closed. The sentence reads
/// behind a setting's name ("must name …") and repeats neither path nor content: somebody may have put the
/// secret where its file belongs.
Result<Secret> read_secret_file(const std::filesystem::path& file);

/// The whole of such a file, at most 64 KiB. Errors are the same.
Result<Secret> read_secret_text(const std::filesystem::path& file);

}  // namespace inferkeep::app
