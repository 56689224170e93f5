// SPDX-License-Identifier: Apache-2.0
// The only threads of the program: blocks go in at one end, are worked on by several threads, and their results come
// out in the order in which the blocks went in.
//
//   Belt belt(threads, make_worker, results);
//   while (...) { fill(belt.reserve()); belt.hand_over(Belt::Haste::no); }
//   belt.finish();
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "pipeline/block.h"
#include "pipeline/result.h"

namespace stopwarden {

/// A ring of jobs (a block and its result). Three counters go round, each behind the next: jobs merged, taken to be
/// worked on, handed over. The thread that fills the belt is one of its workers: while no place is free it works on
/// blocks itself, so `threads` are busy and no more, and with one thread nothing is started and all is a plain call.
///
/// Whoever ends the oldest job gives its result to the sink, and all that are ready behind it.
/// Memory: kBlocksPerThread blocks a thread. Blocks that had to grow, and results, have a bound of their own: who would
///         pass it waits (room_for; ResultValve) until all before it is merged, then it alone may go beyond.
/// Errors: what a worker or the sink throws comes out of the next call by the filling thread; the belt is then of no
///         more use. The destructor joins, whatever state the threads are in.
class Belt {
 public:
  using MakeWorker = std::function<std::unique_ptr<BlockWorker>()>;  // called in the thread that will use it
  Belt(std::size_t threads, MakeWorker make_worker, ResultSink& sink);
  ~Belt();
  Belt(const Belt&) = delete;
  Belt& operator=(const Belt&) = delete;

  /// The next free block, clear. Works meanwhile when none is free.
  Block& reserve();
  /// The reserved block may become so long: waits (and works) until there is memory for it.
  void room_for(std::size_t bytes);
  /// Puts the reserved block onto the belt. `yes`: the caller may now be held up for long (by a pipe), so that somebody
  /// else must take it at once.
  enum class Haste : std::uint8_t { no, yes };
  void hand_over(Haste haste);
  /// Returns when the result of every block was given to the sink. Nothing may be handed over after it.
  void finish();
  /// After finish(): every worker that was made.
  const std::vector<std::unique_ptr<BlockWorker>>& workers() const noexcept { return workers_; }

  /// Calls `f` unless a result is being merged right now; meanwhile none is.
  void if_not_merging(const std::function<void()>& f);

  static constexpr std::size_t kBlocksPerThread = 4;  // one worked on, the others waiting before or after it
  static constexpr std::size_t kGrownBytesPerThread = 1u << 20;
  static constexpr std::size_t kResultBytesPerThread = 1u << 20;

 private:
  struct Job;
  using Lock = std::unique_lock<std::mutex>;

  Job& job(std::uint64_t number) { return *ring_[static_cast<std::size_t>(number % ring_.size())]; }
  BlockWorker& make_worker();
  void work(BlockWorker& worker, Job& job);
  void merge_ready(Lock& lock);
  void give_early(Job& job);
  void start_helpers(Haste haste);
  void help();
  void fail() noexcept;
  template <class Done>
  void help_until(Lock& lock, Done done);

  const std::size_t threads_max_;
  const MakeWorker make_;
  ResultSink& sink_;
  BlockWorker* own_worker_ = nullptr;  // of the filling thread

  std::mutex mutex_;  // of all below, but for a job's block and result: these belong to who has the job
  std::condition_variable to_take_, to_fill_, to_merge_;
  std::vector<std::unique_ptr<Job>> ring_;
  std::uint64_t merged_ = 0, taken_ = 0, filled_ = 0;
  bool merging_ = false, stopping_ = false;
  std::exception_ptr failed_;
  std::size_t grown_bytes_ = 0;  // of blocks beyond kBlockBytes
  std::size_t idle_ = 0;         // helpers that wait or are about to
  std::vector<std::unique_ptr<BlockWorker>> workers_;
  std::atomic<std::size_t> result_bytes_{0};
  std::vector<std::jthread> helpers_;  // last: joined before anything they use goes
};

}  // namespace stopwarden
