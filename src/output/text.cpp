// SPDX-License-Identifier: Apache-2.0
#include "output/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "finding/message.h"
#include "output/safe_text.h"

namespace stopwarden {
namespace {

constexpr std::size_t kNamesMax = 50;  // targets of one act; resources[] of jsonl has them all
constexpr std::string_view kIndent = "  ", kDetailIndent = "      ";
constexpr std::string_view kBold = "1", kFaint = "2";

std::string_view sgr_of(Level level) noexcept {
  switch (level) {
    case Level::informational: return "2";
    case Level::low: return "36";
    case Level::medium: return "33";
    case Level::high: return "31";
    case Level::critical: return "1;31";
  }
  std::abort();
}

std::string shown_time(const std::optional<EventTime>& time) {
  if (!time) return "time unknown           ";  // as wide as a time
  std::string text = format_time(*time, 3);
  text[10] = ' ';
  text.pop_back();  // Z: the end of the output says that all times are UTC
  return text;
}

/// The time of day, or all of it when the day is another one.
std::string until(const EventTime& first, const EventTime& last) {
  const std::string from = shown_time(first), to = shown_time(last);
  return from.substr(0, 10) == to.substr(0, 10) ? to.substr(11) : to;
}

/// "Sysmon 1" for "Microsoft-Windows-Sysmon/Operational" and 1: what everybody calls it.
std::string source_of(const Finding& f) {
  std::string_view channel = f.channel;
  constexpr std::string_view kVendor = "Microsoft-Windows-", kKind = "/Operational";
  if (channel.substr(0, kVendor.size()) == kVendor) channel.remove_prefix(kVendor.size());
  if (channel.size() > kKind.size() && channel.substr(channel.size() - kKind.size()) == kKind)
    channel.remove_suffix(kKind.size());
  return terminal_safe(channel) + (channel.empty() || !f.event_id ? "" : " ") +
         (f.event_id ? std::to_string(*f.event_id) : "");
}

std::string who_of(const Finding& f) {
  std::string who{actor_name(f.actor)};
  if (!f.source_ip.empty()) who += fmt::format("{}from {}", who.empty() ? "" : " ", f.source_ip);
  return terminal_safe(who);
}

/// The targets without their states, which the act adds when some log tells them.
std::string what_of(const Finding& f) {
  Finding plain;
  plain.resources = f.resources;
  for (Target& t : plain.resources) t.state.clear();
  std::string what = word_targets(plain, kNamesMax);
  if (what.empty()) what = base_name(f.actor.process_path);
  return terminal_safe(what);
}

std::string plural(std::uint64_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

/// A correlation's is one, of however many hits; another stands for identical records.
std::uint64_t findings_in(const Finding& f) noexcept { return f.joins_hits ? 1 : f.count; }

/// The command line, else what the rule matched beyond what the entry says anyway.
std::string detail_of(const Finding& f) {
  if (f.joins_hits) return plural(f.count, "hit");
  if (!f.actor.cmd_line.empty()) return terminal_safe(trim(f.actor.cmd_line));
  std::string out;
  for (const auto& m : f.matched) {
    if (m.first == "EventID" || m.first == "Provider_Name" || m.first == "Channel" || m.first == "Binary") continue;
    if (!out.empty()) out += "  ";
    out += m.first.empty() ? m.second : m.first + "=" + m.second;
  }
  return terminal_safe(out);
}

/// Which act a finding tells of: the verb, and what it is aimed at.
std::string key_of(const Finding& f) {
  std::vector<std::string> names;
  for (const Target& t : f.resources)
    names.push_back(t.verb + '\0' + fold(t.host) + '\0' + std::string(target_type_name(t.type)) + '\0' + fold(t.name));
  std::sort(names.begin(), names.end());
  std::string key;
  for (const std::string& name : names) key += name + '\1';
  return key;
}

/// A machine's own account tells less than any other name for who it was.
bool is_better_name(const std::string& name, const std::string& than) {
  const auto is_machine = [](std::string_view who) {
    who = who.substr(0, who.find(" from "));
    return !who.empty() && who.back() == '$';
  };
  if (name.empty() || than.empty()) return than.empty();
  return is_machine(than) && !is_machine(name);
}

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

std::string joined(const std::vector<std::string>& list, std::string_view separator) {
  constexpr std::size_t kShown = 4;
  std::string out;
  for (std::size_t i = 0; i < list.size() && i < kShown; ++i) out += (i == 0 ? "" : std::string(separator)) + list[i];
  if (list.size() > kShown) out += fmt::format("{}{} more", separator, list.size() - kShown);
  return out;
}

}  // namespace

TextWriter::TextWriter(ByteSink& out, const FormatOptions& options)
    : FindingWriter(out), colour_(options.colour), width_(options.width) {}

std::string TextWriter::coloured(std::string_view text, std::string_view sgr) const {
  if (colour_ == Colour::off || text.empty() || sgr.empty()) return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr, text);
}

bool TextWriter::Act::looks_like(const Act& other) const {
  return level == other.level && title == other.title && who == other.who && what == other.what &&
         state == other.state && detail == other.detail && sources == other.sources && others == other.others &&
         findings == other.findings && first.has_value() == other.first.has_value();
}

TextWriter::Act TextWriter::act_of(const Finding& f) {
  Act act;
  act.first = act.last = f.time;
  act.level = f.severity;
  act.title = terminal_safe(f.title);
  act.who = who_of(f);
  act.what = what_of(f);
  for (const Target& t : f.resources)
    if (!t.state.empty()) act.state = terminal_safe(t.state);
  act.detail = detail_of(f);
  add_once(act.sources, source_of(f));
  if (!act.sources.empty()) act.first_source = act.sources[0] + (f.record_id ? fmt::format(" #{}", *f.record_id) : "");
  act.findings = findings_in(f);
  act.key = f.resources.empty() ? act.title + '\0' + act.who + '\0' + act.what + '\0' + act.detail : key_of(f);
  return act;
}

void TextWriter::merge(Act& into, Act&& more) {
  if (more.level > into.level) {
    std::swap(into.title, more.title);
    into.level = more.level;
  }
  std::erase(into.others, into.title);
  if (more.title != into.title) add_once(into.others, more.title);
  if (is_better_name(more.who, into.who)) into.who = std::move(more.who);
  if (into.state.empty()) into.state = std::move(more.state);
  if (into.detail.empty()) into.detail = std::move(more.detail);
  for (const std::string& source : more.sources) add_once(into.sources, source);
  into.last = more.last;
  into.findings += more.findings;
}

void TextWriter::on_finding(const Finding& f) {
  findings_ += findings_in(f);
  by_level_[static_cast<std::size_t>(f.severity)] += findings_in(f);
  if (!host_ || fold(*host_) != fold(f.host)) {
    close_all();
    const std::string name = f.host.empty() ? "(host unknown)" : terminal_safe(f.host);
    put((host_ ? "\n" : "") + coloured(fit_width(name, width_), kBold) + "\n");
    host_ = f.host;
    ++hosts_;
  }
  Act act = act_of(f);
  while (!open_.empty() && (open_.size() >= kOpenActsMax || !f.time || !open_.front().first ||
                            *f.time - *open_.front().first > kActWindow)) {
    close(std::move(open_.front()));
    open_.pop_front();
  }
  for (Act& known : open_)
    if (known.key == act.key) return merge(known, std::move(act));
  open_.push_back(std::move(act));
}

void TextWriter::close(Act&& act) {
  ++acts_;
  if (closed_ && closed_->looks_like(act)) {
    closed_->last = act.last;
    ++closed_->times;
    return;
  }
  if (closed_) print(*closed_);
  closed_ = std::move(act);
}

void TextWriter::close_all() {
  for (Act& act : open_) close(std::move(act));
  open_.clear();
  if (closed_) print(*closed_);
  closed_.reset();
}

void TextWriter::print(const Act& act) {
  const std::string head = fmt::format("{}{}  ", kIndent, shown_time(act.first));
  const std::string level = fmt::format("{:<14}", level_name(act.level));
  std::string title = act.title;
  if (act.times > 1) title += fmt::format("  x{}", act.times);
  const bool longer = act.first && act.last && *act.last > *act.first;
  if (act.times > 1 && longer) title += fmt::format(" until {}", until(*act.first, *act.last));
  const std::size_t used = head.size() + level.size();
  if (width_ > 0) title = fit_width(title, width_ > used ? width_ - used : 1);
  std::string out = head + coloured(level, sgr_of(act.level)) + title + "\n";

  const std::size_t room = width_ == 0 ? 0 : width_ > kDetailIndent.size() ? width_ - kDetailIndent.size() : 1;
  const auto line = [&](const std::string& text, std::string_view sgr) {
    if (!text.empty()) out += fmt::format("{}{}\n", kDetailIndent, coloured(fit_width(text, room), sgr));
  };
  line(act.who + (act.who.empty() || act.what.empty() ? "" : ": ") + act.what +
           (act.state.empty() ? "" : ", now " + act.state),
       "");
  line(act.detail, kFaint);
  std::vector<std::string> sources = act.sources;
  if (!sources.empty() && act.times == 1) sources[0] = act.first_source;
  std::string seen;
  if (act.findings > 1) seen = fmt::format("{} findings", act.findings);
  if (act.findings > 1 && longer && act.times == 1) seen += " until " + until(*act.first, *act.last);
  std::vector<std::string> others = act.others;
  std::sort(others.begin(), others.end());
  if (!others.empty()) seen += ", also " + joined(others, "; ");
  if (!sources.empty()) seen += (seen.empty() ? "[" : "  [") + joined(sources, ", ") + "]";
  line(seen, kFaint);
  put(out);
}

void TextWriter::totals() {
  if (findings_ == 0) return put("No findings.\n");
  std::string out =
      fmt::format("\n{} in {} on {}:", plural(findings_, "finding"), plural(acts_, "act"), plural(hosts_, "host"));
  const char* separator = " ";
  for (const Level level : {Level::critical, Level::high, Level::medium, Level::low, Level::informational}) {
    const std::uint64_t n = by_level_[static_cast<std::size_t>(level)];
    if (n == 0) continue;
    out += separator + coloured(fmt::format("{} {}", n, level_name(level)), sgr_of(level));
    separator = ", ";
  }
  put(out + ". Times are UTC.\n");
}

void TextWriter::on_finish() {
  close_all();
  totals();
}

}  // namespace stopwarden
