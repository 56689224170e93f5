// SPDX-License-Identifier: Apache-2.0
#include "output/timesketch.h"

#include "finding/message.h"
#include "output/json_writer.h"

namespace stopwarden {
namespace {

/// Timesketch wants a time for every line; one that is not known is the epoch and says so.
void times(JsonWriter& json, const Finding& f) {
  const EventTime time = f.time.value_or(EventTime{});
  std::string text = format_time(time, 6);
  text.pop_back();  // Z
  json.text("datetime", text + "+00:00");
  json.number("timestamp",
              std::int64_t{std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count()});
  json.text("timestamp_desc", f.time ? "Event Logged" : "Not a time");
}

}  // namespace

TimesketchWriter::TimesketchWriter(ByteSink& out, const FormatOptions&) : FindingWriter(out) {}

void TimesketchWriter::on_finding(const Finding& f) {
  line_.clear();
  JsonWriter json(line_);
  json.begin_object();
  const std::string level = "[" + std::string{level_name(f.severity)} + "] ";
  const bool titled = f.message.find(f.title) != std::string::npos;
  json.text("message", level + (titled ? f.message : f.title + ": " + f.message));
  times(json, f);
  json.text("data_type", "stopwarden:finding");
  json.text("level", level_name(f.severity));
  json.text("rule_title", f.title);
  json.text("rule_id", f.analytic_uid);
  json.text_if("computer_name", f.host);
  json.text_if("channel", f.channel);
  json.text_if("source_name", f.provider);
  if (f.event_id) json.number("event_identifier", *f.event_id);
  if (f.record_id) json.number("record_number", *f.record_id);
  json.text_if("username", f.actor.user_name);
  json.text_if("user_sid", f.actor.user_uid);
  json.text_if("logon_id", f.actor.session_uid);
  json.text_if("process", f.actor.process_path);
  json.text_if("command_line", f.actor.cmd_line);
  json.text_if("parent_process", f.actor.parent_path);
  json.text_if("source_ip", f.source_ip);
  if (!f.resources.empty()) {
    json.begin_array("targets");
    for (const Target& t : f.resources) json.text(t.name.empty() ? t.display_name : t.name);
    json.end_array();
  }
  if (!f.attacks.empty()) {
    json.begin_array("attack_technique");
    for (const Attack& a : f.attacks) json.text(a.technique_uid);
    json.end_array();
  }
  json.begin_array("tag");
  json.text("stopwarden");
  json.text(level_name(f.severity));
  json.end_array();
  json.number("count", f.count);
  if (!f.evidences.empty()) {
    json.text("file", f.evidences.front().file);
    json.number("offset", f.evidences.front().offset);
  }
  json.text("finding_uid", f.uid);
  json.end_object();
  line_ += '\n';
  put(line_);
}

}  // namespace stopwarden
