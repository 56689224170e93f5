// SPDX-License-Identifier: Apache-2.0
// cmd.exe and wmic read their line themselves; everything else is given arguments.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/ledger/windows_command_line.h"
#include "detect/ledger/windows_tools.h"

namespace stopwarden::ledger {
namespace {

bool is(std::string_view a, std::string_view b) noexcept { return equal_ignore_ascii_case(a, b); }
bool starts(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && is(s.substr(0, prefix.size()), prefix);
}
bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_word(char c) noexcept {
  const char f = fold_ascii(c);
  return (f >= 'a' && f <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool known(std::string_view name) { return is_tool(name) || name == "cmd" || name == "wmic"; }

/// The first word of a line that is no argument list, and what follows it.
std::string_view take_word(std::string_view& line) {
  line = trim(line);
  std::size_t end = 0;
  bool quoted = false;
  while (end < line.size() && (quoted || !is_blank(line[end]))) quoted ^= line[end++] == '"';
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

std::string_view without_quotes(std::string_view s) {
  if (s.size() >= 2 && s.front() == '"' && s.back() == '"') return s.substr(1, s.size() - 2);
  return s;
}

// ---- cmd.exe ----

void run_cmd_command(std::string_view command, const CommandContext& context, TargetList& out);

void run_cmd_line(std::string_view line, const CommandContext& context, TargetList& out) {
  if (context.depth > out.limits().depth_max || !out.spend(line.size())) return;
  for (const std::string& command : split_cmd_line(line)) run_cmd_command(command, context, out);
}

/// The text behind /c or /k, as cmd.exe takes it: /s, or anything but exactly one plain quoted program, loses the first
/// and the last quote.
std::string_view cmd_payload(std::string_view rest) {
  for (std::size_t at = 0; at + 1 < rest.size(); ++at) {
    if (rest[at] == '"') return {};
    if (rest[at] != '/') continue;
    const char option = fold_ascii(rest[at + 1]);
    if (option != 'c' && option != 'k' && option != 'r') continue;
    std::string_view payload = trim(rest.substr(at + 2));
    if (!payload.empty() && payload.front() == '"') {
      const std::size_t last = payload.rfind('"');
      const bool only_two = last == payload.find('"', 1);
      const bool program_only =
          only_two && payload.find_first_of("&<>()@^|") == std::string_view::npos && last + 1 < payload.size();
      if (last > 0 && !program_only) {
        // what stands behind the last quote is kept, but nothing we read ever does
        payload = payload.substr(1, last - 1);
      }
    }
    return payload;
  }
  return {};
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t hit = text.find(what, at);
    out += text.substr(at, hit - at);
    if (hit == std::string_view::npos) return out;
    out += with;
    at = hit + what.size();
  }
}

/// FOR %x IN (a b "c d") DO command: the command for each item. With /f, /r, /l the list is no list of words: only the
/// command itself is looked at.
void run_for(std::string_view line, const CommandContext& context, TargetList& out) {
  take_word(line);
  bool words = true;
  std::string_view variable = take_word(line);
  while (!variable.empty() && variable.front() == '/') {
    words = words && is(variable, "/d");
    variable = take_word(line);
    if (!variable.empty() && variable.front() == '"') variable = take_word(line);
  }
  const std::size_t open = line.find('('), close = line.find(')', open == std::string_view::npos ? 0 : open);
  if (variable.empty() || variable.front() != '%' || open == std::string_view::npos || close == std::string_view::npos)
    return;
  std::string_view list = line.substr(open + 1, close - open - 1), body = line.substr(close + 1);
  if (!is(take_word(body), "do")) return;
  const CommandContext inner{context.depth + 1, context.host};
  if (!words) return run_cmd_line(body, inner, out);
  for (std::size_t n = 0; n < out.limits().loop_items_max; ++n) {
    while (!list.empty() &&
           (is_blank(list.front()) || list.front() == ',' || list.front() == ';' || list.front() == '='))
      list.remove_prefix(1);
    if (list.empty()) return;
    std::size_t end = 0;
    bool quoted = false;
    while (end < list.size() && (quoted || (!is_blank(list[end]) && list[end] != ',' && list[end] != ';')))
      quoted ^= list[end++] == '"';
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(end);
    if (!out.spend(body.size())) return;
    const std::string plain = "%~" + std::string(variable.substr(variable.find_last_of('%') + 1));
    run_cmd_line(replace_all(replace_all(body, plain, without_quotes(item)), variable, item), inner, out);
  }
}

/// Leaves out what stands before the command proper: call, start "title" /options, if ... .
std::string_view without_prefix(std::string_view command) {
  for (int n = 0; n < 8; ++n) {
    std::string_view rest = command;
    const std::string_view word = take_word(rest);
    if (is(word, "call")) {
      command = trim(rest);
    } else if (is(word, "start")) {
      rest = trim(rest);
      if (!rest.empty() && rest.front() == '"') take_word(rest);
      rest = trim(rest);
      while (!rest.empty() && rest.front() == '/') {
        take_word(rest);
        rest = trim(rest);
      }
      command = rest;
    } else if (is(word, "if")) {
      std::string_view next = take_word(rest);
      while (is(next, "/i") || is(next, "not")) next = take_word(rest);
      if (is(next, "exist") || is(next, "errorlevel") || is(next, "defined")) {
        take_word(rest);
      } else if (next.find("==") == std::string_view::npos) {
        take_word(rest);
        take_word(rest);
      }
      command = trim(rest);
    } else {
      break;
    }
  }
  return command;
}

void run_cmd_command(std::string_view command, const CommandContext& context, TargetList& out) {
  command = without_prefix(command);
  std::string_view rest = command;
  if (is(take_word(rest), "for")) return run_for(command, context, out);
  command_line_targets(command, "", {context.depth + 1, context.host}, out);
}

// ---- wmic ----

std::string_view wmic_verb(std::string_view method, std::string_view arguments, bool of_process) {
  if (of_process) return is(method, "terminate") || is(method, "delete") ? "kill" : "";
  if (is(method, "stopservice")) return "stop";
  if (is(method, "pauseservice")) return "pause";
  if (is(method, "startservice") || is(method, "resumeservice")) return "start";
  if (is(method, "delete")) return "delete";
  if (is(method, "changestartmode") || is(method, "change")) {
    std::string_view word = arguments;
    while (!word.empty() && !is_word(word.front())) word.remove_prefix(1);
    return starts(word, "disab") ? "disable" : "reconfigure";
  }
  return {};
}

struct Word {
  std::string_view text;
  std::size_t begin;
};

/// Words made of letters, and quoted texts without their quotes.
std::vector<Word> wmic_words(std::string_view s) {
  std::vector<Word> out;
  for (std::size_t at = 0; at < s.size();) {
    if (!is_word(s[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < s.size() && is_word(s[at])) ++at;
    out.push_back({s.substr(begin, at - begin), begin});
  }
  return out;
}

std::string_view wmic_host(std::string_view line, std::string_view host) {
  for (const std::string_view option : {"/node:", "-node:"}) {
    for (std::size_t at = 0; at + option.size() <= line.size(); ++at) {
      if (!is(line.substr(at, option.size()), option)) continue;
      std::string_view value = line.substr(at + option.size());
      if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
        const std::size_t end = value.find(value.front(), 1);
        return value.substr(1, end == std::string_view::npos ? end : end - 1);
      }
      return value.substr(0, value.find_first_of(" \t,"));
    }
  }
  return host;
}

/// wmic [/node:H] service|process [where CONDITION|NAME] call METHOD | delete
void wmic(std::string_view rest, const CommandContext& context, TargetList& out) {
  const std::vector<Word> words = wmic_words(rest);
  const auto find = [&](std::initializer_list<std::string_view> names, std::size_t from) {
    for (std::size_t i = from; i < words.size(); ++i)
      if (std::any_of(names.begin(), names.end(), [&](std::string_view n) { return is(words[i].text, n); })) return i;
    return words.size();
  };
  const std::size_t cls = find({"service", "process", "win32_service", "win32_process"}, 0);
  if (cls == words.size()) return;
  const bool of_process = is(words[cls].text, "process") || is(words[cls].text, "win32_process");
  const std::size_t call = find({"call", "delete"}, cls + 1);
  if (call == words.size()) return;
  const bool has_method = is(words[call].text, "call") && call + 1 < words.size();
  const std::string_view method = has_method ? words[call + 1].text : words[call].text;
  const std::size_t tail_at = words[has_method ? call + 1 : call].begin + method.size();
  const std::string_view tail = trim(rest.substr(tail_at));
  const std::string_view host = wmic_host(rest, context.host);
  if (of_process && is(method, "create")) {
    std::string_view command = tail;
    while (!command.empty() && (command.front() == '(' || is_blank(command.front()) || command.front() == '"'))
      command.remove_prefix(1);
    while (!command.empty() && (command.back() == '"' || command.back() == ')')) command.remove_suffix(1);
    return command_line_targets(command, "", {context.depth + 1, host}, out);
  }
  const std::string_view verb = wmic_verb(method, tail, of_process);
  if (verb.empty()) return;
  Target t;
  t.type = of_process ? Target::Type::process : Target::Type::service;
  t.verb = verb;
  t.route = "wmic";
  t.host = host;
  const std::string_view condition = rest.substr(words[cls].begin + words[cls].text.size(),
                                                 words[call].begin - words[cls].begin - words[cls].text.size());
  const std::vector<WqlName> names = wql_names(condition);
  for (const WqlName& name : names) {
    t.name = trim(name.value);
    t.display_name = is(name.field, "displayname") ? t.name : "";
    if (of_process && parse_unsigned(t.name)) t.name = "pid " + t.name;
    out.add(t);
  }
  if (!names.empty()) return;
  // the key of the alias: wmic service VSS call stopservice
  const std::string_view key = trim(condition);
  if (!key.empty() && !starts(key, "where")) {
    t.name = without_quotes(key);
    out.add(t);
  }
}

/// Where the arguments of a line begin: behind the quoted first word, or behind a path with blanks that ends in ".exe".
std::string_view program_of(std::string_view line) {
  std::string_view rest = line;
  const std::string_view first = take_word(rest);
  if (first.find('"') != std::string_view::npos || known(tool_name(first))) return first;
  if (first.find('\\') == std::string_view::npos) return first;
  for (int n = 0; n < 6 && !rest.empty(); ++n) {
    const std::string_view word = take_word(rest);
    if (word.find_first_of("\"/") != std::string_view::npos) break;
    const std::string_view all = line.substr(0, line.size() - rest.size());
    if (word.size() > 4 && is(word.substr(word.size() - 4), ".exe")) return all;
  }
  return first;
}

}  // namespace

std::vector<WqlName> wql_names(std::string_view s) {
  constexpr std::array<std::string_view, 5> kFields{"name", "displayname", "caption", "processid", "handle"};
  std::vector<WqlName> out;
  std::size_t at = 0;
  const auto blanks = [&] {
    while (at < s.size() && (is_blank(s[at]) || s[at] == '\\' || s[at] == '`')) ++at;
  };
  const auto bare = [](char c) { return is_word(c) || c == '%' || c == '$' || c == '.' || c == '*'; };
  while (at < s.size()) {
    if (!is_word(s[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < s.size() && is_word(s[at])) ++at;
    const std::string_view field = s.substr(begin, at - begin);
    if (std::none_of(kFields.begin(), kFields.end(), [&](std::string_view f) { return is(f, field); })) continue;
    blanks();
    if (at < s.size() && s[at] == '=') {
      ++at;
    } else if (starts(s.substr(at), "like")) {
      at += 4;
    } else {
      continue;
    }
    blanks();
    const char quote = at < s.size() && (s[at] == '\'' || s[at] == '"') ? s[at++] : '\0';
    const std::size_t value = at;
    while (at < s.size() && (quote != '\0' ? s[at] != quote && s[at] != '\\' : bare(s[at]))) ++at;
    out.push_back({field, s.substr(value, at - value)});
  }
  return out;
}

void command_line_targets(std::string_view line, std::string_view tool, const CommandContext& context,
                          TargetList& out) {
  line = trim(line);
  if (line.empty() || context.depth > out.limits().depth_max || !out.spend(line.size())) return;
  const std::string_view program = program_of(line);
  std::string name = tool_name(without_quotes(program));
  if (!known(name) && known(tool_name(tool))) name = tool_name(tool);
  const std::string_view rest = line.substr(program.size());
  const CommandContext inner{context.depth + 1, context.host};
  if (name == "cmd") return run_cmd_line(cmd_payload(rest), inner, out);
  if (name == "wmic") return wmic(rest, inner, out);
  if (!is_tool(name)) return;
  std::vector<std::string> arguments = split_arguments("x " + std::string(rest));
  arguments[0] = name;
  run_tool(name, arguments, inner, out);
}

void arguments_targets(const std::vector<std::string>& arguments, const CommandContext& context, TargetList& out) {
  if (arguments.empty() || context.depth > out.limits().depth_max) return;
  std::size_t size = 0;
  for (const std::string& a : arguments) size += a.size() + 1;
  if (!out.spend(size)) return;
  const std::string name = tool_name(arguments[0]);
  if (run_tool(name, arguments, {context.depth + 1, context.host}, out)) return;
  if (name != "cmd" && name != "wmic") return;
  std::string rest;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& a = arguments[i];
    // cmd's own options stay bare; a condition of wmic keeps its words together by itself
    rest += " " + a;
  }
  command_line_targets(name + rest, "", {context.depth + 1, context.host}, out);
}

}  // namespace stopwarden::ledger
