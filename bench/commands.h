// SPDX-License-Identifier: Apache-2.0
// The subcommands of engine_bench. Each prints one JSON object and gives the exit code: 0, or 1 for a wrong answer.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stopwarden::bench {

struct CommonOptions {
  std::vector<std::string> files;
  std::size_t passes = 3;
};

/// The page cache as one thread gets it: pread in blocks of 64 KiB. The yardstick of the EVTX tasks.
int run_pread(const CommonOptions& options);

/// simdjson's on_demand over the same bytes with nothing asked. The yardstick of the NDJSON task.
int run_simdjson(const CommonOptions& options);

struct ReadOptions : CommonOptions {
  bool all_fields = true;
};
/// A log format's reader alone, as the pipeline drives it.
int run_read(const ReadOptions& options);

struct RulesOptions : CommonOptions {
  std::vector<std::string> rules;
  bool default_rules = false;
  std::string engine = "fast";
  std::uint64_t check_events = 20'000;  ///< held to the reference matcher before anything is timed; 0: none
  std::size_t kinds = 20;               ///< kinds of event whose time is listed
};
/// Reader and matcher in one thread.
int run_rules(const RulesOptions& options);

struct CorrelationOptions {
  std::uint64_t events = 2'000'000;
  std::uint64_t groups = 65'536;
  std::size_t passes = 3;
};
/// A correlation rule's state against one std::unordered_map.
int run_correlation(const CorrelationOptions& options);

}  // namespace stopwarden::bench
