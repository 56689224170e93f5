// SPDX-License-Identifier: Apache-2.0
// What a reader should make of a description, told from the description alone.
#include <algorithm>

#include "base/text.h"
#include "support/evtx_text.h"
#include "support/evtx_value.h"
#include "support/evtx_writer.h"

namespace stopwarden::test {

namespace {

void put_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

class PairList {
 public:
  void add(std::string_view name, std::string_view text) { add_raw(name, &text); }
  void add_null(std::string_view name) { add_raw(name, nullptr); }
  std::string str() const { return "[" + out_ + "]"; }

 private:
  void add_raw(std::string_view name, const std::string_view* text) {
    std::string shown;
    for (const char c : name) {
      if (c != ' ') shown += c;
    }
    if (!out_.empty()) out_ += ',';
    out_ += '[';
    put_json(out_, shown);
    out_ += ',';
    if (text != nullptr) {
      put_json(out_, *text);
    } else {
      out_ += "null";
    }
    out_ += ']';
  }
  std::string out_;
};

void add_slot(PairList& out, std::string_view name, const Slot& slot) {
  if (slot.value.nested) {
    for (const Element& child : slot.value.nested->children) add_slot(out, child.name, *child.slot);
  } else if (slot.value.type == ValueType::null) {
    if (slot.form != Form::optional) out.add_null(name);
  } else {
    for (const std::string& text : slot.value.texts) out.add(name, text);
  }
}

std::string system_pairs(const EventSpec& e) {
  PairList out;
  out.add("Provider_Name", e.provider);
  out.add("EventID", std::to_string(e.id));
  out.add("Version", std::to_string(e.version));
  out.add("Level", std::to_string(e.level));
  out.add("Task", std::to_string(e.task));
  out.add("Opcode", std::to_string(e.opcode));
  out.add("Keywords", number_value(ValueType::hex64, e.keywords).texts[0]);
  out.add("EventRecordID", std::to_string(e.record_id));
  out.add("Execution_ProcessID", std::to_string(e.process_id));
  out.add("Execution_ThreadID", std::to_string(e.thread_id));
  out.add("Channel", e.channel);
  out.add("Computer", e.computer);
  if (!e.user.empty()) out.add("Security_UserID", e.user);
  return out.str();
}

}  // namespace

std::string expected_events(const Description& description) {
  std::string out;
  for (const EventSpec& e : all_events(description)) {
    if (std::find(description.lost.begin(), description.lost.end(), e.record_id) != description.lost.end()) continue;
    PairList fields;
    for (const Item& item : e.body.items) add_slot(fields, item.name.empty() ? "Data" : item.name, item.slot);
    out += "{\"time\":\"" + format_time(e.time, 7) + "\",\"host\":";
    put_json(out, e.computer);
    out += ",\"channel\":";
    put_json(out, e.channel);
    out += ",\"provider\":";
    put_json(out, e.provider);
    out += ",\"event_id\":" + std::to_string(e.id) + ",\"record_id\":" + std::to_string(e.record_id);
    out += ",\"system\":" + system_pairs(e) + ",\"fields\":" + fields.str() + "}\n";
  }
  return out;
}

}  // namespace stopwarden::test
