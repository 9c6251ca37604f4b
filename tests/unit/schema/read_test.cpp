// SPDX-License-Identifier: MIT
#include "schema/read.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "schema/openapi.hpp"
#include "schema/write.hpp"

struct House {
  std::int32_t age = 0;
  double surface = 0;
  std::optional<std::string> note;
  std::vector<bool> bits;
};

template <>
constexpr auto inferkeep::fields<House> = inferkeep::describe(
    inferkeep::field("age", &House::age).range(0, 400).doc("Age, years"),
    inferkeep::field("surface", &House::surface).greater_than(0).doc("Living area, m²"),
    inferkeep::field("note", &House::note).max_length(200).pattern("^a+$"), inferkeep::field("bits", &House::bits));

namespace {
using namespace inferkeep;
TEST(read, smoke) {
  auto v = parse_json(R"({"age":1,"surface":2,"note":"aaa","bits":[true,false]})");
  auto h = schema::read<House>(*v, {});
  ASSERT_TRUE(h.has_value());
  std::cout << schema::to_json(*h) << "\n";
  boost::json::object c;
  schema::schema_of(detail::type_info<House>(), c, {});
  std::cout << boost::json::serialize(c) << "\n";
}
}  // namespace
