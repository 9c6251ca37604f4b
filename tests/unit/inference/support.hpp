// SPDX-License-Identifier: MIT
// What the inference tests share: described structs, model files, folders, and a blocking way to call.
#pragma once

#include <openssl/evp.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "../eventually.hpp"
#include "inference/service.hpp"
#include "inferkeep/describe.hpp"
#include "inferkeep/onnx_model.hpp"

namespace inferkeep::inference::test {

using namespace std::chrono_literals;

struct In {
  double x;
};
struct Out {
  double y;
};
enum class Mood { good, bad };
struct OutMood {
  Mood mood;
};

}  // namespace inferkeep::inference::test

template <>
inline constexpr auto inferkeep::fields<inferkeep::inference::test::In> =
    inferkeep::describe(inferkeep::field("x", &inferkeep::inference::test::In::x));
template <>
inline constexpr auto inferkeep::fields<inferkeep::inference::test::Out> =
    inferkeep::describe(inferkeep::field("y", &inferkeep::inference::test::Out::y));
template <>
inline constexpr auto inferkeep::enumerators<inferkeep::inference::test::Mood> =
    std::array{std::pair{"good", inferkeep::inference::test::Mood::good},
               std::pair{"bad", inferkeep::inference::test::Mood::bad}};
template <>
inline constexpr auto inferkeep::fields<inferkeep::inference::test::OutMood> =
    inferkeep::describe(inferkeep::field("mood", &inferkeep::inference::test::OutMood::mood));

namespace inferkeep::inference::test {

using detail::AnyValue;
using Answer = Result<std::vector<AnyValue>>;

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// One of the models that make_models.py has made.
inline std::string model_file(const std::string& name) {
  return file_text(std::filesystem::path(INFERKEEP_SOURCE_DIR) / "tests/unit/inference/models" /
                   (name + ".onnx"));
}

/// A folder of its own for one test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "inferkeep-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

inline std::string sha256_hex(const std::string& text) {
  unsigned char digest[32];
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", unsigned{byte});
    hex += two;
  }
  return hex;
}

inline void write_manifest(const TempFolder& folder, const std::string& file, const std::string& sha256,
                           const std::string& service = "v1") {
  folder.write("model.json",
               boost::json::serialize(boost::json::object{
                   {"service", service}, {"file", file}, {"sha256", sha256}, {"quality", "for people"}}));
}

/// model.onnx with the given bytes, and a manifest that fits it.
inline void write_model(const TempFolder& folder, const std::string& bytes,
                        const std::string& service = "v1") {
  folder.write("model.onnx", bytes);
  write_manifest(folder, "model.onnx", sha256_hex(bytes), service);
}

/// Several inputs of one call.
template <class T>
std::vector<AnyValue> values(std::vector<T> list) {
  std::vector<AnyValue> erased;
  for (T& value : list) erased.push_back(detail::any_value(std::move(value)));
  return erased;
}

/// A coroutine's answer, on an I/O thread of its own.
inline Answer call(Service& service, std::vector<AnyValue> inputs, std::chrono::milliseconds patience = 10s) {
  boost::asio::io_context io;
  auto answer = boost::asio::co_spawn(
      io, service.predict(std::move(inputs), std::chrono::steady_clock::now() + patience),
      boost::asio::use_future);
  io.run();
  return answer.get();
}

inline Answer call_x(Service& service, double x, std::chrono::milliseconds patience = 10s) {
  return call(service, values(std::vector{In{x}}), patience);
}

/// The one double that a successful call gave.
inline double y_of(const Answer& answer, std::size_t i = 0) {
  return answer ? static_cast<const Out*>(answer.value().at(i).get())->y : std::nan("");
}

}  // namespace inferkeep::inference::test
