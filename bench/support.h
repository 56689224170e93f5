// SPDX-License-Identifier: Apache-2.0
// What every subcommand of engine_bench needs: a clock, a counter of allocations, a plain count of what is in a file,
// and one JSON object to print.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stopwarden::bench {

/// Keeps this thread on the core it runs on, so that a pass is not moved in its middle. False where that is refused.
bool stay_on_one_core();

/// The most memory this program had resident (VmHWM), in kB; 0 where /proc does not tell.
std::uint64_t peak_memory_kb();

/// A pass by the clock on the wall and by the processor time of this thread. Rates are of processor time: with all data
/// in memory and one thread the two are the same on an idle machine, and only the second stands when others work, too.
struct Elapsed {
  double wall = 0, cpu = 0;
};

class Stopwatch {
 public:
  Stopwatch() : wall_(std::chrono::steady_clock::now()), cpu_(thread_seconds()) {}
  Elapsed elapsed() const {
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count(), thread_seconds() - cpu_};
  }

 private:
  static double thread_seconds() noexcept;
  std::chrono::steady_clock::time_point wall_;
  double cpu_;
};

/// What is in the files, found without any of the code under test: EVTX by walking the chunks' record sizes, NDJSON by
/// its lines that begin with '{'.
struct PlainCount {
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t used_bytes = 0;  ///< EVTX: free-space offset less 512 of each chunk; else the file
  std::uint64_t events = 0;
};
/// False, with `why`, when a file cannot be read or is none of EVTX, NDJSON, audit log.
bool count_plainly(const std::vector<std::string>& files, PlainCount& out, std::string& why);

/// The object a subcommand prints, keys in the order given.
class Report {
 public:
  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::uint64_t value);
  void real(std::string_view name, double value);
  void boolean(std::string_view name, bool value);
  void json(std::string_view name, std::string_view value);  ///< `value` is JSON already
  /// "passes_cpu_s", "passes_wall_s": each pass; and the rates of the fastest and of the middle one.
  void passes(const std::vector<Elapsed>& passes, std::uint64_t bytes, std::uint64_t events);
  std::string take();

 private:
  void key(std::string_view name);
  std::string out_;
};

/// The processor time of the middle pass.
double middle(const std::vector<Elapsed>& passes);

std::string quoted(std::string_view text);  ///< as a JSON string

/// A wrong answer ends the run: a figure of wrong work is worse than none. Prints `why` and gives the exit code.
int wrong_answer(const std::string& why);

}  // namespace stopwarden::bench
