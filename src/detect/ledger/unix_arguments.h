// SPDX-License-Identifier: Apache-2.0
// How arguments of Unix tools are split into words and options; shared by the files of unix_tools.h.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detect/ledger/unix_tools.h"

namespace stopwarden::ledger::unix_tool {

using Arguments = UnixArguments;
using Type = Target::Type;

inline bool starts(std::string_view s, std::string_view prefix) noexcept {
  return s.substr(0, prefix.size()) == prefix;
}
inline bool ends(std::string_view s, std::string_view suffix) noexcept {
  return s.size() >= suffix.size() && s.substr(s.size() - suffix.size()) == suffix;
}
inline bool is_option(std::string_view s) noexcept { return s.size() > 1 && s[0] == '-'; }
inline bool is_one_of(std::string_view s, std::initializer_list<std::string_view> words) noexcept {
  return std::find(words.begin(), words.end(), s) != words.end();
}

struct Aim {
  std::string_view verb, route, host;
  std::string_view state = {};
};

inline void add(Type type, std::string_view name, const Aim& aim, TargetList& out) {
  // What only the shell that ran it knew is no name.
  if (name.empty() || name.front() == '$' || name.find("$(") != std::string_view::npos ||
      name.find('`') != std::string_view::npos)
    return;
  Target t;
  t.type = type;
  t.name = type == Type::process && parse_unsigned(name) ? "pid " + std::string(name) : std::string(name);
  t.verb = aim.verb;
  t.route = aim.route;
  t.host = aim.host;
  t.state = aim.state;
  out.add(std::move(t));
}

/// Splits arguments into words and the values of options that take one.
struct Parsed {
  std::vector<std::string_view> words;
  std::vector<std::pair<std::string_view, std::string_view>> options;  ///< "--now" or "-s" with its value, if any
  bool has(std::initializer_list<std::string_view> names) const {
    return std::any_of(options.begin(), options.end(), [&](const auto& o) { return is_one_of(o.first, names); });
  }
  std::string_view value(std::initializer_list<std::string_view> names) const {
    for (const auto& [name, value] : options)
      if (is_one_of(name, names)) return value;
    return {};
  }
};

/// `takes`: the options whose value is the next word unless it is glued on ("-s9", "--signal=9").
inline Parsed parse(const Arguments& a, std::initializer_list<std::string_view> takes, std::size_t from = 1) {
  Parsed out;
  bool words_only = false;
  for (std::size_t i = from; i < a.size(); ++i) {
    const std::string_view word = a[i];
    if (words_only || !is_option(word)) {
      out.words.push_back(word);
      continue;
    }
    if (word == "--") {
      words_only = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      out.options.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    } else if (is_one_of(word, takes)) {
      out.options.emplace_back(word, i + 1 < a.size() ? std::string_view(a[i + 1]) : std::string_view{});
      ++i;
    } else if (word.size() > 2 && word[1] != '-' && is_one_of(word.substr(0, 2), takes)) {
      out.options.emplace_back(word.substr(0, 2), word.substr(2));
    } else {
      out.options.emplace_back(word, std::string_view{});
    }
  }
  return out;
}

inline void add_words(const Parsed& p, std::size_t from, Type type, const Aim& aim, TargetList& out) {
  for (std::size_t i = from; i < p.words.size(); ++i) add(type, p.words[i], aim, out);
}

struct Verb {
  std::string_view word, verb;
};
inline std::string_view verb_of(std::string_view word, std::initializer_list<Verb> table) noexcept {
  for (const Verb& row : table)
    if (row.word == word) return row.verb;
  return {};
}

/// "ssh" is "ssh.service" to systemctl; the unit's name without that ending, as audit records have it.
inline std::string_view unit_name(std::string_view name) noexcept {
  constexpr std::string_view kService = ".service";
  return ends(name, kService) && name.size() > kService.size() ? name.substr(0, name.size() - kService.size()) : name;
}

/// A tool and its function. The tables of unix_services.cpp and unix_machines.cpp, joined by unix_tools.cpp.
struct Tool {
  std::string_view name;
  void (*run)(const Arguments&, const CommandContext&, TargetList&);
};
std::span<const Tool> service_tools();
std::span<const Tool> machine_tools();

}  // namespace stopwarden::ledger::unix_tool
