// SPDX-License-Identifier: Apache-2.0
#include "pipeline/belt.h"

#include <system_error>

namespace stopwarden {

struct Belt::Job final : ResultValve {
  explicit Job(Belt& b) : belt(b) {}
  void on_grown(std::size_t bytes) override {
    result_bytes += bytes;
    const std::size_t all = belt.result_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (all > kResultBytesPerThread * belt.threads_max_) belt.give_early(*this);
  }

  Belt& belt;
  Block block;
  BlockResult result;
  std::uint64_t number = 0;
  std::size_t result_bytes = 0;
  bool done = false;  // guarded by the belt's mutex
};

Belt::Belt(std::size_t threads, MakeWorker make_worker, ResultSink& sink)
    : threads_max_(threads), make_(std::move(make_worker)), sink_(sink) {
  const std::size_t places = threads == 1 ? 1 : kBlocksPerThread * threads;
  for (std::size_t i = 0; i < places; ++i) ring_.push_back(std::make_unique<Job>(*this));
}

Belt::~Belt() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  to_take_.notify_all();
  to_merge_.notify_all();
}

// ---- the filling thread ----

Block& Belt::reserve() {
  Lock lock(mutex_);
  help_until(lock, [this] { return filled_ - merged_ < ring_.size(); });
  return job(filled_).block;
}

void Belt::room_for(std::size_t bytes) {
  Lock lock(mutex_);
  help_until(lock, [this, bytes] {
    return merged_ == filled_ || grown_bytes_ + bytes <= kGrownBytesPerThread * threads_max_;
  });
}

void Belt::hand_over(Haste haste) {
  Lock lock(mutex_);
  Job& filled = job(filled_);
  filled.number = filled_;
  if (filled.block.bytes.size() > kBlockBytes) grown_bytes_ += filled.block.bytes.size();
  ++filled_;
  start_helpers(haste);
  to_take_.notify_one();
  if (helpers_.empty() && (threads_max_ == 1 || haste == Haste::yes))
    help_until(lock, [this] { return merged_ == filled_; });
}

void Belt::finish() {
  Lock lock(mutex_);
  help_until(lock, [this] { return merged_ == filled_; });
  stopping_ = true;
  lock.unlock();
  to_take_.notify_all();
  helpers_.clear();
}

void Belt::if_not_merging(const std::function<void()>& f) {
  const Lock lock(mutex_);
  if (!merging_) f();
}

/// Works on blocks until `done`. Waits only for others that work.
template <class Done>
void Belt::help_until(Lock& lock, Done done) {
  for (;;) {
    if (failed_) std::rethrow_exception(failed_);
    if (done()) return;
    if (taken_ == filled_) {
      to_fill_.wait(lock);
      continue;
    }
    Job& next = job(taken_++);
    lock.unlock();
    if (own_worker_ == nullptr) own_worker_ = &make_worker();
    work(*own_worker_, next);
    lock.lock();
  }
}

/// A thread more, when there are blocks that nobody waits for. One block alone is not worth it: the filling thread
/// takes it when it is done filling, unless it may be held up.
void Belt::start_helpers(Haste haste) {
  const std::uint64_t left = filled_ - taken_, for_self = haste == Haste::yes ? 0 : 1;
  if (left <= idle_ + for_self || helpers_.size() + 1 >= threads_max_) return;
  try {
    helpers_.emplace_back([this] { help(); });
    ++idle_;
  } catch (const std::system_error&) {
    // The system has no thread for us now: those that run do the work. Asked again with the next block.
  }
}

// ---- all threads ----

BlockWorker& Belt::make_worker() {
  std::unique_ptr<BlockWorker> made = make_();
  const Lock lock(mutex_);
  workers_.push_back(std::move(made));
  return *workers_.back();
}

void Belt::help() {
  try {
    BlockWorker& worker = make_worker();
    for (;;) {
      Lock lock(mutex_);
      to_take_.wait(lock, [this] { return stopping_ || taken_ < filled_; });
      if (stopping_) return;
      --idle_;
      Job& next = job(taken_++);
      lock.unlock();
      work(worker, next);
      lock.lock();
      ++idle_;
    }
  } catch (...) {
    fail();
  }
}

void Belt::fail() noexcept {
  {
    const Lock lock(mutex_);
    if (!failed_) failed_ = std::current_exception();
    stopping_ = true;
  }
  to_take_.notify_all();
  to_fill_.notify_all();
  to_merge_.notify_all();
}

void Belt::work(BlockWorker& worker, Job& mine) {
  worker.work(mine.block, mine.result, mine);
  Lock lock(mutex_);
  mine.done = true;
  if (!merging_) merge_ready(lock);  // else whoever merges finds it
}

/// Gives results to the sink for as long as the oldest job is done.
void Belt::merge_ready(Lock& lock) {
  merging_ = true;
  while (!stopping_ && merged_ < taken_ && job(merged_).done) {
    Job& oldest = job(merged_);
    const std::size_t grown = oldest.block.bytes.size() > kBlockBytes ? oldest.block.bytes.size() : 0;
    lock.unlock();
    sink_.on_result(oldest.block, oldest.result, ResultSink::Part::final);
    oldest.result.clear();
    oldest.block.clear();
    result_bytes_.fetch_sub(oldest.result_bytes, std::memory_order_relaxed);
    oldest.result_bytes = 0;
    lock.lock();
    grown_bytes_ -= grown;
    oldest.done = false;
    ++merged_;
    to_fill_.notify_one();
  }
  merging_ = false;
  to_merge_.notify_all();
}

/// The results that wait need too much memory. Whose block is the oldest gives what it has and goes on; all others wait
/// for their turn. The oldest never waits, so this ends.
void Belt::give_early(Job& mine) {
  Lock lock(mutex_);
  to_merge_.wait(lock, [&] { return stopping_ || (merged_ == mine.number && !merging_); });
  if (!stopping_) {
    merging_ = true;
    lock.unlock();
    sink_.on_result(mine.block, mine.result, ResultSink::Part::early);
    lock.lock();
    merging_ = false;
  }
  mine.result.clear();
  result_bytes_.fetch_sub(mine.result_bytes, std::memory_order_relaxed);
  mine.result_bytes = 0;
}

}  // namespace stopwarden
