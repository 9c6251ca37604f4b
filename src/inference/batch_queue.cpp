// SPDX-License-Identifier: MIT
#include "inference/batch_queue.hpp"

#include <algorithm>
#include <utility>

#include "inference/faults.hpp"

namespace inferkeep::inference {

namespace {

/// How often a run that nobody waits for is asked to end.
constexpr std::chrono::milliseconds cancel_interval{50};

void answer(Call& call, Outcome outcome) {
  if (auto done = std::exchange(call.done, std::nullopt)) (*done)(std::move(outcome));
}

}  // namespace

Result<void> BatchQueue::admits() const {
  std::lock_guard lock(mutex_);
  return admits_locked(1);
}

std::size_t BatchQueue::waiting_items() const {
  std::lock_guard lock(mutex_);
  return waiting_items_;
}

Result<void> BatchQueue::admits_locked(std::size_t items) const {
  if (closed_) return service_unavailable(closed_because_);
  if (waiting_items_ + items > limit_) return queue_full("the inference queue is full");
  return {};
}

void BatchQueue::push(Call call) {
  std::unique_lock lock(mutex_);
  if (auto open = admits_locked(call.inputs.size()); !open) {
    lock.unlock();
    answer(call, open.error());
    return;
  }
  waiting_items_ += call.inputs.size();
  const bool watcher_oversleeps = call.deadline < wakes_at_;
  if (watcher_oversleeps) wakes_at_ = call.deadline;
  waiting_.push_back(std::move(call));
  lock.unlock();
  work_.notify_one();
  if (watcher_oversleeps) due_.notify_one();
}

void BatchQueue::close(std::string reason) {
  std::list<Call> unanswered;
  std::unique_lock lock(mutex_);
  closed_ = true;
  closed_because_ = std::move(reason);
  const Error error = given_up(closed_because_);
  unanswered.splice(unanswered.end(), waiting_);
  waiting_items_ = 0;
  for (Call& call : running_) answer(call, error);
  lock.unlock();
  for (Call& call : unanswered) answer(call, error);
  work_.notify_one();
  due_.notify_one();
}

std::list<Call>* BatchQueue::take() {
  std::unique_lock lock(mutex_);
  while (running_.empty()) {
    work_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) return nullptr;
    pick(std::chrono::steady_clock::now());
  }
  return &running_;
}

void BatchQueue::pick(TimePoint now) {
  std::size_t items = 0;
  while (!waiting_.empty() && (running_.empty() || !running_.back().alone)) {
    Call& next = waiting_.front();
    if (next.deadline <= now) {
      answer(next, too_late());
      waiting_items_ -= next.inputs.size();
      waiting_.pop_front();
      continue;
    }
    items += next.inputs.size();
    if (!running_.empty() && (items > max_batch_ || next.alone)) break;
    waiting_items_ -= next.inputs.size();
    running_.splice(running_.end(), waiting_, waiting_.begin());
  }
}

void BatchQueue::finish(std::vector<Outcome> outcomes) {
  std::list<Call> finished;
  {
    std::lock_guard lock(mutex_);
    finished.splice(finished.end(), running_);
  }
  auto outcome = outcomes.begin();
  for (Call& call : finished) answer(call, std::move(*outcome++));
}

void BatchQueue::retry_alone() {
  std::list<Call> dropped;
  std::lock_guard lock(mutex_);
  for (auto call = running_.begin(); call != running_.end();) {
    const auto here = call++;
    here->alone = true;
    if (!here->done)
      dropped.splice(dropped.end(), running_, here);
    else
      waiting_items_ += here->inputs.size();
  }
  waiting_.splice(waiting_.begin(), running_);
}

void BatchQueue::set_loading(std::optional<TimePoint> until) {
  {
    std::lock_guard lock(mutex_);
    loading_until_ = until;
  }
  due_.notify_one();
}

bool BatchQueue::run_abandoned(TimePoint now) const {
  if (loading_until_ && (closed_ || *loading_until_ <= now)) return true;
  return !running_.empty() &&
         std::ranges::none_of(running_, [](const Call& c) { return c.done.has_value(); });
}

void BatchQueue::answer_late(std::list<Call>& calls, TimePoint now) {
  for (Call& call : calls)
    if (call.done && call.deadline <= now) answer(call, too_late());
}

void BatchQueue::drop_answered() {
  std::erase_if(waiting_, [this](const Call& call) {
    if (call.done) return false;
    waiting_items_ -= call.inputs.size();
    return true;
  });
}

BatchQueue::TimePoint BatchQueue::next_wake(TimePoint now) const {
  if (run_abandoned(now)) return now + cancel_interval;
  TimePoint earliest = loading_until_.value_or(TimePoint::max());
  for (const auto* calls : {&waiting_, &running_})
    for (const Call& call : *calls)
      if (call.done) earliest = std::min(earliest, call.deadline);
  return earliest;
}

void BatchQueue::watch(const std::function<void()>& cancel) {
  std::unique_lock lock(mutex_);
  while (watching_) {
    const auto now = std::chrono::steady_clock::now();
    answer_late(waiting_, now);
    answer_late(running_, now);
    drop_answered();
    if (run_abandoned(now)) cancel();
    wakes_at_ = next_wake(now);
    if (wakes_at_ == TimePoint::max())
      due_.wait(lock);
    else
      due_.wait_until(lock, wakes_at_);
  }
}

void BatchQueue::stop_watching() {
  {
    std::lock_guard lock(mutex_);
    watching_ = false;
  }
  due_.notify_one();
}

}  // namespace inferkeep::inference
