// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>

#include "schema/context.hpp"

namespace inferkeep::routers {

/// What the documentation says of one route; the types of the handler's parameters and of its result fill
/// most of it.
struct Operation {
  std::string tag;
  std::string id;
  std::string summary;
  boost::json::array parameters = {};
  std::map<std::string, boost::json::object> body = {};  ///< content type → schema
  unsigned success = 200;
  std::string success_type = {};  ///< content type; empty for an answer without body
  boost::json::object success_schema = {};
  std::map<std::string, boost::json::object> success_others =
      {};  ///< further content types of success → schema
  boost::json::object success_headers = {};
  std::set<unsigned> failures = {};
  std::map<unsigned, boost::json::object> failure_schemas = {};  ///< where the body is not the usual Error
};

/// Where schemas are gathered while operations are written.
struct Documentation {
  boost::json::object components;  ///< "#/components/schemas/…"
  const schema::Context& context;
};

}  // namespace inferkeep::routers
