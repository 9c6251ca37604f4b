// SPDX-License-Identifier: MIT
// One model class behind two services, each with a folder of its own.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "crypto/digest.hpp"
#include "inference/registry.hpp"
#include "v2_house_price/house_price.hpp"

namespace inferkeep::inference {
namespace {

const std::filesystem::path source = INFERKEEP_SOURCE_DIR;

/// A folder with a model that knows the surface alone, and its manifest.
class OtherFolder {
 public:
  explicit OtherFolder(const std::string& service) {
    std::string name = (std::filesystem::temp_directory_path() / "inferkeep-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::ifstream in(source / "tests/unit/inference/models/house_by_surface.onnx", std::ios::binary);
    const std::string model(std::istreambuf_iterator<char>(in), {});
    std::ofstream(path_ / "model.onnx", std::ios::binary) << model;
    std::ofstream(path_ / "model.json")
        << R"({"service": ")" << service << R"(", "file": "model.onnx", "sha256": ")"
        << crypto::sha256_hex(std::as_bytes(std::span(model))) << "\"}";
  }
  OtherFolder(const OtherFolder&) = delete;
  OtherFolder& operator=(const OtherFolder&) = delete;
  ~OtherFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

double price_of(Service& service, const HousePriceInput& house) {
  std::vector<detail::AnyValue> inputs;
  inputs.push_back(detail::any_value(house));
  boost::asio::io_context io;
  auto answer = boost::asio::co_spawn(
      io, service.predict(std::move(inputs), std::chrono::steady_clock::now() + std::chrono::minutes{1}),
      boost::asio::use_future);
  io.run();
  const auto outputs = answer.get();
  return outputs ? static_cast<const HousePriceOutput*>(outputs.value().at(0).get())->price : -1;
}

TEST(TwoServicesOfAClass, AnswerEachFromItsOwnModel) {
  const OtherFolder by_surface("v2_by_surface");
  Registry registry;
  const auto type = detail::model_type<HousePrice>();
  ASSERT_TRUE(registry.add({"v2", "House price", source / "services/v2_house_price", type}, {}, Log::none()));
  ASSERT_TRUE(registry.add({"v2_by_surface", "By surface", by_surface.path(), type}, {}, Log::none()));
  const HousePriceInput house{36, 113.5, false, 1094.49, "Ames"};
  const double trained = price_of(*registry.find("v2"), house);
  EXPECT_GT(trained, 0);
  EXPECT_NE(trained, 113'500);
  EXPECT_EQ(price_of(*registry.find("v2_by_surface"), house), 113'500);
  EXPECT_NE(registry.find("v2")->model_sha256(), registry.find("v2_by_surface")->model_sha256());
}

}  // namespace
}  // namespace inferkeep::inference
