// SPDX-License-Identifier: Apache-2.0
// Programs that run another command, and how each is given it. To add one: a row in kWrappers.
#include "detect/ledger/unix_command_line.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/ledger/unix_shell.h"
#include "detect/ledger/unix_tools.h"

namespace stopwarden::ledger {
namespace {

using Arguments = UnixArguments;

bool is_option(std::string_view s) noexcept { return s.size() > 1 && s[0] == '-'; }

std::string joined(const Arguments& a, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < a.size(); ++i) out += (out.empty() ? "" : " ") + a[i];
  return out;
}

Arguments rest_of(const Arguments& a, std::size_t from) {
  return from < a.size() ? Arguments(a.begin() + static_cast<std::ptrdiff_t>(from), a.end()) : Arguments{};
}

/// Skips options from `at` on; those in `with_value` (of one letter: "ugh") take the next word unless it is glued on.
std::size_t skip_options(const Arguments& a, std::size_t at, std::string_view with_value) {
  while (at < a.size() && is_option(a[at])) {
    if (a[at] == "--") return at + 1;
    const bool takes = a[at].size() == 2 && with_value.find(a[at][1]) != std::string_view::npos;
    at += takes ? 2 : 1;
  }
  return at;
}

bool is_assignment(std::string_view word) noexcept {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.find_first_of("/ ") > equals;
}

/// How a wrapper is followed by its command.
struct Wrapper {
  std::string_view name;
  std::string_view with_value;  ///< letters of options that take a value
  std::size_t words = 0;        ///< words of its own before the command: timeout's seconds, chroot's folder
  bool assignments = false;     ///< NAME=VALUE may stand before the command
};
constexpr std::array kWrappers{
    Wrapper{"sudo", "ugpCcDhRrTtU", 0, true},
    Wrapper{"doas", "uC", 0, false},
    Wrapper{"pkexec", "", 0, false},
    Wrapper{"env", "uCS", 0, true},
    Wrapper{"nohup", "", 0, false},
    Wrapper{"setsid", "", 0, false},
    Wrapper{"exec", "a", 0, false},
    Wrapper{"command", "", 0, false},
    Wrapper{"builtin", "", 0, false},
    Wrapper{"nice", "n", 0, false},
    Wrapper{"ionice", "cnpPu", 0, false},
    Wrapper{"chrt", "TPD", 1, false},
    Wrapper{"taskset", "", 1, false},
    Wrapper{"stdbuf", "ioe", 0, false},
    Wrapper{"strace", "oespPEu", 0, false},
    Wrapper{"timeout", "sk", 1, false},
    Wrapper{"watch", "n", 0, false},
    Wrapper{"flock", "wE", 1, false},
    Wrapper{"chroot", "", 1, false},
    Wrapper{"unshare", "SGRw", 0, false},
    Wrapper{"nsenter", "tSGrwW", 0, false},
    Wrapper{"runuser", "ugGs", 0, false},
    Wrapper{"systemd-run", "uptHMC", 0, false},
    Wrapper{"caffeinate", "tw", 0, false},
    Wrapper{"busybox", "", 0, false},
    Wrapper{"toybox", "", 0, false},
    Wrapper{"arch", "", 0, false},
};

bool is_shell(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 10> kShells{"sh",  "bash", "dash", "ash",   "zsh",
                                                     "ksh", "mksh", "fish", "rbash", "csh"};
  return std::find(kShells.begin(), kShells.end(), name) != kShells.end();
}

CommandContext deeper(const CommandContext& context) { return {context.depth + 1, context.host}; }

/// sh [options] -c SCRIPT: logs that join arguments by blanks have lost the quotes around the script, so all that
/// follows is taken for it.
bool shell(const Arguments& a, const CommandContext& context, TargetList& out) {
  for (std::size_t i = 1; i < a.size(); ++i) {
    if (!is_option(a[i]) && !(a[i].size() > 1 && a[i][0] == '+')) return true;  // a script's file
    const bool command = a[i].size() > 1 && a[i][1] != '-' && a[i].find('c') != std::string::npos;
    if (command) unix_command_line_targets(joined(a, i + 1), deeper(context), out);
    if (command) return true;
    if (a[i] == "-o" || a[i] == "--rcfile" || a[i] == "--init-file") ++i;
  }
  return true;
}

/// su [USER] -c SCRIPT
void su(const Arguments& a, const CommandContext& context, TargetList& out) {
  for (std::size_t i = 1; i + 1 < a.size(); ++i)
    if (a[i] == "-c" || a[i] == "--command") return unix_command_line_targets(joined(a, i + 1), deeper(context), out);
}

/// ssh [options] [USER@]HOST COMMAND: the words are joined and given to the other side's shell.
void ssh(const Arguments& a, const CommandContext& context, TargetList& out) {
  std::size_t at = skip_options(a, 1, "bcDEeFIiJLlmOopQRSWw");
  if (at + 1 >= a.size()) return;
  std::string_view host = a[at];
  if (const std::size_t user = host.rfind('@'); user != std::string_view::npos) host.remove_prefix(user + 1);
  at = skip_options(a, at + 1, "bcDEeFIiJLlmOopQRSWw");
  unix_command_line_targets(joined(a, at), {context.depth + 1, host}, out);
}

/// docker exec [options] CONTAINER COMMAND, kubectl exec POD -- COMMAND: aimed at what runs inside.
bool container_exec(const Arguments& a, const CommandContext& context, TargetList& out) {
  for (std::size_t i = 1; i < a.size(); ++i) {
    if (a[i] != "exec") continue;
    std::size_t at = skip_options(a, i + 1, "uwencs");
    if (at >= a.size()) return true;
    const std::string host = a[at++];
    while (at < a.size() && (a[at] == "--" || is_option(a[at]))) ++at;
    unix_arguments_targets(rest_of(a, at), {context.depth + 1, host}, out);
    return true;
  }
  return false;
}

/// find ... -exec COMMAND {} ; | -delete
void find(const Arguments& a, const CommandContext& context, TargetList& out) {
  for (std::size_t i = 1; i < a.size(); ++i) {
    if (a[i] != "-exec" && a[i] != "-execdir" && a[i] != "-ok") continue;
    Arguments command;
    for (++i; i < a.size() && a[i] != ";" && a[i] != "+"; ++i) command.push_back(a[i]);
    unix_arguments_targets(command, deeper(context), out);
  }
}

/// What the command before a pipe prints, when that can be known: echo's and printf's words.
Arguments printed(const ShellCommand* before) {
  if (before == nullptr || before->words.empty()) return {};
  const std::string name = unix_tool_name(before->words[0]);
  if (name != "echo" && name != "printf") return {};
  Arguments out;
  for (std::size_t i = 1; i < before->words.size(); ++i) {
    std::string_view words = before->words[i];
    if (i == 1 && (words == "-n" || words == "-e" || words == "-ne")) continue;
    while (!words.empty()) {
      std::size_t end = words.find_first_of(" \t\n");
      if (const std::size_t escape = words.find("\\n"); escape < end) end = escape;  // echo -e, printf
      const std::string_view word = words.substr(0, end);
      if (!word.empty() && word.find('%') == std::string_view::npos) out.emplace_back(word);
      words.remove_prefix(end == std::string_view::npos ? words.size() : end + (words[end] == '\\' ? 2 : 1));
    }
  }
  return out;
}

/// xargs [options] COMMAND: the words that are piped to it follow, or stand in the place of -I's text.
void xargs(const Arguments& a, const ShellCommand* before, const CommandContext& context, TargetList& out) {
  std::string replace;
  std::size_t at = 1;
  while (at < a.size() && is_option(a[at])) {
    if (a[at].substr(0, 2) == "-I") replace = a[at].size() > 2 ? a[at].substr(2) : at + 1 < a.size() ? a[at + 1] : "";
    const bool takes = a[at].size() == 2 && std::string_view("InLPsdEa").find(a[at][1]) != std::string_view::npos;
    at += takes ? 2 : 1;
  }
  Arguments command = rest_of(a, at);
  const Arguments words = printed(before);
  if (replace.empty()) {
    command.insert(command.end(), words.begin(), words.end());
    return unix_arguments_targets(command, deeper(context), out);
  }
  for (const std::string& word : words) {
    Arguments one = command;
    for (std::string& part : one)
      if (const std::size_t hit = part.find(replace); hit != std::string::npos) part.replace(hit, replace.size(), word);
    unix_arguments_targets(one, deeper(context), out);
  }
}

bool run_wrapper(const std::string& name, const Arguments& a, const CommandContext& context, TargetList& out) {
  for (const Wrapper& w : kWrappers) {
    if (w.name != name) continue;
    std::size_t at = skip_options(a, 1, w.with_value);
    while (w.assignments && at < a.size() && is_assignment(a[at])) ++at;
    at = skip_options(a, at + w.words, w.with_value);
    if (name == "runuser") su(a, context, out);
    unix_arguments_targets(rest_of(a, at), deeper(context), out);
    return true;
  }
  return false;
}

void run(const Arguments& a, const ShellCommand* before, const CommandContext& context, TargetList& out) {
  if (a.empty() || context.depth > out.limits().depth_max || !out.spend(a[0].size())) return;
  const std::string name = unix_tool_name(a[0]);
  if (is_shell(name)) {
    shell(a, context, out);
    return;
  }
  if (name == "su") return su(a, context, out);
  if (name == "ssh" || name == "dbclient") return ssh(a, context, out);
  if (name == "xargs" || name == "parallel") return xargs(a, before, context, out);
  if (name == "find") return find(a, context, out);
  if (name == "eval") return unix_command_line_targets(joined(a, 1), deeper(context), out);
  if ((name == "docker" || name == "podman" || name == "nerdctl" || name == "kubectl" || name == "crictl") &&
      container_exec(a, context, out))
    return;
  if (name == "tee" && before != nullptr) {
    const std::string text = joined(printed(before), 0);
    for (std::size_t i = skip_options(a, 1, ""); i < a.size(); ++i) written_file_target(a[i], text, context, out);
    return;
  }
  if (run_wrapper(name, a, context, out)) return;
  run_unix_tool(a, context, out);
}

}  // namespace

void unix_command_line_targets(std::string_view line, const CommandContext& context, TargetList& out) {
  if (context.depth > out.limits().depth_max) return;
  const std::vector<ShellCommand> commands = shell_commands(line, out);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const ShellCommand& command = commands[i];
    const ShellCommand* before = command.piped && i > 0 ? &commands[i - 1] : nullptr;
    run(command.words, before, context, out);
    for (const ShellCommand::Redirection& file : command.redirections)
      if (file.way == ShellCommand::Redirection::Way::out)
        written_file_target(file.file, joined(printed(&command), 0), context, out);
  }
}

void unix_arguments_targets(const std::vector<std::string>& arguments, const CommandContext& context, TargetList& out) {
  run(arguments, nullptr, context, out);
}

}  // namespace stopwarden::ledger
