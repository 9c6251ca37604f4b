// SPDX-License-Identifier: MIT
// Whole services on small ONNX files, as they are in production.
#include <gmock/gmock.h>

#include <fstream>
#include <future>

#include "support.hpp"

namespace inferkeep::inference::test {
namespace {

class OnnxServiceTest : public testing::Test {
 protected:
  Service& make(const std::string& model, Service::Options options = {}) {
    write_model(folder, model_file(model));
    return service.emplace(ServiceSpec{"v1", "Test", folder.path(), detail::model_type<OnnxModel<In, Out>>()},
                           options, Log::none());
  }

  TempFolder folder;
  std::optional<Service> service;
};

TEST_F(OnnxServiceTest, ServesTheLoadedBytesWhateverBecomesOfTheFile) {
  make("affine");
  EXPECT_EQ(service->model_sha256(), "");
  EXPECT_EQ(y_of(call_x(*service, 2)), 5);
  EXPECT_EQ(service->model_sha256(), sha256_hex(model_file("affine")));
  folder.write("model.onnx", "no model");
  EXPECT_EQ(y_of(call_x(*service, 2)), 5);
  EXPECT_EQ(service->model_sha256(), sha256_hex(model_file("affine")));
}

TEST_F(OnnxServiceTest, AnEndlessRunIsAnsweredAndEnded) {
  make("loop");
  EXPECT_EQ(y_of(call_x(*service, -1)), -1);
  const auto begin = std::chrono::steady_clock::now();
  const Answer late = call_x(*service, 1, 200ms);
  ASSERT_TRUE(late.has_error());
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  EXPECT_EQ(y_of(call_x(*service, -1)), -1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << "free again";
}

TEST_F(OnnxServiceTest, AnEndlessFirstRunIsABrokenModel) {
  make("loop_at_once", {.load_limit = 300ms});
  const Answer answer = call_x(*service, 1);
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(service->health(), Health::broken);
}

TEST_F(OnnxServiceTest, NanIsAModelError) {
  make("nan");
  for (const double x : {-1.0, 0.0}) {
    const Answer answer = call_x(*service, x);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().kind, ErrorKind::model_error);
    EXPECT_EQ(answer.error().log, "y: not a finite number");
  }
  EXPECT_EQ(y_of(call_x(*service, 1)), 0);
}

TEST_F(OnnxServiceTest, ARowThatBreaksTheRunBreaksOnlyItsOwnCall) {
  make("gather");
  std::vector<std::future<Answer>> calls;
  for (const double x : {0, 1, 99, 2, -50, 1, 0, 2})
    calls.push_back(std::async(std::launch::async, [this, x] { return call_x(*service, x); }));
  int failed = 0;
  for (auto& call : calls)
    if (const Answer answer = call.get(); !answer) {
      ++failed;
      EXPECT_EQ(answer.error().code, "model_error");
      EXPECT_EQ(answer.error().detail, "The model could not make a prediction");
    }
  EXPECT_EQ(failed, 2);
}

}  // namespace
}  // namespace inferkeep::inference::test
