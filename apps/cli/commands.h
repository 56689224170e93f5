// SPDX-License-Identifier: Apache-2.0
// The commands. Each adds itself to the command line and, when chosen, sets how to run it. main.cpp has the table.
#pragma once
#include <functional>

namespace CLI {
class App;
}

namespace stopwarden::cli {

/// Set by the chosen command; main() calls it and exits with what it returns.
using Action = std::function<int()>;

void add_scan(CLI::App& app, Action& action);
void add_rules(CLI::App& app, Action& action);
void add_sources(CLI::App& app, Action& action);
void add_fields(CLI::App& app, Action& action);

}  // namespace stopwarden::cli
