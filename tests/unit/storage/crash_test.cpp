// SPDX-License-Identifier: MIT
// kill -9 under load: the child is this very program, started anew to run one disabled test.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "fixture.hpp"
#include "raw_sqlite.hpp"
#include "recorder.hpp"

namespace inferkeep::storage {
namespace {

using namespace std::chrono_literals;

constexpr int pipe_of_child = 3;
constexpr const char* file_variable = "INFERKEEP_CRASH_TEST_FILE";

void tell_parent(const std::string& line) {
  if (::write(pipe_of_child, line.data(), line.size()) < 0) std::abort();  // one write: lines do not mix
}

/// Calls from eight threads, sign-ins begun and ended from a ninth; each act is told to the parent when it is
/// acknowledged. Goes on until it is killed.
TEST(CrashChild, DISABLED_works_until_killed) {
  const char* file = std::getenv(file_variable);
  ASSERT_TRUE(file) << "only for the test below";
  std::list<IoThread> io{2};
  const auto database = open_or_throw(options_for(file));
  const auto users = make_user_store(*database);
  const auto sign_ins = make_sign_in_store(*database);
  const UserId owner = users->replace(person("ada"), by_program("x"))->id;
  CallLedger ledger{*database, {}, Log::none()};
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t)
    callers.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        ServiceCall call = call_of(owner);
        call.request_id = std::to_string(::getpid()) + "-" + std::to_string(t) + "-" + std::to_string(i);
        const auto id = (t % 2 ? io.front() : io.back()).record(ledger, call).get();
        if (id) tell_parent("call " + std::to_string(id->value) + " " + call.request_id + "\n");
      }
    });
  for (int i = 0;; ++i) {
    const std::string id = std::to_string(::getpid()) + "-" + std::to_string(i);
    sign_ins->start({id, owner, system_now() + std::chrono::hours{1}}, "hash of ada").value();
    if (sign_ins->end(id)) tell_parent("ended " + id + "\n");
  }
}

/// What the child told until it was killed, so long after its first word.
std::string run_and_kill(std::chrono::milliseconds after) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], pipe_of_child);
    if (ends[0] != pipe_of_child) ::close(ends[0]);
    ::execl("/proc/self/exe", "crash_child", "--gtest_filter=CrashChild.DISABLED_works_until_killed",
            "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string told;
  char buffer[65536];
  told.append(buffer, std::size_t(std::max<ssize_t>(::read(ends[0], buffer, sizeof buffer), 0)));
  std::thread killer{[&] {
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
  }};
  for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    told.append(buffer, std::size_t(count));
  killer.join();
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  return told.substr(0, told.rfind('\n') + 1);
}

TEST(Crash, what_was_acknowledged_is_there_after_kill_9) {
  TempFolder folder;
  const std::string file = (folder / "test.db").string();
  ::setenv(file_variable, file.c_str(), 1);
  std::map<std::string, std::int64_t> acknowledged;
  std::set<std::string> ended;
  for (const auto after : {500ms, 700ms, 900ms}) {
    std::istringstream told{run_and_kill(after)};
    for (std::string word, id; told >> word >> id;) {
      if (word == "ended") {
        ended.insert(id);
      } else {
        std::string request;
        told >> request;
        EXPECT_TRUE(acknowledged.emplace(request, std::stoll(id)).second);
      }
    }

    const auto begin = std::chrono::steady_clock::now();
    const auto database = open_or_throw(options_for(file));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s) << "ready soon after a kill";
    std::map<std::string, std::int64_t> stored;
    for (const ServiceCall& call : make_call_store(*database)->list({}, 10'000'000).value())
      EXPECT_TRUE(stored.emplace(call.request_id, call.id.value).second) << "a call is there twice";
    for (const auto& [request, id] : acknowledged) {
      const auto found = stored.find(request);
      ASSERT_NE(found, stored.end()) << "an acknowledged call is lost: " << request;
      EXPECT_EQ(found->second, id);
    }
    for (const SignIn& live : make_sign_in_store(*database)->live(system_now()).value())
      EXPECT_FALSE(ended.contains(live.id)) << "an ended sign-in lives again";
    EXPECT_EQ(RawSqlite{file}.run("PRAGMA integrity_check"), "ok");
  }
  EXPECT_GT(acknowledged.size(), 100u);
  EXPECT_GT(ended.size(), 3u);
}

}  // namespace
}  // namespace inferkeep::storage
