// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/powershell.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "detect/ledger/powershell_commands.h"
#include "detect/ledger/powershell_reader.h"
#include "detect/ledger/windows_command_line.h"
#include "detect/ledger/windows_tools.h"

namespace stopwarden::ledger {
namespace {

bool is(std::string_view a, std::string_view b) noexcept { return equal_ignore_ascii_case(a, b); }
bool starts(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && is(s.substr(0, prefix.size()), prefix);
}

constexpr std::size_t kTextMax = 8192;      // of one value; a longer one names nothing
constexpr std::size_t kVariablesMax = 512;  // of one script

/// Walks a script once, running each pipeline for what it names. Loops run once, with the whole list as the value of
/// their variable, so work is linear in the text.
class Runner {
 public:
  explicit Runner(TargetList& out) : out_(out) {}

  PsValue run(std::string_view script, const CommandContext& context, const PsValue& current) {
    PsValue last;
    if (context.depth > out_.limits().depth_max || !out_.spend(script.size())) return last;
    const Scope scope{context, current};
    PsReader in(script);
    for (;;) {
      in.skip_space();
      if (in.done()) return last;
      const std::size_t before = in.rest().size();
      last = pipeline(in, scope);
      if (in.rest().size() == before) in.skip();  // a separator or a bracket nobody opened
    }
  }

 private:
  struct Scope {
    const CommandContext& context;
    const PsValue& current;  // $_
  };

  PsHost host_of(const Scope& scope) {
    PsHost host;
    host.run_script = [this](std::string_view s, const CommandContext& c, const PsValue& v) { run(s, c, v); };
    host.context = scope.context;
    host.out = &out_;
    return host;
  }

  PsValue pipeline(PsReader& in, const Scope& scope) {
    PsValue piped;
    for (bool first = true;; first = false) {
      piped = element(in, scope, piped, first);
      in.skip_blanks();
      if (in.peek() != '|' || in.peek(1) == '|') return piped;
      in.skip();
      in.skip_space();
    }
  }

  PsValue element(PsReader& in, const Scope& scope, const PsValue& piped, bool first) {
    in.skip_blanks();
    while (in.peek() == '!' || in.peek() == ',' || in.peek() == '+') {
      in.skip();
      in.skip_blanks();
    }
    if (in.at_command_end() && in.peek() != '&') return {};
    const char c = in.peek();
    if (c == '&' || (c == '.' && (in.peek(1) == ' ' || in.peek(1) == '{'))) {
      in.skip();
      if (c == '&' && in.peek() == '&') in.skip();
      in.skip_blanks();
      return called(in, scope, piped);
    }
    if (c == '[' && skip_type(in)) return element(in, scope, piped, first);
    if (c == '{') {
      const std::string_view block = in.take_bracketed();
      run(block, {scope.context.depth + 1, scope.context.host}, scope.current);
      return {};
    }
    if (c == '$' && assignment(in, scope)) return {};
    if (c == '$' || c == '(' || c == '@' || c == '[' || in.at_string() || (c >= '0' && c <= '9'))
      return expression(in, scope);
    return worded(in, scope, piped, first);
  }

  /// "& name args", "& { block }", "& $variable args".
  PsValue called(PsReader& in, const Scope& scope, const PsValue& piped) {
    if (in.peek() == '{') {
      const std::string_view block = in.take_bracketed();
      run(block, {scope.context.depth + 1, scope.context.host}, scope.current);
      return {};
    }
    if (in.at_command_end()) return {};
    const PsValue name = primary(in, scope);
    if (name.names.size() != 1) {
      const PsCommand ignored = arguments(in, scope, "");
      return {};
    }
    return run_ps_command(arguments(in, scope, name.names[0]), piped, host_of(scope));
  }

  /// A cast in front of something: "[string[]]$x"; static calls stay.
  static bool skip_type(PsReader& in) {
    PsReader ahead = in;
    ahead.take_bracketed();
    if (ahead.peek() == ':' || ahead.at_command_end()) return false;
    in = ahead;
    return true;
  }

  bool assignment(PsReader& in, const Scope& scope) {
    PsReader ahead = in;
    const std::string name = fold_ascii(ahead.take_variable());
    ahead.skip_blanks();
    const bool append = ahead.peek() == '+' && ahead.peek(1) == '=';
    if (append) ahead.skip();
    if (ahead.peek() != '=' || ahead.peek(1) == '=') return false;
    ahead.skip();
    ahead.skip_space();
    in = ahead;
    PsValue value = pipeline(in, scope);
    if (variables_.size() >= kVariablesMax && variables_.find(name) == variables_.end()) return true;
    PsValue& held = variables_[name];
    if (append) {
      append_to(held, value);
    } else {
      held = std::move(value);
    }
    return true;
  }

  void append_to(PsValue& to, const PsValue& from) const {
    for (const std::string& name : from.names)
      if (to.names.size() < out_.limits().loop_items_max) to.names.push_back(name);
    for (const std::string& name : from.display_names)
      if (to.display_names.size() < out_.limits().loop_items_max) to.display_names.push_back(name);
    if (from.kind != PsValue::Kind::text) to.kind = from.kind;
    if (!from.host.empty()) to.host = from.host;
  }

  /// A list of values with what is done to it: 'a','b' -split ',' and the like.
  PsValue expression(PsReader& in, const Scope& scope) {
    PsValue value = list(in, scope);
    for (;;) {
      in.skip_blanks();
      if (in.at_command_end()) return value;
      const std::size_t before = in.rest().size();
      const std::string operation = in.take_parameter();
      if (is(operation, "split")) {
        in.skip_blanks();
        const PsValue by = primary(in, scope);
        value = split(value, by.names.empty() || by.names[0].empty() ? ' ' : by.names[0].back());
      } else if (operation.empty()) {
        if (in.peek() == '{')
          return value;
        else
          append_to(ignored_, list(in, scope));
        ignored_ = {};
      }
      if (in.rest().size() == before) in.skip();
    }
  }

  PsValue split(const PsValue& value, char by) const {
    PsValue out;
    for (const std::string& text : value.names) {
      std::string_view rest = text;
      for (;;) {
        const std::size_t at = rest.find(by);
        const std::string_view part = trim(rest.substr(0, at));
        if (!part.empty() && out.names.size() < out_.limits().loop_items_max) out.names.emplace_back(part);
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + 1);
      }
    }
    return out;
  }

  PsValue list(PsReader& in, const Scope& scope) {
    PsValue value = primary(in, scope);
    for (;;) {
      PsReader ahead = in;
      ahead.skip_blanks();
      if (ahead.peek() != ',') return value;
      ahead.skip();
      ahead.skip_space();
      in = ahead;
      if (in.done()) return value;
      append_to(value, primary(in, scope));
    }
  }

  PsValue primary(PsReader& in, const Scope& scope) {
    PsValue value;
    const char c = in.peek();
    if (in.at_string()) {
      bool expands = false;
      std::string text = in.take_string(expands);
      value.names.push_back(expands ? expanded(text) : std::move(text));
    } else if (c == '$' && in.peek(1) == '(') {
      in.skip();
      value = run(in.take_bracketed(), {scope.context.depth + 1, scope.context.host}, scope.current);
    } else if (c == '$' || (c == '@' && in.peek(1) != '(' && in.peek(1) != '{')) {
      const std::string name = fold_ascii(in.take_variable());
      if (name == "_" || name == "psitem") {
        value = scope.current;
      } else if (const auto held = variables_.find(name); held != variables_.end()) {
        value = held->second;
      }
    } else if (c == '(' || (c == '@' && in.peek(1) == '(')) {
      if (c == '@') in.skip();
      value = group(in.take_bracketed(), scope);
    } else if (c == '@') {
      in.skip();
      in.take_bracketed();  // a hash table names nothing
    } else if (c == '[') {
      const std::string type = fold_ascii(in.take_bracketed());
      return static_call(in, type, scope);
    } else if (c == '{') {
      in.take_bracketed();
    } else {
      std::string word = in.take_word();
      if (!word.empty()) value.names.push_back(std::move(word));
      return value;
    }
    return members(in, scope, std::move(value));
  }

  /// What stands in parentheses: its statements; the values of all of them, for @('a' <line end> 'b').
  PsValue group(std::string_view inside, const Scope& scope) {
    PsValue all;
    const CommandContext deeper{scope.context.depth + 1, scope.context.host};
    if (deeper.depth > out_.limits().depth_max || !out_.spend(inside.size())) return all;
    const Scope inner{deeper, scope.current};
    PsReader in(inside);
    for (;;) {
      in.skip_space();
      if (in.done()) return all;
      const std::size_t before = in.rest().size();
      append_to(all, pipeline(in, inner));
      if (in.rest().size() == before) in.skip();
    }
  }

  PsValue static_call(PsReader& in, const std::string& type, const Scope& scope) {
    PsValue value;
    if (in.peek() != ':' || in.peek(1) != ':') return value;
    in.skip(2);
    const std::string name = in.take_word();
    if (in.peek() != '(') return value;
    const std::string_view inside = in.take_bracketed();
    if (type.find("diagnostics.process") != std::string::npos && starts(name, "GetProcess")) {
      value = group(inside, scope);
      value.kind = PsValue::Kind::process;
    }
    return members(in, scope, std::move(value));
  }

  /// .Name, .Split(','), .StopService(), [0] behind a value.
  PsValue members(PsReader& in, const Scope& scope, PsValue value) {
    for (;;) {
      if (in.peek() == '[') {
        in.take_bracketed();
        continue;
      }
      if (in.peek() != '.' || in.peek(1) == '.' || in.peek(1) == ' ' || in.peek(1) == '\0') return value;
      in.skip();
      std::string name;
      while (!in.done() && in.peek() != '(' && in.peek() != '.' && in.peek() != '[' && in.peek() != ',' &&
             in.peek() != ' ' && in.peek() != '=' && !in.at_command_end()) {
        name += in.peek();
        in.skip();
      }
      if (in.peek() != '(') continue;
      const std::string_view inside = in.take_bracketed();
      if (is(name, "split")) {
        const std::size_t quote = inside.find_first_of("'\"");
        value = split(value, quote != std::string_view::npos && quote + 1 < inside.size() ? inside[quote + 1] : ' ');
      } else if (is(name, "foreach")) {
        const std::size_t brace = inside.find('{');
        if (brace != std::string_view::npos) {
          PsReader block(inside.substr(brace));
          run(block.take_bracketed(), {scope.context.depth + 1, scope.context.host}, value);
        }
      } else {
        value = run_ps_method(name, inside, value, host_of(scope));
      }
    }
  }

  /// "$name" and "${name}" inside a string, where the value is known.
  std::string expanded(std::string_view text) const {
    if (text.find('$') == std::string_view::npos) return std::string(text);
    std::string out;
    PsReader in(text);
    while (!in.done() && out.size() < kTextMax) {
      if (in.peek() != '$') {
        out += in.peek();
        in.skip();
        continue;
      }
      PsReader ahead = in;
      const std::string name = fold_ascii(ahead.take_variable());
      const auto held = variables_.find(name);
      if (held != variables_.end() && held->second.names.size() == 1) {
        out += held->second.names[0];
        in = ahead;
      } else {
        out += '$';
        in.skip();
      }
    }
    return out;
  }

  /// A word in command position: a keyword or a command.
  PsValue worded(PsReader& in, const Scope& scope, const PsValue& piped, bool first) {
    std::string word = in.take_word();
    if (word.empty()) return {};
    const std::string key = fold_ascii(word);
    if (first) {
      if (key == "function" || key == "filter" || key == "workflow" || key == "class" || key == "enum") {
        in.skip_blanks();
        in.take_word();
        in.skip_blanks();
        if (in.peek() == '(') in.take_bracketed();
        return {};
      }
      if (key == "foreach") {
        in.skip_blanks();
        if (in.peek() == '(') {
          foreach_loop(in, scope);
          return {};
        }
      }
      if (key == "param" || key == "using") {
        in.skip_space();
        if (in.peek() == '(') in.take_bracketed();
        return {};
      }
      for (const std::string_view flow : {"if", "elseif", "while", "until", "switch", "for", "catch", "trap"}) {
        if (key != flow) continue;
        in.skip_space();
        if (in.peek() == '(') group(in.take_bracketed(), scope);
        return {};
      }
      for (const std::string_view plain : {"else", "try", "finally", "do", "begin", "process", "end", "dynamicparam"})
        if (key == plain) return {};
      if (key == "return" || key == "throw" || key == "exit") return pipeline(in, scope);
    }
    return run_ps_command(arguments(in, scope, word), piped, host_of(scope));
  }

  /// foreach ($x in LIST) { block }: the block is run by the caller's loop; here its variable gets the whole list.
  void foreach_loop(PsReader& in, const Scope& scope) {
    PsReader head(in.take_bracketed());
    head.skip_space();
    if (head.peek() != '$') return;
    const std::string name = fold_ascii(head.take_variable());
    head.skip_space();
    if (!is(head.take_word(), "in")) return;
    PsValue value = group(head.rest(), scope);
    if (variables_.size() < kVariablesMax || variables_.find(name) != variables_.end())
      variables_[name] = std::move(value);
  }

  PsCommand arguments(PsReader& in, const Scope& scope, std::string_view name) {
    PsCommand command;
    command.name = fold_ascii(name);
    const bool native = is_tool(tool_name(command.name)) || command.name.find(".exe") != std::string::npos;
    // Microsoft.PowerShell.Management\Stop-Service
    if (const std::size_t slash = command.name.rfind('\\');
        slash != std::string::npos && command.name.find(".exe") == std::string::npos && !native)
      command.name.erase(0, slash + 1);
    for (;;) {
      in.skip_blanks();
      if (in.at_command_end()) {
        if (in.peek() == '#') in.skip_space();
        return command;
      }
      if (command.items.size() >= out_.limits().loop_items_max * 4) {
        while (!in.at_command_end()) in.skip();
        return command;
      }
      const std::size_t before = in.rest().size();
      PsItem item;
      item.parameter = in.take_parameter();
      if (!item.parameter.empty()) {
        if (in.peek() == ':') {
          in.skip();
          in.skip_blanks();
          if (in.at_command_end()) continue;
          item.value = list(in, scope);
          item.is_value = true;
        }
      } else if (in.peek() == '{') {
        item.block = in.take_bracketed();
        item.is_block = true;
      } else {
        item.value = list(in, scope);
        item.is_value = true;
      }
      command.items.push_back(std::move(item));
      if (in.rest().size() == before) in.skip();
    }
  }

  TargetList& out_;
  std::map<std::string, PsValue, std::less<>> variables_;
  PsValue ignored_;
};

}  // namespace

void powershell_script_targets(std::string_view script, const CommandContext& context, TargetList& out) {
  Runner(out).run(script, context, {});
}

std::optional<std::string> decode_encoded_command(std::string_view base64) {
  std::string bytes;
  std::uint32_t bits = 0;
  int have = 0;
  bool padded = false;
  for (const char c : base64) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '+')
      value = 62;
    else if (c == '/')
      value = 63;
    else if (c == '=') {
      padded = true;
      continue;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      continue;
    } else {
      return std::nullopt;
    }
    if (padded) return std::nullopt;
    bits = (bits << 6) | value;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes += static_cast<char>((bits >> have) & 0xFF);
  }
  if (bytes.empty()) return std::nullopt;
  return utf16le_to_utf8(as_bytes(bytes));
}

void powershell_arguments_targets(const std::vector<std::string>& a, const CommandContext& context, TargetList& out) {
  struct Option {
    std::string_view name, alias;
    enum class Takes : std::uint8_t { nothing, value, command, encoded, file } takes;
  };
  using Takes = Option::Takes;
  // In the order in which a prefix is tried.
  constexpr std::array kOptions{
      Option{"command", "c", Takes::command},
      Option{"encodedcommand", "ec", Takes::encoded},
      Option{"executionpolicy", "ep", Takes::value},
      Option{"encodedarguments", "ea", Takes::value},
      Option{"file", "f", Takes::file},
      Option{"noprofile", "nop", Takes::nothing},
      Option{"noninteractive", "noni", Takes::nothing},
      Option{"nologo", "nol", Takes::nothing},
      Option{"noexit", "noe", Takes::nothing},
      Option{"windowstyle", "w", Takes::value},
      Option{"workingdirectory", "wd", Takes::value},
      Option{"version", "v", Takes::value},
      Option{"inputformat", "if", Takes::value},
      Option{"outputformat", "of", Takes::value},
      Option{"psconsolefile", "psc", Takes::value},
      Option{"configurationname", "config", Takes::value},
      Option{"custompipename", "cus", Takes::value},
      Option{"settingsfile", "settings", Takes::value},
      Option{"sta", "sta", Takes::nothing},
      Option{"mta", "mta", Takes::nothing},
  };
  std::size_t at = 1;
  while (at < a.size()) {
    std::string_view word = a[at];
    for (const std::string_view dash : {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"})
      if (word.size() > dash.size() && word.substr(0, dash.size()) == dash) {
        word.remove_prefix(dash.size());
        break;
      }
    if (word.size() == a[at].size()) break;  // no option: the command begins
    const auto* option =
        std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& o) { return is(word, o.alias); });
    if (option == kOptions.end())
      option = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& o) { return starts(o.name, word); });
    if (option == kOptions.end()) break;
    ++at;
    switch (option->takes) {
      case Takes::nothing: continue;
      case Takes::value: ++at; continue;
      case Takes::file: return;
      case Takes::encoded:
        if (at < a.size())
          if (const auto script = decode_encoded_command(a[at])) powershell_script_targets(*script, context, out);
        return;
      case Takes::command: break;
    }
    break;
  }
  std::string script;
  for (; at < a.size(); ++at) script += (script.empty() ? "" : " ") + a[at];
  powershell_script_targets(script, context, out);
}

void powershell_payload_targets(std::string_view payload, const CommandContext& context, TargetList& out) {
  if (!out.spend(payload.size())) return;
  PsHost host;
  host.run_script = [](std::string_view, const CommandContext&, const PsValue&) {};
  host.context = context;
  host.out = &out;
  PsCommand command;
  const auto run = [&] {
    // native tools do not stand in this log; their words would be taken apart again
    if (!command.name.empty() && !is_tool(tool_name(command.name))) run_ps_command(command, {}, host);
    command = {};
  };
  while (!payload.empty()) {
    const std::size_t end = payload.find('\n');
    std::string_view line = trim(payload.substr(0, end));
    payload.remove_prefix(end == std::string_view::npos ? payload.size() : end + 1);
    constexpr std::string_view kCommand = "CommandInvocation(", kBinding = "ParameterBinding(";
    if (starts(line, kCommand)) {
      run();
      command.name = fold_ascii(line.substr(kCommand.size(), line.find(')') - kCommand.size()));
      continue;
    }
    constexpr std::string_view kName = "name=\"", kValue = "\"; value=\"";
    const std::size_t name = line.find(kName), value = line.find(kValue);
    if (!starts(line, kBinding) || name == std::string_view::npos || value == std::string_view::npos ||
        value < name + kName.size() || command.items.size() > 256)
      continue;
    PsItem item;
    item.parameter = line.substr(name + kName.size(), value - name - kName.size());
    std::string_view text = line.substr(value + kValue.size());
    if (!text.empty() && text.back() == '"') text.remove_suffix(1);
    if (item.parameter == "WhatIf" && !is(text, "True")) continue;
    // a list is written "a, b"; an object by its type or name
    while (item.value.names.size() < out.limits().loop_items_max) {
      const std::size_t comma = text.find(", ");
      item.value.names.emplace_back(text.substr(0, comma));
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 2);
    }
    item.is_value = true;
    command.items.push_back(std::move(item));
  }
  run();
}

}  // namespace stopwarden::ledger
