// SPDX-License-Identifier: MIT
#include "storage/postgres_link.hpp"

#include <poll.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>

#include "storage/fault.hpp"

namespace inferkeep::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int left_until(PostgresLink::Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

PostgresLink::PostgresLink(const std::string& url, Deadline deadline)
    : connection_(PQconnectStart(url.c_str())) {
  if (!connection_) throw std::bad_alloc();
  drop_notices(connection_.get());
  connect(deadline);
  PQsetnonblocking(connection_.get(), 1);
}

void PostgresLink::connect(Deadline deadline) {
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
       state = PQconnectPoll(connection_.get())) {
    if (state == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) fail();
    await(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
  }
}

std::optional<std::string> PostgresLink::ask(const std::string& question, Deadline deadline) {
  if (!PQsendQuery(connection_.get(), question.c_str())) fail();
  while (const int more = PQflush(connection_.get())) {
    if (more < 0) fail();
    await(POLLOUT, deadline);
  }
  std::optional<std::string> answer;
  while (const PostgresResult result = next_result(deadline)) {
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail();
    if (status == PGRES_TUPLES_OK) answer = first_cell(result);
  }
  return answer;
}

void PostgresLink::wait(Deadline until, int wake) {
  std::array<pollfd, 2> watched{pollfd{PQsocket(connection_.get()), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
  ::poll(watched.data(), watched.size(), left_until(until));
  if (watched[0].revents != 0 && !PQconsumeInput(connection_.get())) fail();
}

std::vector<std::string> PostgresLink::notifications() {
  std::vector<std::string> said;
  while (PGnotify* heard = PQnotifies(connection_.get())) {
    said.emplace_back(heard->extra);
    PQfreemem(heard);
  }
  return said;
}

void PostgresLink::await(short events, Deadline deadline) {
  pollfd watched{PQsocket(connection_.get()), events, 0};
  if (::poll(&watched, 1, left_until(deadline)) == 0) throw WaitedTooLong("the database does not answer");
}

PostgresResult PostgresLink::next_result(Deadline deadline) {
  while (PQisBusy(connection_.get())) {
    await(POLLIN, deadline);
    if (!PQconsumeInput(connection_.get())) fail();
  }
  return PostgresResult{PQgetResult(connection_.get())};
}

void PostgresLink::fail() const {
  throw LinkLost(PQerrorMessage(connection_.get()));
}

}  // namespace inferkeep::storage
