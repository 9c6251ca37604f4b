// SPDX-License-Identifier: MIT
#include "storage/pulse.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include "storage/people.hpp"
#include "storage/postgres_url.hpp"
#include "storage/script.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A second is what a revocation may take. An answer is waited for less long, so that what is trusted is
// never older; several questions fit, so that one late answer is no outage.
constexpr milliseconds trust{1000}, between_beats{200}, longest_answer{900}, longest_connect{2000},
    longest_reading{10'000};
constexpr milliseconds first_pause{50}, longest_pause{1000};
// After a link that lasted so long the next one is sought at once.
constexpr milliseconds long_enough{5000};

std::optional<UserId> person_of(const std::string& payload) {
  UserId id;
  const char* end = payload.data() + payload.size();
  const auto [read, error] = std::from_chars(payload.data(), end, id.value);
  if (error != std::errc{} || read != end) return std::nullopt;
  return id;
}

}  // namespace

Pulse::Pulse(SessionPool& sessions, Changes& changes, std::shared_ptr<Log> log)
    : sessions_(sessions), changes_(changes), log_(std::move(log)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  changes_.trusted_until(Instant::min());
  thread_ = std::thread([this] { run(); });
}

Pulse::~Pulse() {
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  sessions_.engine().cut();  // it may be reading everything
  thread_.join();
  ::close(wake_);
}

Result<void> Pulse::first_beat() {
  std::unique_lock guard{mutex_};
  beaten_.wait(guard, [this] { return has_beaten_ || fault_; });
  if (has_beaten_) return {};
  return *fault_;
}

void Pulse::run() {
  milliseconds pause = first_pause;
  while (!stopping_) {
    const auto begun = steady_clock::now();
    try {
      return follow();
    } catch (const std::exception& error) {
      note_fault(error.what());
    }
    if (steady_clock::now() - begun > long_enough) pause = first_pause;
    rest(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

void Pulse::follow() {
  const auto deadline = steady_clock::now() + longest_connect;
  PostgresLink link(with_defaults(sessions_.options().url), deadline);
  link.ask(std::string("LISTEN ") + people_channel, deadline);
  const Session reader = sessions_.engine().connect(Purpose::reading);
  const auto asked = steady_clock::now();
  tell_all(*reader);
  changes_.trusted_until(asked + trust);
  sessions_.find();
  while (!stopping_) {
    beat(link, *reader);
    link.wait(steady_clock::now() + between_beats, wake_);
  }
}

void Pulse::beat(PostgresLink& link, soci::session& reader) {
  const auto asked = steady_clock::now();
  link.ask("SELECT 1", asked + longest_answer);
  hear(link, reader);
  changes_.trusted_until(asked + trust);
  note_beat();
}

void Pulse::hear(PostgresLink& link, soci::session& reader) {
  std::set<UserId> changed;
  for (const std::string& payload : link.notifications())
    if (const auto person = person_of(payload)) changed.insert(*person);
  for (const UserId person : changed)
    tell(reader, sessions_.patience(), [&] { tell_person(reader, changes_, person); });
}

/// Nothing is trusted meanwhile. All people and sign-ins may be many, but a server that is silent for long
/// has gone, and another may be there.
void Pulse::tell_all(soci::session& reader) {
  const Deadline deadline = steady_clock::now() + longest_reading;
  tell(reader, deadline, [&] {
    sessions_.engine().begin_reading(reader, deadline);
    tell_everyone(reader, changes_);
    execute_script(reader, "COMMIT");
  });
}

template <class Tell>
void Pulse::tell(soci::session& reader, Deadline deadline, Tell&& tell) {
  const std::lock_guard telling{sessions_.telling};
  const auto watch = sessions_.engine().watch(reader, deadline);
  if (stopping_) throw LinkLost("stopping");  // the end's cut may have come before the watch
  tell();
}

void Pulse::note_beat() {
  {
    const std::lock_guard guard{mutex_};
    has_beaten_ = true;
  }
  beaten_.notify_all();
}

void Pulse::note_fault(const std::string& reason) {
  changes_.trusted_until(Instant::min());
  sessions_.lose(reason);
  {
    const std::lock_guard guard{mutex_};
    fault_ = Error{ErrorKind::unavailable, "db_unavailable", "The database cannot be reached", reason};
  }
  beaten_.notify_all();
}

void Pulse::rest(milliseconds time) {
  pollfd end{wake_, POLLIN, 0};
  ::poll(&end, 1, static_cast<int>(time.count()));
}

}  // namespace inferkeep::storage
