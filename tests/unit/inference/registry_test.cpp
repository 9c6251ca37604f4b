// SPDX-License-Identifier: MIT
#include "inference/registry.hpp"

#include <gmock/gmock.h>

#include <atomic>

#include "support.hpp"

namespace inferkeep::inference::test {
namespace {

ServiceSpec spec(const std::string& name, const std::filesystem::path& folder = "/nowhere") {
  return {name, "A service", folder, detail::model_type<OnnxModel<In, Out>>()};
}

/// Loads until it is let go, whatever it is asked.
class Hanging final : public Model<In, Out> {
 public:
  static inline std::atomic<bool> let_go{false};

  void load(const LoadContext&) override {
    while (!let_go) std::this_thread::sleep_for(1ms);
  }
  std::vector<Out> predict(std::span<const In> batch) override { return std::vector<Out>(batch.size()); }
};

class RegistryOfAHangingModel : public testing::Test {
 protected:
  RegistryOfAHangingModel() {
    Hanging::let_go = false;
    const auto added = registry.add({"v1", "Hangs", "/nowhere", detail::model_type<Hanging>()},
                                    {.load_limit = 500ms}, Log::none());
    EXPECT_TRUE(added);
  }
  ~RegistryOfAHangingModel() override { Hanging::let_go = true; }

  Registry registry;
};

TEST(Registry, KeepsTheOrderAndFindsByName) {
  Registry registry;
  ASSERT_TRUE(registry.add(spec("v2"), {}, Log::none()));
  ASSERT_TRUE(registry.add(spec("v1"), {}, Log::none()));
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"v2", "v1"}));
  ASSERT_NE(registry.find("v1"), nullptr);
  EXPECT_EQ(registry.find("v1")->name(), "v1");
  EXPECT_EQ(registry.find("v1")->title(), "A service");
  EXPECT_EQ(registry.find("v1")->input().name, "In");
  EXPECT_EQ(registry.find("v1")->output().name, "Out");
  EXPECT_EQ(registry.find("v3"), nullptr);
  EXPECT_EQ(registry.find("..%2fv1"), nullptr);
}

TEST(Registry, RefusesBadAndTakenNames) {
  Registry registry;
  const auto refusal = [&](const std::string& name) {
    const auto added = registry.add(spec(name), {}, Log::none());
    return added ? "" : added.error().detail;
  };
  ASSERT_EQ(refusal("v1"), "");
  EXPECT_EQ(refusal("v1"), "two services are named \"v1\"");
  for (const char* name : {"", "1v", "_v", "V1", "v-1", "../v1", "v 1", "vä"})
    EXPECT_THAT(refusal(name), testing::HasSubstr("is no service name")) << name;
  EXPECT_THAT(refusal(std::string(32, 'a')), testing::HasSubstr("is no service name"));
  EXPECT_EQ(refusal(std::string(31, 'a')), "");
  EXPECT_EQ(registry.all().size(), 2U) << "what is refused is not added";
}

TEST(Registry, ABrokenServiceLeavesTheOthersAlone) {
  const TempFolder good, changed;
  write_model(good, model_file("affine"), "good");
  write_model(changed, model_file("affine"), "changed");
  changed.write("model.onnx", model_file("nan"));
  Registry registry;
  ASSERT_TRUE(registry.add(spec("changed", changed.path()), {}, Log::none()));
  ASSERT_TRUE(registry.add(spec("absent"), {}, Log::none()));
  ASSERT_TRUE(registry.add(spec("good", good.path()), {}, Log::none()));
  EXPECT_TRUE(registry.settled());  // nobody loads them yet: their first calls will
  registry.load_all();
  ASSERT_TRUE(eventually([&] { return registry.settled(); }));
  EXPECT_EQ(registry.find("changed")->health(), Health::broken);
  EXPECT_EQ(registry.find("absent")->health(), Health::broken);
  EXPECT_EQ(y_of(call_x(*registry.find("good"), 3)), 7);
  const Answer refused = call_x(*registry.find("changed"), 3);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, "service_unavailable");
  EXPECT_EQ(refused.error().retry_after, 5s);
}

TEST_F(RegistryOfAHangingModel, WaitsForItNoLongerThanLoadingMayTake) {
  registry.load_all();
  EXPECT_FALSE(registry.settled());
  EXPECT_TRUE(eventually([&] { return registry.settled(); }));
  EXPECT_EQ(registry.find("v1")->health(), Health::loading) << "that is its own callers' trouble";
}

TEST_F(RegistryOfAHangingModel, DoesNotWaitForWhatAFirstCallLoads) {
  registry.find("v1")->load();
  EXPECT_EQ(registry.find("v1")->health(), Health::loading);
  EXPECT_TRUE(registry.settled());
}

TEST(Registry, ClosesItsServices) {
  const TempFolder good;
  write_model(good, model_file("affine"));
  Registry registry;
  ASSERT_TRUE(registry.add(spec("v1", good.path()), {}, Log::none()));
  EXPECT_EQ(y_of(call_x(*registry.find("v1"), 3)), 7);
  registry.close();
  EXPECT_EQ(registry.find("v1")->admits().error().code, "service_unavailable");
}

}  // namespace
}  // namespace inferkeep::inference::test
