// SPDX-License-Identifier: Apache-2.0
// What each cmdlet does to what. Used by powershell.cpp only.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/ledger/target_list.h"

namespace stopwarden::ledger {

/// A value as far as it is known: a list of texts, and what they name.
struct PsValue {
  enum class Kind : std::uint8_t { text, service, process, vm };
  Kind kind = Kind::text;
  std::vector<std::string> names;  ///< empty: not known
  std::vector<std::string> display_names;
  std::string host;
  bool empty() const noexcept { return names.empty() && display_names.empty(); }
};

/// One argument of a command: a parameter, a value or a block.
struct PsItem {
  std::string parameter;   ///< without its dash; empty for a value
  PsValue value;           ///< of a value item, or of "-Name:value"
  std::string_view block;  ///< text of a script block
  bool is_value = false;
  bool is_block = false;
};

struct PsCommand {
  std::string name;  ///< folded, without module and ".exe" left as typed
  std::vector<PsItem> items;
};

/// What a command may ask of the interpreter that runs it.
struct PsHost {
  std::function<void(std::string_view script, const CommandContext& context, const PsValue& current)> run_script;
  CommandContext context;
  TargetList* out = nullptr;
};

/// Runs one command with what comes through the pipe; returns what goes on through it.
PsValue run_ps_command(const PsCommand& command, const PsValue& input, const PsHost& host);

/// Calls a method of objects: .StopService(), .Kill(). `arguments` is the text between the parentheses.
PsValue run_ps_method(std::string_view name, std::string_view arguments, const PsValue& object, const PsHost& host);

}  // namespace stopwarden::ledger
