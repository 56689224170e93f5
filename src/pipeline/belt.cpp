// SPDX-License-Identifier: Apache-2.0
#include "pipeline/belt.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace stopwarden {
namespace {

constexpr std::size_t kYields = 100;  // about as long as reading a block from the page cache takes

// Results that are merged stay where they are until the place is used again, up to so many bytes a thread.
constexpr std::size_t kStaleBytesPerThread = 256 * std::size_t{1024};

std::size_t grown_bytes(const Block& block) noexcept {
  return block.bytes.size() > kBlockBytes ? block.bytes.size() : 0;
}

}  // namespace

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
  std::thread::id used_by;
  bool done = false;            // this and the next guarded by the belt's mutex
  std::size_t stale_bytes = 0;  // of `result`, which is merged
};

Belt::Belt(std::size_t threads, MakeWorker make_worker, ResultSink& sink)
    : threads_max_(threads), make_(std::move(make_worker)), sink_(sink) {
  const std::size_t places = threads == 1 ? 1 : kPlacesPerThread * threads;
  for (std::size_t i = 0; i < places; ++i) free_.push_back(jobs_.emplace_back(std::make_unique<Job>(*this)).get());
  row_.resize(places);
  buffers_.resize(threads == 1 ? 1 : kBlocksPerThread * threads);
}

Belt::~Belt() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  to_turn_.notify_all();
  to_merge_.notify_all();
  to_go_on_.notify_all();
}

// ---- the calling thread ----

void Belt::run(const Fill& fill) {
  if (own_worker_ == nullptr) own_worker_ = &make_worker();
  Lock lock(mutex_);
  fill_ = &fill;
  try {
    while (fill_ != nullptr || filling_) {
      if (failed_) std::rethrow_exception(failed_);
      if (may_fill()) {
        if (fill_next(lock) == Filled::last && threads_max_ > 1) continue;
      } else if (taken_ == filled_) {
        wait_turn(lock);
        continue;
      }
      work_on_next(lock, *own_worker_);
    }
  } catch (...) {
    if (lock.owns_lock()) lock.unlock();
    fail();
    lock.lock();
    fill_ = nullptr;
    to_turn_.wait(lock, [this] { return !filling_; });  // what it reads lives as long as this call
    throw;
  }
}

void Belt::room_for(std::size_t bytes) {
  Lock lock(mutex_);
  help_until(lock, [this, bytes] {
    return merged_ == filled_ || grown_bytes_ + bytes <= kGrownBytesPerThread * threads_max_;
  });
}

void Belt::finish() {
  Lock lock(mutex_);
  help_until(lock, [this] { return merged_ == filled_; });
  stopping_ = true;
  lock.unlock();
  to_turn_.notify_all();
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
    if (taken_ < filled_)
      work_on_next(lock, *own_worker_);
    else
      to_go_on_.wait(lock);
  }
}

// ---- all threads ----

BlockWorker& Belt::make_worker() {
  std::unique_ptr<BlockWorker> made = make_();
  const Lock lock(mutex_);
  workers_.push_back(std::move(made));
  return *workers_.back();
}

namespace {

/// Takes the one out that this thread used last: its memory is in this core's cache and in this thread's part of the
/// heap. Else any.
template <class T, class UsedBy>
T take_own(std::vector<T>& from, UsedBy used_by) {
  const std::thread::id self = std::this_thread::get_id();
  const auto own = std::find_if(from.rbegin(), from.rend(), [&](const T& one) { return used_by(one) == self; });
  const auto place = own == from.rend() ? from.end() - 1 : own.base() - 1;
  T out = std::move(*place);
  from.erase(place);
  return out;
}

}  // namespace

/// Fills the block behind all others and puts it into the row.
Belt::Filled Belt::fill_next(Lock& lock) {
  const Fill& fill = *fill_;
  filling_ = true;
  Job& place = *take_own(free_, [](const Job* j) { return j->used_by; });
  Buffer buffer = take_own(buffers_, [](const Buffer& b) { return b.used_by; });
  stale_bytes_ -= std::exchange(place.stale_bytes, 0);
  lock.unlock();
  try {
    place.result.clear();
    place.block.bytes = std::move(buffer.bytes);
    fill(place.block);
  } catch (...) {
    lock.lock();
    if (!failed_) failed_ = std::current_exception();  // before anybody could fill again
    stopping_ = true;
    filling_ = false;
    throw;
  }
  const bool last = place.block.last;
  lock.lock();
  filling_ = false;
  if (last) fill_ = nullptr;
  grown_bytes_ += grown_bytes(place.block);
  place.number = filled_;
  row_[static_cast<std::size_t>(filled_++ % row_.size())] = &place;
  // A thread more, when there are blocks that nobody waits for. The last one of an input is not worth it if it is
  // alone.
  if (last ? filled_ - taken_ > idle_ + 1 : idle_ == 0) start_helper();
  if (last || stopping_)
    to_turn_.notify_all();
  else
    to_turn_.notify_one();
  return last ? Filled::last : Filled::more;
}

/// Returns when there may be something to do, or earlier.
void Belt::wait_turn(Lock& lock) {
  // OPTIMIZATION: filling takes less time than to fall asleep and be woken, unless it is from a pipe.
  if (filling_) {
    lock.unlock();
    for (std::size_t i = 0; i < kYields && filling_; ++i) std::this_thread::yield();
    lock.lock();
    if (!filling_) return;
  }
  to_turn_.wait(lock);
}

void Belt::start_helper() {
  if (helpers_.size() + 1 >= threads_max_ || stopping_) return;
  try {
    helpers_.emplace_back([this] { help(); });
    ++idle_;
  } catch (const std::system_error&) {
    // The system has no thread for us now: those that run do the work. Asked again with the next block.
  }
}

void Belt::help() {
  try {
    BlockWorker& worker = make_worker();
    for (Lock lock(mutex_);;) {
      while (!stopping_ && taken_ == filled_ && !may_fill()) wait_turn(lock);
      if (stopping_) return;
      --idle_;
      if (taken_ == filled_) fill_next(lock);
      work_on_next(lock, worker);
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
  to_turn_.notify_all();
  to_merge_.notify_all();
  to_go_on_.notify_all();
}

void Belt::work_on_next(Lock& lock, BlockWorker& worker) {
  Job& mine = job(taken_++);
  lock.unlock();
  mine.used_by = std::this_thread::get_id();
  worker.work(mine.block, mine.result, mine);
  const std::size_t grown = grown_bytes(mine.block);
  mine.block.shrink();
  lock.lock();
  grown_bytes_ -= grown;
  buffers_.push_back({std::move(mine.block.bytes), mine.used_by});
  if (may_fill()) to_turn_.notify_one();
  mine.done = true;
  if (!merging_) merge_ready(lock);  // else whoever merges finds it
}

/// Gives results to the sink for as long as the oldest job is done.
void Belt::merge_ready(Lock& lock) {
  merging_ = true;
  while (!stopping_ && merged_ < taken_ && job(merged_).done) {
    Job& oldest = job(merged_);
    // OPTIMIZATION: cleared by who uses the place next, mostly the thread that made it: memory that another thread
    // gives back goes a slow way. Belt's tests hold that a place comes back clear.
    const bool keep = stale_bytes_ + oldest.result_bytes <= kStaleBytesPerThread * threads_max_;
    lock.unlock();
    sink_.on_result(oldest.block, oldest.result, ResultSink::Part::final);
    oldest.block.clear();
    if (!keep) oldest.result.clear();
    const std::size_t bytes = std::exchange(oldest.result_bytes, 0);
    result_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    lock.lock();
    if (keep) stale_bytes_ += oldest.stale_bytes = bytes;
    oldest.done = false;
    free_.push_back(&oldest);
    ++merged_;
    if (may_fill()) to_turn_.notify_one();
    to_go_on_.notify_one();
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
