// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "event/catalogue.h"
#include "exit_code.h"
#include "format.h"
#include "sources/registry.h"

namespace stopwarden::cli {
namespace {

int print_sources(const std::string& format) {
  for (const SourceFormat& f : source_formats()) {
    if (format == "jsonl")
      std::printf("{\"name\":%s,\"meaning\":%s}\n", json_string(f.name).c_str(), json_string(f.meaning).c_str());
    else
      std::printf("%-8.*s %.*s\n", static_cast<int>(f.name.size()), f.name.data(), static_cast<int>(f.meaning.size()),
                  f.meaning.data());
  }
  if (format == "text")
    std::printf(
        "\nArchives and compressed files (zip, 7z, tar, gz, zst, xz, bz2, lz4) are opened on the way, nested ones "
        "too.\n"
        "The format is told from the bytes, never from the name.\n");
  return kDone;
}

int print_fields(const std::string& format) {
  if (format == "markdown")
    std::printf(
        "# Fields\n\nMade by `./dev docs` from `src/event/catalogue.h`. A rule may use any other field name too: it "
        "matches where a log has\n"
        "a value of that name.\n\n| field | type | meaning | filled by |\n|---|---|---|---|\n");
  for (const CatalogueField& f : field_catalogue()) {
    const auto text = [](std::string_view s) { return std::string(s); };
    if (format == "jsonl")
      std::printf("{\"name\":%s,\"type\":%s,\"meaning\":%s,\"sources\":%s}\n", json_string(f.name).c_str(),
                  json_string(f.type).c_str(), json_string(f.meaning).c_str(), json_string(f.sources).c_str());
    else if (format == "markdown")
      std::printf("| `%s` | %s | %s | %s |\n", text(f.name).c_str(), text(f.type).c_str(), text(f.meaning).c_str(),
                  text(f.sources).c_str());
    else
      std::printf("%-22s %-8s %s (%s)\n", text(f.name).c_str(), text(f.type).c_str(), text(f.meaning).c_str(),
                  text(f.sources).c_str());
  }
  return kDone;
}

}  // namespace

void add_sources(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sources", "List the log formats that can be read");
  auto format = std::make_shared<std::string>("text");
  command->add_option("-f,--format", *format, "text or jsonl")->check(CLI::IsMember({"text", "jsonl"}));
  command->callback([format, &action] { action = [format] { return print_sources(*format); }; });
}

void add_fields(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("fields", "List the event fields this program knows by name, for writing rules");
  auto format = std::make_shared<std::string>("text");
  command->add_option("-f,--format", *format, "text, jsonl or markdown")
      ->check(CLI::IsMember({"text", "jsonl", "markdown"}));
  command->callback([format, &action] { action = [format] { return print_fields(*format); }; });
}

}  // namespace stopwarden::cli
