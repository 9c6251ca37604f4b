// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace inferkeep::inference {

/// What a service's model.json says:
///   {"service": "v1", "file": "model.onnx", "sha256": "<64 hexadecimal digits>", …}
/// Further members ("inputs", "outputs", "quality", "trained_on", …) are information for people.
struct Manifest {
  std::string service;
  std::string file;    ///< a name in the manifest's own folder, never a path
  std::string sha256;  ///< lower case
  boost::json::object information;
};

/// Throws std::runtime_error that says what is wrong with the text.
Manifest parse_manifest(std::string_view text);

/// Whether a name means a file in the folder at hand and nothing else: no slash, no "..", not hidden.
bool is_plain_file_name(std::string_view name);

}  // namespace inferkeep::inference
