// SPDX-License-Identifier: Apache-2.0
// The engine timed on one core, piece by piece: engine_bench TASK --help. bench/run.py drives it; bench/NOTES.md says
// what each figure means. Every task checks its answer before it times anything. Not part of the product.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "commands.h"
#include "support.h"

namespace {

using namespace stopwarden::bench;

void add_files(CLI::App& sub, CommonOptions& options) {
  sub.add_option("FILES", options.files, "EVTX or NDJSON files")->required()->check(CLI::ExistingFile);
  sub.add_option("--passes", options.passes, "Timed passes (default 3)")->check(CLI::PositiveNumber);
}

int run(int argc, char** argv) {
  CLI::App app{"Times the engine on one core; each task prints one JSON object", "engine_bench"};
  app.require_subcommand(1);
  CommonOptions pread, simdjson;
  add_files(*app.add_subcommand("pread", "Read rate of the page cache, 64 KiB blocks"), pread);
  add_files(*app.add_subcommand("simdjson", "simdjson on_demand over NDJSON, nothing asked"), simdjson);

  ReadOptions read;
  CLI::App* sub = app.add_subcommand("read", "A log reader alone");
  sub->alias("evtx-read")->alias("json-read");
  add_files(*sub, read);
  std::string fields = "all";
  sub->add_option("--fields", fields, "all (default) or none")->check(CLI::IsMember({"all", "none"}));

  RulesOptions rules;
  sub = app.add_subcommand("rules", "Reader and matcher");
  add_files(*sub, rules);
  sub->add_option("--rules", rules.rules, "Sigma rules: file or folder; may be repeated")->allow_extra_args(false);
  sub->add_flag("--default-rules", rules.default_rules, "The rules that come with the program, too");
  sub->add_option("--engine", rules.engine, "fast (default) or reference");
  sub->add_option("--check", rules.check_events, "Events held to the reference first (default 20000; 0: none)");
  sub->add_option("--kinds", rules.kinds, "Kinds of event whose time is listed (default 20; 0: no timing pass)");

  CorrelationOptions correlation;
  sub = app.add_subcommand("correlation", "Correlation state against one std::unordered_map");
  sub->add_option("--events", correlation.events)->check(CLI::PositiveNumber);
  sub->add_option("--groups", correlation.groups)->check(CLI::PositiveNumber);
  sub->add_option("--passes", correlation.passes)->check(CLI::PositiveNumber);

  CLI11_PARSE(app, argc, argv);
  if (!stay_on_one_core()) fmt::print(stderr, "engine_bench: not allowed to stay on one core\n");
  read.all_fields = fields == "all";
  const std::string task = app.get_subcommands().front()->get_name();
  if (task == "pread") return run_pread(pread);
  if (task == "simdjson") return run_simdjson(simdjson);
  if (task == "read") return run_read(read);
  if (task == "rules") return run_rules(rules);
  return run_correlation(correlation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "engine_bench: {}\n", e.what());
    return 1;
  }
}
