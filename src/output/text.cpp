// SPDX-License-Identifier: Apache-2.0
#include "output/text.h"

#include <fmt/format.h>

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

std::string source_of(const Finding& f) {
  if (f.channel.empty() && !f.event_id) return {};
  return fmt::format("{}{}{}", terminal_safe(f.channel), f.channel.empty() || !f.event_id ? "" : " ",
                     f.event_id ? std::to_string(*f.event_id) : "");
}

std::string what_of(const Finding& f) {
  std::string who{actor_name(f.actor)};
  if (!f.source_ip.empty()) who += fmt::format("{}from {}", who.empty() ? "" : " ", f.source_ip);
  std::string what = word_targets(f, kNamesMax);
  if (what.empty()) what = base_name(f.actor.process_path);
  if (who.empty() || what.empty()) return terminal_safe(who + what);
  return terminal_safe(who + ": " + what);
}

/// The command line, else what the rule matched.
std::string detail_of(const Finding& f) {
  if (!f.actor.cmd_line.empty()) return terminal_safe(trim(f.actor.cmd_line));
  std::string out;
  for (const auto& m : f.matched) {
    if (!out.empty()) out += "  ";
    out += m.first.empty() ? m.second : m.first + "=" + m.second;
  }
  return terminal_safe(out);
}

std::string plural(std::uint64_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

}  // namespace

TextWriter::TextWriter(ByteSink& out, const FormatOptions& options)
    : FindingWriter(out), colour_(options.colour), width_(options.width) {}

std::string TextWriter::coloured(std::string_view text, std::string_view sgr) const {
  if (colour_ == Colour::off || text.empty()) return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr, text);
}

void TextWriter::on_finding(const Finding& f) {
  findings_ += f.count;
  by_level_[static_cast<std::size_t>(f.severity)] += f.count;
  if (!host_ || fold(*host_) != fold(f.host)) {
    flush();
    const std::string name = f.host.empty() ? "(host unknown)" : terminal_safe(f.host);
    put((host_ ? "\n" : "") + coloured(fit_width(name, width_), kBold) + "\n");
    host_ = f.host;
    ++hosts_;
  }
  Entry entry{f.severity, terminal_safe(f.title), source_of(f), what_of(f), detail_of(f)};
  if (!entry_ || *entry_ != entry || f.time.has_value() != first_.has_value()) {
    flush();
    entry_ = std::move(entry);
    first_ = f.time;
    first_record_ = f.record_id;
  }
  last_ = f.time;
  times_ += f.count;
}

void TextWriter::flush() {
  if (!entry_) return;
  const Entry& e = *entry_;
  const std::string head = fmt::format("{}{}  ", kIndent, shown_time(first_));
  const std::string level = fmt::format("{:<14}", level_name(e.level));
  std::string folded;
  if (times_ > 1) folded = fmt::format("  x{}", times_);
  if (first_ && last_ && *last_ > *first_) folded += fmt::format(" until {}", until(*first_, *last_));
  const std::string record = first_record_ ? fmt::format(" #{}", *first_record_) : "";
  const std::string source = e.source.empty() ? "" : fmt::format("  [{}{}]", e.source, record);
  std::string tail = e.title + source + folded;
  const std::size_t used = head.size() + level.size();
  if (width_ > 0) tail = fit_width(tail, width_ > used ? width_ - used : 1);
  std::string out = head + coloured(level, sgr_of(e.level)) + tail + "\n";
  const std::size_t room = width_ == 0 ? 0 : width_ > kDetailIndent.size() ? width_ - kDetailIndent.size() : 1;
  if (!e.what.empty()) out += fmt::format("{}{}\n", kDetailIndent, fit_width(e.what, room));
  if (!e.detail.empty()) out += fmt::format("{}{}\n", kDetailIndent, coloured(fit_width(e.detail, room), kFaint));
  put(out);
  entry_.reset();
  times_ = 0;
}

void TextWriter::totals() {
  if (findings_ == 0) return put("No findings.\n");
  std::string out = fmt::format("\n{} on {}:", plural(findings_, "finding"), plural(hosts_, "host"));
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
  flush();
  totals();
}

}  // namespace stopwarden
