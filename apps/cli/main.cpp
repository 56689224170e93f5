// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "commands.h"
#include "exit_code.h"
#include "version.h"

namespace stopwarden::cli {
namespace {

constexpr auto kCommands = {add_scan, add_rules, add_sources, add_fields};

int run(int argc, char** argv) {
  CLI::App app{"stopwarden: which services were stopped or crippled on which hosts, by whom, how (ATT&CK T1489)"};
  app.name("stopwarden");
  app.set_version_flag("--version", std::string("stopwarden ") + kVersion);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  stopwarden scan logs/                     a folder of logs, with the rules that come with the program\n"
      "  stopwarden scan triage.zip -f jsonl       an archive; one JSON finding a line\n"
      "  stopwarden rules lint my-rules/           what is wrong with my Sigma rules\n"
      "\n'stopwarden COMMAND --help' tells more about each.");
  Action action;
  for (const auto add : kCommands) add(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    app.exit(e);
    return kDone;
  } catch (const CLI::CallForVersion& e) {
    app.exit(e);
    return kDone;
  } catch (const CLI::ParseError& e) {
    std::fprintf(stderr, "stopwarden: %s\n", e.what());
    std::fprintf(stderr, "Run 'stopwarden --help' or 'stopwarden COMMAND --help' for usage and examples.\n");
    return kUsage;
  }
  return action();
}

}  // namespace
}  // namespace stopwarden::cli

int main(int argc, char** argv) {
  try {
    return stopwarden::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("stopwarden: out of memory\n", stderr);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "stopwarden: %s\n", e.what());
  }
  return stopwarden::cli::kPartial;
}
