// SPDX-License-Identifier: Apache-2.0
// The only threads of the program: blocks go in at one end, are worked on by several threads, and their results come
// out in the order in which the blocks went in.
//
//   Belt belt(threads, make_worker, results);
//   belt.run([&](Block& block) { ... });  // an input: blocks up to the one that is its last
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

/// A row of jobs (a block and its result). Three counters go along it, each behind the next: jobs merged, taken to be
/// worked on, filled. Every thread goes round the same way: it fills a block, when nobody else does just then, and
/// works on it while the bytes are in its core's cache; the next block is filled by whoever is free. Only the last
/// block of an input waits to be taken, so that the calling thread can open the next input meanwhile. The calling
/// thread is one of the workers: `threads` are busy and no more, and with one thread nothing is started and all is a
/// plain call.
///
/// Whoever ends the oldest job gives its result to the sink, and all that are ready behind it. A block of many hits
/// takes as long as ten others: so many results may wait for it. Their bytes are given to the next block at once.
/// Memory: kBlocksPerThread blocks a thread. Blocks that had to grow, and results, have a bound of their own: who would
///         pass it waits (room_for; ResultValve) until all before it is merged, then it alone may go beyond.
/// Errors: what a filler, a worker or the sink throws comes out of the next call by the calling thread; the belt is
///         then of no more use. The destructor joins, whatever state the threads are in.
class Belt {
 public:
  using MakeWorker = std::function<std::unique_ptr<BlockWorker>()>;  // called in the thread that will use it
  /// Fills a clear block. Called by one thread at a time, though not always the same. May wait long (for a pipe).
  using Fill = std::function<void(Block& block)>;
  Belt(std::size_t threads, MakeWorker make_worker, ResultSink& sink);
  ~Belt();
  Belt(const Belt&) = delete;
  Belt& operator=(const Belt&) = delete;

  /// Calls `fill` until it gave a block that is the last of its input. That one may still be worked on afterwards.
  void run(const Fill& fill);
  /// For `fill`: the block may become so long; waits until there is memory for it.
  void room_for(std::size_t bytes);
  /// Returns when the result of every block was given to the sink. Nothing may be run after it.
  void finish();
  /// After finish(): every worker that was made.
  const std::vector<std::unique_ptr<BlockWorker>>& workers() const noexcept { return workers_; }

  /// Calls `f` unless a result is being merged right now; meanwhile none is.
  void if_not_merging(const std::function<void()>& f);

  static constexpr std::size_t kBlocksPerThread = 4;   // one worked on, the others waiting to be
  static constexpr std::size_t kPlacesPerThread = 32;  // results, of which all wait that are done before their turn
  static constexpr std::size_t kGrownBytesPerThread = 1u << 20;
  static constexpr std::size_t kResultBytesPerThread = 1u << 20;

 private:
  struct Job;
  struct Buffer {
    std::vector<std::byte> bytes;
    std::thread::id used_by;
  };
  using Lock = std::unique_lock<std::mutex>;

  Job& job(std::uint64_t number) { return *row_[static_cast<std::size_t>(number % row_.size())]; }
  enum class Filled : std::uint8_t { more, last };
  bool may_fill() const noexcept { return fill_ != nullptr && !filling_ && !free_.empty() && !buffers_.empty(); }
  Filled fill_next(Lock& lock);
  void work_on_next(Lock& lock, BlockWorker& worker);
  BlockWorker& make_worker();
  void merge_ready(Lock& lock);
  void give_early(Job& job);
  void start_helper();
  void wait_turn(Lock& lock);
  void help();
  void fail() noexcept;
  template <class Done>
  void help_until(Lock& lock, Done done);

  const std::size_t threads_max_;
  const MakeWorker make_;
  ResultSink& sink_;
  BlockWorker* own_worker_ = nullptr;  // of the calling thread, once it has run something

  std::mutex mutex_;  // of all below, but for a job's block and result: these belong to who has the job
  std::condition_variable to_turn_, to_merge_, to_go_on_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<Job*> free_, row_;
  std::vector<Buffer> buffers_;  // free ones
  std::uint64_t merged_ = 0, taken_ = 0, filled_ = 0;
  const Fill* fill_ = nullptr;        // of an input that has more blocks
  std::atomic<bool> filling_{false};  // written under the mutex
  bool merging_ = false, stopping_ = false;
  std::exception_ptr failed_;
  std::size_t grown_bytes_ = 0;  // of blocks beyond kBlockBytes
  std::size_t stale_bytes_ = 0;  // of results that are merged
  std::size_t idle_ = 0;         // helpers that wait or are about to
  std::vector<std::unique_ptr<BlockWorker>> workers_;
  std::atomic<std::size_t> result_bytes_{0};
  std::vector<std::jthread> helpers_;  // last: joined before anything they use goes
};

}  // namespace stopwarden
