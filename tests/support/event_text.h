// SPDX-License-Identifier: Apache-2.0
// Described events as other programs write them, for tests that read the same event in several formats.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/evtx_model.h"
#include "support/evtx_value.h"

namespace stopwarden::test {

inline std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

inline std::string lowercase_guid(std::string guid) {
  for (char& c : guid)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return guid;
}

/// The values of an item, one an element: an array repeats it, null is an empty one, an optional null none.
inline std::vector<std::string> texts_of(const Slot& slot) {
  if (slot.value.type != ValueType::null) return slot.value.texts;
  return slot.form == Form::optional ? std::vector<std::string>{} : std::vector<std::string>{""};
}

/// One event as Windows renders it (wevtutil, the Event Viewer). No values that are BinXML themselves.
inline std::string to_xml(const EventSpec& e) {
  const auto leaf = [](const std::string& name, const std::string& text) {
    return "<" + name + ">" + xml_escaped(text) + "</" + name + ">";
  };
  std::string out = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='" +
                    xml_escaped(e.provider) + "'";
  if (!e.provider_guid.empty()) out += " Guid='" + lowercase_guid(e.provider_guid) + "'";
  if (!e.event_source.empty()) out += " EventSourceName='" + xml_escaped(e.event_source) + "'";
  out += "/><EventID" + (e.qualifiers ? " Qualifiers='" + std::to_string(*e.qualifiers) + "'" : "") + ">" +
         std::to_string(e.id) + "</EventID>";
  out += leaf("Version", std::to_string(e.version)) + leaf("Level", std::to_string(e.level)) +
         leaf("Task", std::to_string(e.task)) + leaf("Opcode", std::to_string(e.opcode)) +
         leaf("Keywords", number_value(ValueType::hex64, e.keywords).texts[0]) + "<TimeCreated SystemTime='" +
         format_time(e.time, 7) + "'/>" + leaf("EventRecordID", std::to_string(e.record_id)) + "<Correlation/>" +
         "<Execution ProcessID='" + std::to_string(e.process_id) + "' ThreadID='" + std::to_string(e.thread_id) +
         "'/>" + leaf("Channel", e.channel) + leaf("Computer", e.computer) +
         (e.user.empty() ? "<Security/>" : "<Security UserID='" + e.user + "'/>") + "</System>";
  std::string body;
  for (const Item& item : e.body.items) {
    for (const std::string& text : texts_of(item.slot)) {
      if (e.body.kind != Body::Kind::event_data || item.kind == Item::Kind::element)
        body += leaf(item.name, text);
      else
        body += "<Data" + (item.name.empty() ? "" : " Name='" + xml_escaped(item.name) + "'") + ">" +
                xml_escaped(text) + "</Data>";
    }
  }
  if (e.body.kind == Body::Kind::event_data) out += "<EventData>" + body + "</EventData>";
  if (e.body.kind == Body::Kind::user_data)
    out += "<UserData><" + e.body.name + (e.body.xmlns.empty() ? "" : " xmlns='" + e.body.xmlns + "'") + ">" + body +
           "</" + e.body.name + "></UserData>";
  return out + "</Event>";
}

inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20) {
      out += "\\u00";
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// The value of an item, as a number where the log has one.
inline std::string json_value(const Value& value, const std::string& text) {
  switch (value.type) {
    case ValueType::null: return "null";
    case ValueType::int8:
    case ValueType::uint8:
    case ValueType::int16:
    case ValueType::uint16:
    case ValueType::int32:
    case ValueType::uint32:
    case ValueType::int64:
    case ValueType::uint64:
    case ValueType::boolean: return text;
    case ValueType::guid: return json_string(lowercase_guid(text));
    default: return json_string(text);
  }
}

/// One event as the Rust crate's evtx_dump writes it (-o jsonl): arrays as lists, the second of a name as `name_1`,
/// which is a list when there are more.
inline std::string to_evtx_dump_json(const EventSpec& e) {
  struct Member {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Member> members;
  const auto find = [&](const std::string& name) {
    return std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
  };
  for (const Item& item : e.body.items) {
    std::vector<std::string> values;
    for (const std::string& text : texts_of(item.slot)) values.push_back(json_value(item.slot.value, text));
    if (values.empty()) continue;
    std::string name = item.name;
    if (!name.empty() && find(name) != members.end()) name += "_1";
    const auto known = find(name);
    if (known == members.end())
      members.push_back({name, values});
    else
      known->values.insert(known->values.end(), values.begin(), values.end());
  }
  std::string body;
  for (const Member& m : members) {
    std::string list;
    for (const std::string& v : m.values) list += (list.empty() ? "" : ",") + v;
    if (m.values.size() != 1) list = "[" + list + "]";
    if (!body.empty()) body += ',';
    body += m.name.empty() ? "\"Data\":{\"#text\":" + list + "}" : json_string(m.name) + ":" + list;
  }
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  std::string out =
      "{\"Event\":{\"#attributes\":{\"xmlns\":\"http://schemas.microsoft.com/win/2004/08/events/event\"},"
      "\"System\":{\"Provider\":{\"#attributes\":{\"Name\":" +
      json_string(e.provider);
  if (!e.provider_guid.empty()) out += ",\"Guid\":" + json_string(lowercase_guid(e.provider_guid));
  if (!e.event_source.empty()) out += ",\"EventSourceName\":" + json_string(e.event_source);
  out += "}},\"EventID\":" + (e.qualifiers ? "{\"#attributes\":{\"Qualifiers\":" + number(*e.qualifiers) +
                                                 "},\"#text\":" + number(e.id) + "}"
                                           : number(e.id));
  out += ",\"Version\":" + number(e.version) + ",\"Level\":" + number(e.level) + ",\"Task\":" + number(e.task) +
         ",\"Opcode\":" + number(e.opcode) +
         ",\"Keywords\":" + json_string(number_value(ValueType::hex64, e.keywords).texts[0]) +
         ",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":" + json_string(format_time(e.time, 7)) +
         "}},\"EventRecordID\":" + number(e.record_id) +
         ",\"Correlation\":null,\"Execution\":{\"#attributes\":{\"ProcessID\":" + number(e.process_id) +
         ",\"ThreadID\":" + number(e.thread_id) + "}},\"Channel\":" + json_string(e.channel) +
         ",\"Computer\":" + json_string(e.computer) +
         ",\"Security\":" + (e.user.empty() ? "null" : "{\"#attributes\":{\"UserID\":" + json_string(e.user) + "}}") +
         "}";
  if (e.body.kind == Body::Kind::event_data) out += ",\"EventData\":" + (body.empty() ? "null" : "{" + body + "}");
  if (e.body.kind == Body::Kind::user_data)
    out += ",\"UserData\":{" + json_string(e.body.name) + ":{" +
           (e.body.xmlns.empty() ? "" : "\"#attributes\":{\"xmlns\":" + json_string(e.body.xmlns) + "},") + body + "}}";
  return out + "}}";
}

}  // namespace stopwarden::test
