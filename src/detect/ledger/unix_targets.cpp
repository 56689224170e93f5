// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/unix_targets.h"

#include <algorithm>
#include <array>

#include "detect/ledger/unix_command_line.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {

bool has_unix_commands(const Event& event) {
  constexpr std::array<std::string_view, 4> kLogs{"linux:", "macos:", "esxi:", "Linux-Sysmon/"};
  return std::any_of(kLogs.begin(), kLogs.end(),
                     [&](std::string_view log) { return event.channel.substr(0, log.size()) == log; });
}

void add_unix_command_fields(WantedFields& wanted) { wanted.add(id_of(field::CommandLine)); }

void unix_command_targets(const Event& event, TargetList& out) {
  for (const FieldValue& v : event.fields)
    if (v.field == id_of(field::CommandLine) && v.kind != ValueKind::null) unix_command_line_targets(v.text, {}, out);
}

}  // namespace stopwarden::ledger
