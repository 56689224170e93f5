// SPDX-License-Identifier: Apache-2.0
#include "output/jsonl.h"

#include "base/text.h"
#include "finding/attack.h"
#include "finding/message.h"
#include "output/json_writer.h"

namespace stopwarden {
namespace {

std::string_view severity_caption(Level level) noexcept {
  switch (level) {
    case Level::informational: return "Informational";
    case Level::low: return "Low";
    case Level::medium: return "Medium";
    case Level::high: return "High";
    case Level::critical: return "Critical";
  }
  std::abort();
}

void texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.begin_array(name);
  for (const std::string& s : list) json.text(s);
  json.end_array();
}

void head(JsonWriter& json, const Finding& f) {
  json.number("time", f.time ? to_unix_ms(*f.time) : std::int64_t{0});
  json.number("severity_id", static_cast<unsigned>(f.severity));
  json.text("severity", severity_caption(f.severity));
  json.number("class_uid", 2004);
  json.text("class_name", "Detection Finding");
  json.number("category_uid", 2);
  json.text("category_name", "Findings");
  json.number("activity_id", 1);
  json.text("activity_name", "Create");
  json.number("type_uid", 200401);
  json.text("type_name", "Detection Finding: Create");
  json.number("status_id", 1);
  json.text("status", "New");
  json.text("message", f.message);
  json.number("count", f.count);
}

void metadata(JsonWriter& json, const Finding& f, std::string_view version) {
  json.begin_object("metadata");
  json.text("uid", f.uid);
  json.text("version", "1.8.0");
  json.begin_array("profiles");
  json.text("host");
  json.end_array();
  json.begin_object("product");
  json.text("name", "stopwarden");
  json.text("vendor_name", "stopwarden");
  json.text("version", version);
  json.end_object();
  json.text_if("log_name", f.channel);
  json.text_if("log_provider", f.provider);
  if (f.event_id) json.text("event_code", std::to_string(*f.event_id));
  json.end_object();
}

void tactic(JsonWriter& json, std::string_view key) {
  const Tactic* known = tactic_of_key(key);
  json.begin_object("tactic");
  if (known == nullptr || !known->uid.empty()) json.text("uid", key);
  if (known != nullptr) json.text("name", known->name);
  json.end_object();
}

/// Tags do not say which tactic belongs to which technique. One tactic goes with every technique; several stand for
/// themselves.
void attacks(JsonWriter& json, const Finding& f) {
  json.begin_array("attacks");
  const bool one = f.tactics.size() == 1 && !f.attacks.empty();
  for (const Attack& a : f.attacks) {
    json.begin_object();
    const std::size_t dot = a.technique_uid.find('.');
    json.begin_object("technique");
    json.text("uid", std::string_view{a.technique_uid}.substr(0, dot));
    json.end_object();
    if (dot != std::string::npos) {
      json.begin_object("sub_technique");
      json.text("uid", a.technique_uid);
      json.end_object();
    }
    if (one) tactic(json, f.tactics.front());
    json.end_object();
  }
  for (const std::string& t : f.tactics) {
    if (one) break;
    json.begin_object();
    tactic(json, t);
    json.end_object();
  }
  json.end_array();
}

void finding_info(JsonWriter& json, const Finding& f) {
  json.begin_object("finding_info");
  json.text("uid", f.uid);
  json.text("title", f.title);
  json.begin_array("types");
  json.text(f.type);
  json.end_array();
  json.begin_object("analytic");
  json.text("uid", f.analytic_uid);
  json.text("name", f.title);
  json.number("type_id", 1);
  json.text("type", "Rule");
  json.end_object();
  attacks(json, f);
  json.text_if("desc", f.description);
  json.end_object();
}

/// A process must have a pid or a uid of the producer. Where the log has no pid, ours is made from the finding's.
struct ProcessText {
  std::string_view path, cmd_line, pid;
  std::string uid;
  bool known() const noexcept { return !path.empty() || !cmd_line.empty() || !pid.empty(); }
};

void process_members(JsonWriter& json, const ProcessText& p) {
  if (!p.path.empty()) {
    json.text("name", base_name(p.path));
    json.begin_object("file");
    json.text("name", base_name(p.path));
    json.text("path", p.path);
    json.number("type_id", 1);
    json.end_object();
  }
  json.text_if("cmd_line", p.cmd_line);
  if (const auto pid = parse_unsigned(p.pid))
    json.number("pid", *pid);
  else
    json.text("uid", p.uid);
}

void actor(JsonWriter& json, const Finding& f) {
  const Actor& a = f.actor;
  const bool user = !a.user_name.empty() || !a.user_uid.empty();
  const ProcessText own{a.process_path, a.cmd_line, a.process_pid, f.uid + "/process"};
  const ProcessText parent{a.parent_path, a.parent_cmd_line, a.parent_pid, f.uid + "/parent"};
  const bool process = own.known() || parent.known();
  if (!user && !process && a.session_uid.empty()) return;
  json.begin_object("actor");
  if (user) {
    json.begin_object("user");
    json.text_if("name", a.user_name);
    json.text_if("uid", a.user_uid);
    json.end_object();
  }
  if (process) {
    json.begin_object("process");
    process_members(json, own);
    if (parent.known()) {
      json.begin_object("parent_process");
      process_members(json, parent);
      json.end_object();
    }
    json.end_object();
  }
  if (!a.session_uid.empty()) {
    json.begin_object("session");
    json.text("uid", a.session_uid);
    json.end_object();
  }
  json.end_object();
}

void resources(JsonWriter& json, const Finding& f) {
  bool any = false;
  for (const Target& t : f.resources) {
    const std::string& name = t.name.empty() ? t.display_name : t.name;
    if (name.empty()) continue;
    if (!any) json.begin_array("resources");
    any = true;
    json.begin_object();
    json.text("name", name);
    json.text("type", target_type_name(t.type));
    if (!t.display_name.empty() || !t.verb.empty() || !t.route.empty() || !t.state.empty() || !t.host.empty()) {
      json.begin_object("data");
      json.text_if("display_name", t.display_name);
      json.text_if("verb", t.verb);
      json.text_if("route", t.route);
      json.text_if("state", t.state);
      json.text_if("host", t.host);
      json.end_object();
    }
    json.end_object();
  }
  if (any) json.end_array();
}

void evidences(JsonWriter& json, const Finding& f) {
  if (f.evidences.empty()) return;
  json.begin_array("evidences");
  for (const Evidence& e : f.evidences) {
    json.begin_object();
    json.begin_object("data");
    json.text("file", e.file);
    json.number("offset", e.offset);
    json.number("record", e.record);
    json.text_if("kind", e.kind);
    json.end_object();
    json.end_object();
  }
  json.end_array();
}

void unmapped(JsonWriter& json, const Finding& f) {
  json.begin_object("unmapped");
  if (!f.time) json.boolean("time_unknown", true);
  json.begin_object("rule");
  json.text("level", level_name(f.severity));
  json.text_if("status", f.status);
  json.text_if("author", f.author);
  json.text_if("license", f.license);
  texts(json, "tags", f.tags);
  texts(json, "falsepositives", f.falsepositives);
  texts(json, "references", f.references);
  json.end_object();
  if (!f.matched.empty()) {
    json.begin_array("matched");
    for (const auto& m : f.matched) {
      json.begin_object();
      json.text_if("field", m.first);
      json.text("value", m.second);
      json.end_object();
    }
    json.end_array();
  }
  if (!f.channel.empty() || !f.provider.empty() || f.event_id || f.record_id) {
    json.begin_object("event");
    json.text_if("channel", f.channel);
    json.text_if("provider", f.provider);
    if (f.event_id) json.number("event_id", *f.event_id);
    if (f.record_id) json.number("record_id", *f.record_id);
    json.end_object();
  }
  if (f.evidences_left_out > 0) json.number("evidences_left_out", f.evidences_left_out);
  json.end_object();
}

}  // namespace

JsonlWriter::JsonlWriter(ByteSink& out, const FormatOptions& options) : FindingWriter(out), version_(options.version) {}

void JsonlWriter::on_finding(const Finding& f) {
  line_.clear();
  JsonWriter json(line_);
  json.begin_object();
  head(json, f);
  metadata(json, f, version_);
  finding_info(json, f);
  if (!f.host.empty()) {
    json.begin_object("device");
    json.text("hostname", f.host);
    json.number("type_id", 0);
    json.end_object();
  }
  actor(json, f);
  if (!f.source_ip.empty()) {
    json.begin_object("src_endpoint");
    json.text("ip", f.source_ip);
    json.end_object();
  }
  resources(json, f);
  evidences(json, f);
  unmapped(json, f);
  json.end_object();
  line_ += '\n';
  put(line_);
}

}  // namespace stopwarden
