// SPDX-License-Identifier: Apache-2.0
#include "support/evtx_text.h"

#include <map>

#include "base/text.h"
#include "support/evtx_value.h"

namespace stopwarden::test {

namespace {

/// An item as written; some values are only known when the event is complete.
struct DraftItem {
  Item item;
  bool sysmon_time = false;
};

struct DraftEvent {
  EventSpec spec;
  std::vector<DraftItem> items;
  std::vector<bool> replaced;  // by number in `items`: the event has already given its own value
};

/// Walks one line.
class Scanner {
 public:
  explicit Scanner(std::string_view s) : s_(s) {}
  void blanks() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t')) ++at_;
  }
  bool done() {
    blanks();
    return at_ >= s_.size() || s_[at_] == '#';
  }
  bool take(char c) {
    blanks();
    if (at_ >= s_.size() || s_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_quote() {
    blanks();
    return at_ < s_.size() && s_[at_] == '"';
  }
  /// Up to a blank or one of `stops`.
  std::string_view word(std::string_view stops) {
    blanks();
    const std::size_t from = at_;
    while (at_ < s_.size() && s_[at_] != ' ' && s_[at_] != '\t' && stops.find(s_[at_]) == std::string_view::npos) ++at_;
    return s_.substr(from, at_ - from);
  }
  /// "...": escapes \\ \" \n \r \t \0 \u{HEX}. Nothing when it is not closed or an escape is unknown.
  std::optional<std::u16string> quoted() {
    if (!take('"')) return std::nullopt;
    std::u16string out;
    while (at_ < s_.size()) {
      if (s_[at_] == '"') {
        ++at_;
        return out;
      }
      if (s_[at_] == '\\') {
        if (!escape(out)) return std::nullopt;
        continue;
      }
      const std::size_t from = at_;
      while (at_ < s_.size() && s_[at_] != '"' && s_[at_] != '\\') ++at_;
      out += to_units(s_.substr(from, at_ - from));
    }
    return std::nullopt;
  }

 private:
  bool escape(std::u16string& out) {
    static constexpr std::string_view kLetters = "\\\"nrt0";
    static constexpr char16_t kMeant[] = {u'\\', u'"', u'\n', u'\r', u'\t', u'\0'};
    if (at_ + 1 >= s_.size()) return false;
    const char c = s_[at_ + 1];
    at_ += 2;
    if (const std::size_t i = kLetters.find(c); i != std::string_view::npos) {
      out += kMeant[i];
      return true;
    }
    const std::size_t end = s_.find('}', at_);
    if (c != 'u' || at_ >= s_.size() || s_[at_] != '{' || end == std::string_view::npos) return false;
    const auto code = parse_hex(s_.substr(at_ + 1, end - at_ - 1));
    if (!code || *code > 0x10FFFF) return false;
    at_ = end + 1;
    if (*code < 0x10000) {
      out += static_cast<char16_t>(*code);
    } else {
      out += static_cast<char16_t>(0xD800 + ((*code - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((*code - 0x10000) & 0x3FF));
    }
    return true;
  }
  std::string_view s_;
  std::size_t at_ = 0;
};

std::optional<std::string> bytes_of_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto byte = parse_hex(digits.substr(i, 2));
    if (!byte) return std::nullopt;
    out += static_cast<char>(*byte);
  }
  return out;
}

class Parser {
 public:
  Parser(const std::string& file, std::vector<Diagnostic>& problems) : file_(file), problems_(problems) {}

  std::optional<Description> parse(std::string_view text) {
    const std::size_t before = problems_.size();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      ++line_;
      std::string_view line = text.substr(at, end - at);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      Scanner in(line);
      if (!in.done()) parse_line(in);
      at = end + 1;
    }
    finish_event();
    if (problems_.size() != before) return std::nullopt;
    return std::move(out_);
  }

 private:
  void fail(std::string_view code, std::string message) {
    problems_.push_back({Diagnostic::Severity::error, code, file_, line_, 0, std::move(message)});
  }
  void bad_value(std::string_view what) { fail("EVT002", "bad value for '" + std::string(what) + "'"); }

  void parse_line(Scanner& in);
  void parse_file(Scanner& in);
  void parse_event(Scanner& in, std::string_view word);
  void parse_damage(Scanner& in);
  void parse_item(Scanner& in, std::string_view word);
  void parse_body(Scanner& in, std::string_view word);
  void set_event(EventSpec& e, std::string_view key, std::string_view value);
  bool set_text(EventSpec& e, std::string_view key, std::string_view value);
  bool set_number(EventSpec& e, std::string_view key, std::string_view value);
  std::optional<Value> parse_value_of(Scanner& in, bool& sysmon_time);
  std::optional<Value> parse_typed(Scanner& in, ValueType type);
  std::optional<Value> parse_nested(Scanner& in, Nesting nesting);
  void finish_event();
  /// KEY=VALUE pairs to the end of the line.
  template <class Set>
  void parse_pairs(Scanner& in, Set set) {
    while (!in.done()) {
      const std::string key(in.word("="));
      if (!in.take('=')) {
        fail("EVT001", "'" + key + "' wants '=' and a value");
        return;
      }
      std::string value;
      if (in.at_quote()) {
        const auto units = in.quoted();
        if (!units) {
          bad_value(key);
          return;
        }
        value = to_utf8(*units);
      } else {
        value = std::string(in.word(""));
      }
      set(std::string_view(key), std::string_view(value));
    }
  }

  const std::string& file_;
  std::vector<Diagnostic>& problems_;
  std::uint32_t line_ = 0;
  Description out_;
  EventSpec defaults_;
  std::map<std::string, DraftEvent, std::less<>> defined_;
  std::string defining_;  // name of the `define` under way
  std::optional<DraftEvent> event_;
  bool next_in_new_chunk_ = false;
};

void Parser::parse_line(Scanner& in) {
  const std::string word(in.word("="));
  if (word == "file") return parse_file(in);
  if (word == "define" || word == "event") return parse_event(in, word);
  if (word == "damage") {
    finish_event();
    return parse_damage(in);
  }
  if (word == "lost") {
    finish_event();
    while (!in.done()) {
      const auto id = parse_unsigned(in.word(""));
      if (!id) return bad_value(word);
      out_.lost.push_back(*id);
    }
    return;
  }
  if (word == "chunk") {
    finish_event();
    next_in_new_chunk_ = true;
    return;
  }
  if (!event_) return fail("EVT003", "'" + word + "' stands before the first event");
  if (word == "data" || word == "optional" || word == "literal" || word == "binary" || word == "element") {
    return parse_item(in, word);
  }
  if (word == "eventdata" || word == "userdata" || word == "processingerror") return parse_body(in, word);
  fail("EVT001", "unknown word '" + word + "'");
}

void Parser::parse_file(Scanner& in) {
  parse_pairs(in, [this](std::string_view key, std::string_view value) {
    if (key == "marker") {
      out_.marker = value != "no";
    } else if (key == "first-record") {
      const auto n = parse_unsigned(value);
      if (!n || *n == 0) return bad_value(key);
      out_.first_record = *n;
    } else {
      set_event(defaults_, key, value);
    }
  });
  out_.computer = defaults_.computer;
  out_.channel = defaults_.channel;
}

void Parser::parse_event(Scanner& in, std::string_view word) {
  finish_event();
  event_.emplace();
  event_->spec = defaults_;
  Scanner ahead = in;
  const std::string name(ahead.word("="));
  if (word == "define") {
    defining_ = name;
    in = ahead;
    if (name.empty()) fail("EVT002", "define wants a name");
    if (ahead.word("=") == "from") {
      const auto base = defined_.find(ahead.word("="));
      if (base == defined_.end()) return fail("EVT001", "'from' wants a defined name");
      in = ahead;
      event_ = base->second;
      event_->replaced.assign(event_->items.size(), false);
    }
  } else if (!ahead.take('=') && !name.empty()) {
    in = ahead;
    const auto known = defined_.find(name);
    if (known == defined_.end()) return fail("EVT001", "'" + name + "' is not defined");
    event_ = known->second;
    event_->replaced.assign(event_->items.size(), false);
  }
  event_->spec.line = line_;
  event_->spec.new_chunk = next_in_new_chunk_;
  if (word == "event") next_in_new_chunk_ = false;
  parse_pairs(in, [this](std::string_view key, std::string_view value) { set_event(event_->spec, key, value); });
}

void Parser::finish_event() {
  if (!event_) return;
  if (!defining_.empty()) {
    defined_[defining_] = std::move(*event_);
    defining_.clear();
    event_.reset();
    return;
  }
  for (DraftItem& d : event_->items) {
    if (d.sysmon_time) {
      std::string time = format_time(event_->spec.time, 3);
      time[10] = ' ';
      time.pop_back();
      d.item.slot.value = string_value(time);
    }
    event_->spec.body.items.push_back(std::move(d.item));
  }
  out_.events.push_back(std::move(event_->spec));
  event_.reset();
}

bool Parser::set_text(EventSpec& e, std::string_view key, std::string_view value) {
  static const std::map<std::string_view, std::string EventSpec::*> kTexts{{"provider", &EventSpec::provider},
                                                                           {"source", &EventSpec::event_source},
                                                                           {"channel", &EventSpec::channel},
                                                                           {"computer", &EventSpec::computer}};
  static const std::map<std::string_view, std::string EventSpec::*> kGuids{{"guid", &EventSpec::provider_guid},
                                                                           {"activity", &EventSpec::activity},
                                                                           {"related", &EventSpec::related_activity}};
  if (const auto text = kTexts.find(key); text != kTexts.end()) {
    e.*text->second = value;
    return true;
  }
  if (const auto guid = kGuids.find(key); guid != kGuids.end()) {
    if (!parse_value(ValueType::guid, value)) bad_value(key);
    e.*guid->second = value;
    return true;
  }
  if (key == "user") {
    if (!parse_value(ValueType::sid, value)) bad_value(key);
    e.user = value;
    return true;
  }
  return false;
}

bool Parser::set_number(EventSpec& e, std::string_view key, std::string_view value) {
  const auto n = value.substr(0, 2) == "0x" ? parse_hex(value) : parse_unsigned(value);
  const std::uint64_t number = n.value_or(0);
  std::uint64_t most = 0;
  if (key == "id") {
    e.id = static_cast<std::uint16_t>(number), most = 0xFFFF;
  } else if (key == "task") {
    e.task = static_cast<std::uint16_t>(number), most = 0xFFFF;
  } else if (key == "qualifiers") {
    e.qualifiers = static_cast<std::uint16_t>(number), most = 0xFFFF;
  } else if (key == "version") {
    e.version = static_cast<std::uint8_t>(number), most = 0xFF;
  } else if (key == "level") {
    e.level = static_cast<std::uint8_t>(number), most = 0xFF;
  } else if (key == "opcode") {
    e.opcode = static_cast<std::uint8_t>(number), most = 0xFF;
  } else if (key == "keywords") {
    e.keywords = number, most = UINT64_MAX;
  } else if (key == "pid") {
    e.process_id = static_cast<std::uint32_t>(number), most = 0xFFFF'FFFF;
  } else if (key == "tid") {
    e.thread_id = static_cast<std::uint32_t>(number), most = 0xFFFF'FFFF;
  } else if (key == "record") {
    e.record_id = number, most = UINT64_MAX;
  } else {
    return false;
  }
  if (!n || number > most) bad_value(key);
  return true;
}

void Parser::set_event(EventSpec& e, std::string_view key, std::string_view value) {
  if (set_text(e, key, value) || set_number(e, key, value)) return;
  if (key == "time") {
    const auto time = parse_time(value);
    if (!time) return bad_value(key);
    e.time = *time;
  } else if (key == "forward") {
    e.forward = value == "yes";
  } else if (key == "layout") {
    static const std::map<std::string_view, Layout> kLayouts{{"instance", Layout::instance},
                                                             {"short-instance", Layout::short_instance},
                                                             {"fragment", Layout::fragment},
                                                             {"flat", Layout::flat},
                                                             {"bare", Layout::bare}};
    const auto layout = kLayouts.find(value);
    if (layout == kLayouts.end()) return bad_value(key);
    e.layout = layout->second;
  } else {
    fail("EVT001", "unknown key '" + std::string(key) + "'");
  }
}

void Parser::parse_body(Scanner& in, std::string_view word) {
  Body& body = event_->spec.body;
  body.kind = word == "eventdata"  ? Body::Kind::event_data
              : word == "userdata" ? Body::Kind::user_data
                                   : Body::Kind::processing_error;
  if (word == "userdata") {
    body.name = std::string(in.word("="));
    if (body.name.empty()) fail("EVT002", "userdata wants the name of its wrapper element");
  }
  parse_pairs(in, [this, &body](std::string_view key, std::string_view value) {
    if (key == "xmlns") {
      body.xmlns = value;
    } else if (key == "name") {
      body.name = value;
    } else {
      fail("EVT001", "unknown key '" + std::string(key) + "'");
    }
  });
}

void Parser::parse_item(Scanner& in, std::string_view word) {
  Body& body = event_->spec.body;
  if (body.kind == Body::Kind::none) body.kind = Body::Kind::event_data;
  DraftItem draft;
  Item& item = draft.item;
  const bool element = word == "element" || word == "binary" || body.kind != Body::Kind::event_data;
  item.kind = element ? Item::Kind::element : Item::Kind::data;
  if (word == "optional") item.slot.form = Form::optional;
  if (word == "literal") item.slot.form = Form::literal;
  if (word == "binary") {
    item.name = "Binary";
  } else if (in.at_quote()) {
    item.name = to_utf8(in.quoted().value_or(u""));
  } else {
    item.name = std::string(in.word("="));
  }
  if (element && item.name.empty()) fail("EVT002", "an element wants a name");
  const auto value = in.take('=') ? parse_value_of(in, draft.sysmon_time) : std::nullopt;
  if (!value) return bad_value(item.name);
  if (!in.done()) {
    if (in.word("=") == "as") item.slot.declared = type_named(in.word("="));
    if (!item.slot.declared || !in.done()) return bad_value(item.name);
  }
  if (item.slot.form == Form::literal && value->type != ValueType::string) return bad_value(item.name);
  item.slot.value = *value;
  for (std::size_t i = 0; i < event_->replaced.size(); ++i) {
    Item& old = event_->items[i].item;
    if (event_->replaced[i] || old.name != item.name || old.kind != item.kind) continue;
    event_->replaced[i] = true;
    event_->items[i] = std::move(draft);
    return;
  }
  event_->items.push_back(std::move(draft));
}

std::optional<Value> Parser::parse_value_of(Scanner& in, bool& sysmon_time) {
  if (in.at_quote()) {
    const auto units = in.quoted();
    if (!units) return std::nullopt;
    return string_value(*units);
  }
  const std::string word(in.word("\"[{,}"));
  if (word == "null") return null_value();
  if (word == "sysmon-time") {
    sysmon_time = true;
    return null_value();
  }
  if (word == "instance") return parse_nested(in, Nesting::instance);
  if (word == "short-instance") return parse_nested(in, Nesting::short_instance);
  if (word == "fragment") return parse_nested(in, Nesting::fragment);
  if (word == "headed-fragment") return parse_nested(in, Nesting::headed_fragment);
  if (word == "raw") {
    const auto type = type_named(in.word("\""));
    auto bytes = bytes_of_hex(in.word("\""));
    const auto units = in.quoted();
    if (!type || !bytes || !units) return std::nullopt;
    Value v = binary_value(std::move(*bytes));
    v.type = *type;
    v.texts = {to_utf8(*units)};
    return v;
  }
  if (word == "repeat") {
    const auto count = parse_unsigned(in.word("\""));
    const auto unit = in.quoted();
    if (!count || *count > 0xFFFF || !unit || unit->empty()) return std::nullopt;
    std::u16string units;
    while (units.size() < *count) units += (*unit)[units.size() % unit->size()];
    return string_value(units);
  }
  if (word == "utf16" || word == "utf16z") {
    const auto units = in.quoted();
    if (!units) return std::nullopt;
    std::string bytes = string_value(*units).bytes;
    if (word == "utf16z") bytes.append(2, '\0');
    return binary_value(std::move(bytes));
  }
  const auto type = type_named(word);
  if (!type) return std::nullopt;
  if (!in.take('[')) return parse_typed(in, *type);
  std::vector<Value> parts;
  while (!in.take(']')) {
    const auto part = parse_typed(in, *type);
    if (!part) return std::nullopt;
    parts.push_back(*part);
    if (!in.take(',')) {
      if (!in.take(']')) return std::nullopt;
      break;
    }
  }
  return array_value(*type, parts);
}

std::optional<Value> Parser::parse_typed(Scanner& in, ValueType type) {
  if (type == ValueType::string || type == ValueType::ansi) {
    const auto units = in.quoted();
    if (!units) return std::nullopt;
    return type == ValueType::string ? string_value(*units) : ansi_value(*units);
  }
  const std::string word(in.word(type == ValueType::guid ? ",]" : ",]}"));
  if (type == ValueType::binary) {
    auto bytes = bytes_of_hex(word);
    if (!bytes) return std::nullopt;
    return binary_value(std::move(*bytes));
  }
  return parse_value(type, word);
}

std::optional<Value> Parser::parse_nested(Scanner& in, Nesting nesting) {
  auto element = std::make_shared<Element>();
  element->name = std::string(in.word("{"));
  if (element->name.empty() || !in.take('{')) return std::nullopt;
  while (!in.take('}')) {
    Element child;
    child.name = std::string(in.word("="));
    bool late = false;
    const auto value = in.take('=') ? parse_value_of(in, late) : std::nullopt;
    if (!value || late || child.name.empty()) return std::nullopt;
    child.slot = Slot{*value, Form::normal, -1};
    element->children.push_back(std::move(child));
    (void)in.take(',');
    if (in.done()) return std::nullopt;
  }
  Value v;
  v.type = ValueType::binxml;
  v.nested = std::move(element);
  v.nesting = nesting;
  return v;
}

void Parser::parse_damage(Scanner& in) {
  using Kind = Damage::Kind;
  static const std::map<std::string_view, Kind> kKinds{{"dirty", Kind::dirty},
                                                       {"chunk-count", Kind::chunk_count},
                                                       {"file-crc", Kind::file_crc},
                                                       {"chunk-crc", Kind::chunk_crc},
                                                       {"records-crc", Kind::records_crc},
                                                       {"chunk-magic", Kind::chunk_magic},
                                                       {"free-offset", Kind::free_offset},
                                                       {"truncate", Kind::truncate},
                                                       {"signature", Kind::signature},
                                                       {"record-size", Kind::record_size},
                                                       {"empty-chunk", Kind::empty_chunk},
                                                       {"hide-last", Kind::hide_last},
                                                       {"poke", Kind::poke},
                                                       {"recompute-crc", Kind::recompute_crc}};
  const std::string word(in.word("="));
  const auto kind = kKinds.find(word);
  if (kind == kKinds.end()) return fail("EVT001", "unknown damage '" + word + "'");
  Damage damage{kind->second, 0, 0, {}};
  if (in.take('=')) {
    const auto number = parse_unsigned(in.word(":"));
    if (!number) return bad_value(word);
    damage.number = *number;
    if (in.take(':')) {
      const std::string_view extra = in.word("");
      const auto bytes = bytes_of_hex(extra);
      const auto size = parse_unsigned(extra);
      if (damage.kind == Kind::poke ? !bytes : !size) return bad_value(word);
      damage.bytes = bytes.value_or("");
      damage.extra = size.value_or(0);
    }
  }
  out_.damages.push_back(std::move(damage));
}

}  // namespace

std::optional<Description> parse_evtxt(std::string_view text, const std::string& file,
                                       std::vector<Diagnostic>& problems) {
  return Parser(file, problems).parse(text);
}

}  // namespace stopwarden::test
