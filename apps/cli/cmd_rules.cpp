// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <memory>

#include "commands.h"
#include "content/content.h"
#include "exit_code.h"
#include "format.h"
#include "input/input.h"
#include "load.h"
#include "output/safe_text.h"
#include "rule_tests.h"

namespace stopwarden::cli {
namespace {

struct RulesOptions {
  RuleOptions load;
  std::string format = "text";
  std::vector<std::string> paths;
  std::string id;
};

void print(const std::string& line) { std::fwrite(line.data(), 1, line.size(), stdout); }

const char* state_name(sigma::RuleReport::State state) {
  switch (state) {
    case sigma::RuleReport::State::loaded: return "loaded";
    case sigma::RuleReport::State::rejected: return "rejected";
    case sigma::RuleReport::State::never: return "never";
  }
  return "";
}

/// Mistakes of the mapping and placeholder files and unreadable rule files: never on stdout, never left unsaid.
void report_load_problems(const LoadedRules& loaded) {
  for (const Diagnostic& d : loaded.mistakes) fmt::print(stderr, "stopwarden: {}\n", terminal_safe(to_string(d)));
  for (const auto& [path, why] : loaded.unreadable)
    fmt::print(stderr, "stopwarden: {}: {}\n", terminal_safe(path), terminal_safe(why));
}

int lint(RulesOptions options) {
  options.load.rules = options.paths;
  options.load.no_default_rules = !options.paths.empty();
  const LoadedRules loaded = load_rules(options.load);
  std::map<std::string, std::uint64_t> never_by_reason;
  for (const sigma::RuleReport& r : loaded.rules->reports()) {
    if (options.format == "jsonl") {
      print(
          fmt::format("{{\"id\":{},\"file\":{},\"line\":{},\"state\":\"{}\",\"code\":{},\"reason\":{},\"title\":{},"
                      "\"kind\":\"{}\"}}\n",
                      json_string(r.id), json_string(r.file), r.line, state_name(r.state), json_string(r.code),
                      json_string(r.reason), json_string(r.title), kind_name(r.kind)));
    } else if (r.state == sigma::RuleReport::State::rejected) {
      print(fmt::format("{}:{}: rejected {}: {}\n", terminal_safe(r.file), r.line, r.code, terminal_safe(r.reason)));
    } else if (r.state == sigma::RuleReport::State::never) {
      ++never_by_reason[r.code + ": " + r.reason];
    }
  }
  if (options.format == "text") {
    for (const Diagnostic& d : loaded.warnings) print(terminal_safe(to_string(d)) + "\n");
    for (const auto& [reason, n] : never_by_reason)
      print(fmt::format("never fires: {:>6}  {}\n", grouped(n), terminal_safe(reason)));
  }
  report_load_problems(loaded);
  fmt::print(stderr, "{} read: {}, {} rejected, {} can never fire on the sources this version reads; {}\n",
             counted(loaded.rules->reports().size(), "rule", "rules"), loaded_text(loaded), grouped(loaded.rejected),
             grouped(loaded.never), counted(loaded.warnings.size(), "warning", "warnings"));
  return loaded.complete() ? kDone : kPartial;
}

int test(const RulesOptions& options) {
  const LoadedRules loaded = load_rules(options.load);
  const RuleTestRun run = run_rule_tests(options.paths, loaded);
  std::uint64_t failed = 0, not_run = 0;
  for (const RuleTest& t : run.tests) {
    failed += static_cast<std::uint64_t>(t.ran && !t.ok);
    not_run += static_cast<std::uint64_t>(!t.ran);
    if (options.format == "jsonl") {
      print(fmt::format(
          "{{\"id\":{},\"file\":{},\"expected\":{},\"at_least\":{},\"got\":{},\"ok\":{},\"title\":{},\"info\":{}{}}}\n",
          json_string(t.id), json_string(t.file), t.expected, t.at_least, t.got, t.ok, json_string(t.title),
          json_string(t.info), t.ok ? "" : ",\"reason\":" + json_string(t.why)));
    } else if (!t.ok) {
      print(fmt::format("{} {} ({})\n        {}: expected {}{}, {}\n", t.ran ? "FAILED " : "NOT RUN",
                        terminal_safe(t.title), terminal_safe(t.id), terminal_safe(t.file),
                        t.at_least ? "at least " : "", t.expected, terminal_safe(t.why)));
    }
  }
  report_load_problems(loaded);
  for (const Diagnostic& d : run.problems) fmt::print(stderr, "stopwarden: {}\n", terminal_safe(to_string(d)));
  for (const auto& [path, why] : run.unreadable)
    fmt::print(stderr, "stopwarden: {}: {}\n", terminal_safe(path), terminal_safe(why));
  fmt::print(stderr, "{} run, {} failed", counted(run.tests.size(), "rule test", "rule tests"), grouped(failed));
  if (not_run != 0) fmt::print(stderr, ", {} could not run", grouped(not_run));
  if (run.without_tests != 0)
    fmt::print(stderr, "; {} declare none", counted(run.without_tests, "info.yml file", "info.yml files"));
  fmt::print(stderr, "\n");
  if (run.tests.empty())
    fmt::print(stderr, "stopwarden: no info.yml with tests below the given folders (see docs/rules.md)\n");
  if (failed != 0) return kFailOnReached;
  return not_run == 0 && run.problems.empty() && run.unreadable.empty() && loaded.complete() && !run.tests.empty()
             ? kDone
             : kPartial;
}

/// A loaded document of any kind. Of filters only what their report says is known.
struct Listed {
  sigma::RuleReport::Kind kind;
  RuleInfo info;
};

/// Rules, then correlations, then filters, each in the order of their files.
std::vector<Listed> listed(const LoadedRules& loaded) {
  using Report = sigma::RuleReport;
  std::vector<Listed> out;
  for (std::size_t i = 0; i < loaded.rules->size(); ++i) out.push_back({Report::Kind::rule, loaded.rules->info(i)});
  for (std::size_t i = 0; i < loaded.rules->correlations(); ++i)
    out.push_back({Report::Kind::correlation, loaded.rules->correlation_info(i)});
  for (const Report& r : loaded.rules->reports()) {
    if (r.kind != Report::Kind::filter || r.state != Report::State::loaded) continue;
    Listed filter{r.kind, {}};
    filter.info.id = r.id;
    filter.info.title = r.title;
    filter.info.file = r.file;
    filter.info.line = r.line;
    out.push_back(std::move(filter));
  }
  return out;
}

int list(const RulesOptions& options) {
  const LoadedRules loaded = load_rules(options.load);
  for (const auto& [kind, r] : listed(loaded)) {
    const bool filter = kind == sigma::RuleReport::Kind::filter;
    const std::string_view level = filter ? "" : level_name(r.level);
    if (options.format == "jsonl") {
      std::string tags;
      for (const std::string& tag : r.tags) tags += (tags.empty() ? "" : ",") + json_string(tag);
      print(
          fmt::format("{{\"id\":{},\"level\":\"{}\",\"title\":{},\"file\":{},\"status\":{},\"tags\":[{}],"
                      "\"kind\":\"{}\"}}\n",
                      json_string(r.id), level, json_string(r.title), json_string(r.file), json_string(r.status), tags,
                      kind_name(kind)));
    } else {
      print(fmt::format("{:36}  {:13}  {}\n", terminal_safe(r.id), filter ? "filter" : level, terminal_safe(r.title)));
    }
  }
  report_load_problems(loaded);
  return loaded.complete() ? kDone : kPartial;
}

/// The rule as it was written: from the program itself, or from the file it came from.
std::string text_of_rule(const RuleInfo& rule) {
  for (const TextFile& f : builtin(embedded_rules()))
    if (f.path == rule.file) return f.text;
  std::string why;
  auto file = read_text_file(rule.file, 4u << 20, why);
  return file ? std::move(file).take().text : std::string{};
}

int show(const RulesOptions& options) {
  const LoadedRules loaded = load_rules(options.load);
  for (const auto& [kind, r] : listed(loaded)) {
    if (r.id != options.id && r.name != options.id) continue;
    print(fmt::format("# {}:{}\n", terminal_safe(r.file), r.line));
    std::string safe;
    const std::string text = text_of_rule(r);
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      safe += terminal_safe(std::string_view(text).substr(start, end - start)) + "\n";
      start = end + 1;
    }
    print(safe);
    return kDone;
  }
  for (const sigma::RuleReport& r : loaded.rules->reports()) {
    if (r.id != options.id) continue;
    fmt::print(stderr, "stopwarden: {}:{}: this rule is {}: {}: {}\n", terminal_safe(r.file), r.line,
               state_name(r.state), r.code, terminal_safe(r.reason));
    return kPartial;
  }
  fmt::print(stderr, "stopwarden: no rule has the id '{}'; 'stopwarden rules list' prints all\n",
             terminal_safe(options.id));
  return kUsage;
}

void add_load_options(CLI::App& command, RulesOptions& options) {
  command.add_option("--logsources", options.load.logsources, "More logsource mappings (YAML, see docs/logsources.md)")
      ->allow_extra_args(false);
  command.add_option("--expand", options.load.expand, "Values of %placeholders% (YAML)")->type_name("FILE");
  command.add_option("-f,--format", options.format, "text or jsonl")->check(CLI::IsMember({"text", "jsonl"}));
}

void add_rule_paths(CLI::App& command, RulesOptions& options) {
  command.add_option("--rules", options.load.rules, "More rules: a file or a folder of .yml files; may be repeated")
      ->allow_extra_args(false);
  command.add_flag("--no-default-rules", options.load.no_default_rules,
                   "Leave out the rules that come with the program");
}

}  // namespace

void add_rules(CLI::App& app, Action& action) {
  CLI::App* rules = app.add_subcommand("rules", "Check, test, list and show Sigma rules");
  rules->require_subcommand(1);
  const auto options = std::make_shared<RulesOptions>();
  const auto command = [&](const char* name, const char* what, int (*run)(RulesOptions)) {
    CLI::App* sub = rules->add_subcommand(name, what);
    sub->callback([options, run, &action] { action = [options, run] { return run(*options); }; });
    return sub;
  };

  CLI::App* sub = command("lint", "Say of each rule whether it is loaded, rejected and why, or can never fire",
                          [](RulesOptions o) { return lint(std::move(o)); });
  sub->add_option("DIR", options->paths, "Rule files or folders (default: the rules that come with the program)");
  add_load_options(*sub, *options);
  sub->footer(
      "Example: stopwarden rules lint -f jsonl my-rules/ | grep -v '\"state\":\"loaded\"'\nExit code 3: some rule was "
      "rejected.");

  sub = command("test", "Run the regression tests (info.yml) of rules", [](RulesOptions o) { return test(o); });
  sub->add_option("DIR", options->paths, "Folders with info.yml files")->required();
  add_rule_paths(*sub, *options);
  add_load_options(*sub, *options);
  sub->footer("Example: stopwarden rules test --rules my-rules/ my-rules/tests/\nExit code 1: some test failed.");

  sub = command("list", "List the rules that are loaded", [](RulesOptions o) { return list(o); });
  add_rule_paths(*sub, *options);
  add_load_options(*sub, *options);

  sub = command("show", "Print one rule", [](RulesOptions o) { return show(o); });
  sub->add_option("ID", options->id, "Id or name of the rule")->required();
  add_rule_paths(*sub, *options);
  add_load_options(*sub, *options);
}

}  // namespace stopwarden::cli
