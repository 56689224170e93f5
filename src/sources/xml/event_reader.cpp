// SPDX-License-Identifier: Apache-2.0
#include "sources/xml/event_reader.h"

#include <pugixml.hpp>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/text.h"
#include "base/time.h"

namespace stopwarden::xml {
namespace {

// Values are kept to the letter: no normalised line ends or blanks, because the same event read from EVTX has none.
// DOCTYPE, comments and processing instructions are skipped; pugixml knows no entities but the five of XML.
constexpr unsigned kParse =
    pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata_single;
constexpr int kFiletimeDigits = 7;                      // 100 ns, as EVTX holds it
constexpr std::size_t kKeepMax = std::size_t{1} << 20;  // a larger scratch buffer is given back after use

std::string_view local(const char* name) noexcept {
  const std::string_view s(name);
  const auto colon = s.rfind(':');
  return colon == std::string_view::npos ? s : s.substr(colon + 1);
}

bool is_namespace(const char* attribute) noexcept {
  const std::string_view s(attribute);
  return s == "xmlns" || s.substr(0, 6) == "xmlns:";
}

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'f'); }

/// "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}".
bool is_guid(std::string_view s) noexcept {
  if (s.size() != 38 || s.front() != '{' || s.back() != '}') return false;
  for (std::size_t i = 1; i < 37; ++i) {
    const bool dash = i == 9 || i == 14 || i == 19 || i == 24;
    if (dash ? s[i] != '-' : !is_hex(s[i])) return false;
  }
  return true;
}

/// A number as evtxexport pads it: 0x and 8 or 16 digits, the first of them 0. Windows never pads.
bool is_padded_hex(std::string_view s) noexcept {
  if ((s.size() != 10 && s.size() != 18) || s.substr(0, 3) != "0x0") return false;
  for (const char c : s.substr(2))
    if (!is_hex(c)) return false;
  return true;
}

bool is_decimal(std::string_view s) noexcept {
  if (s.size() > 1 && s.front() == '-') s.remove_prefix(1);
  if (s.empty() || s.size() > 20 || (s.size() > 1 && s.front() == '0')) return false;
  for (const char c : s)
    if (c < '0' || c > '9') return false;
  return true;
}

/// Where the reference "&#...;" at `at` ends, when pugixml would make a NUL or nonsense of it; npos else.
std::size_t bad_reference_end(std::string_view text, std::size_t at) noexcept {
  std::size_t i = at + 2;
  const bool hex = i < text.size() && text[i] == 'x';
  if (hex) ++i;
  std::uint64_t value = 0;
  const std::size_t digits = i;
  for (; i < text.size() && (hex ? is_hex(text[i]) : text[i] >= '0' && text[i] <= '9'); ++i) {
    const char c = fold_ascii(text[i]);
    const auto digit = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    if (value <= 0x10FFFF) value = value * (hex ? 16 : 10) + digit;
  }
  if (i == digits || i == text.size() || text[i] != ';') return std::string_view::npos;
  return value == 0 || value > 0x10FFFF ? i + 1 : std::string_view::npos;
}

/// A NUL made of "&#0;" would end the value for everybody behind us: such references become U+FFFD, which is shorter.
void mend_references(std::string& text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::size_t at = text.find("&#"), kept = at, from = at;  // [from, at) goes to kept
  while (at != std::string::npos) {
    const std::size_t end = bad_reference_end(text, at);
    const std::size_t next = text.find("&#", at + 2);
    if (end != std::string_view::npos) {
      std::memmove(text.data() + kept, text.data() + from, at - from);
      kept += at - from;
      kReplacement.copy(text.data() + kept, kReplacement.size());
      kept += kReplacement.size();
      from = end;
    }
    at = next;
  }
  if (from == kept) return;  // nothing was replaced
  std::memmove(text.data() + kept, text.data() + from, text.size() - from);
  text.resize(kept + text.size() - from);
}

std::string to_utf8(Bytes text, Encoding encoding) {
  if (encoding == Encoding::utf16le) return utf16le_to_utf8(text);
  std::string swapped(as_text(text.first(text.size() / 2 * 2)));
  for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  return utf16le_to_utf8(as_bytes(swapped));
}

}  // namespace

class EventReader::Impl {
 public:
  explicit Impl(const WantedFields& wanted) : wanted_(&wanted) {}

  void read(Bytes text, Encoding encoding, const Origin& origin, EventSink& sink) {
    event_ = Event{};
    event_.origin = origin;
    event_.raw = as_text(text);
    fields_.clear();
    arena_.reset();
    if (encoding == Encoding::utf8)
      scratch_.assign(as_text(text));
    else
      scratch_ = to_utf8(text, encoding);
    mend_references(scratch_);
    const auto result = document_.load_buffer_inplace(scratch_.data(), scratch_.size(), kParse, pugi::encoding_utf8);
    if (const char* problem = result ? read_event(document_.document_element()) : "malformed XML"; problem != nullptr) {
      sink.on_drop({Errc::bad_value, origin.offset, problem});
    } else {
      event_.fields = fields_;
      sink.on_event(event_);
    }
    if (scratch_.capacity() > kKeepMax) {
      document_.reset();
      std::string().swap(scratch_);
    }
  }

 private:
  enum class Part : std::uint8_t { event_data, rendering, other };

  /// nullptr, or why this is no event.
  const char* read_event(pugi::xml_node root) {
    bool has_system = false;
    unnamed_ = 0;
    for (const pugi::xml_node part : root.children()) {
      if (part.type() != pugi::node_element) continue;
      const std::string_view name = local(part.name());
      if (name == "System") {
        has_system = true;
        read_system(part);
      } else {
        read_part(part, name == "EventData"       ? Part::event_data
                        : name == "RenderingInfo" ? Part::rendering
                                                  : Part::other);
      }
    }
    return has_system ? nullptr : "event without a System element";
  }

  void read_system(pugi::xml_node system) {
    for (const pugi::xml_node child : system.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = local(child.name());
      for (const pugi::xml_attribute a : child.attributes())
        if (!is_namespace(a.name())) system_value(joined(name, local(a.name())), a.value());
      if (const std::string_view text = trim(text_of(child)); !text.empty()) system_value(name, text);
    }
  }

  void system_value(std::string_view name, std::string_view text) {
    if (name == "Provider_Name" && event_.provider.empty()) event_.provider = text;
    if (name == "Channel" && event_.channel.empty()) event_.channel = text;
    if (name == "Computer" && event_.host.empty()) event_.host = text;
    if (name == "TimeCreated_SystemTime") {
      const auto time = parse_time(text);
      if (!event_.time) event_.time = time;
      if (time && wanted_->want(name)) text = arena_.copy(format_time(*time, kFiletimeDigits));
    }
    if (name == "EventID" && !event_.event_id) {
      const auto id = parse_unsigned(text);
      if (id && *id <= UINT32_MAX) event_.event_id = static_cast<std::uint32_t>(*id);
    }
    if (name == "EventRecordID" && !event_.record_id) event_.record_id = parse_unsigned(text);
    if (name == "Keywords")
      if (const auto bits = parse_hex(text); bits && text.substr(0, 2) == "0x") text = hex(*bits);
    const bool words = name == "Computer" || name == "Channel" || name == "Provider_Name";
    emit(name, text, is_decimal(text) && !words ? ValueKind::integer : ValueKind::string);
  }

  /// A child of Event and every element below it: attributes, then text. Without recursion: the tree may be as deep as
  /// nodes_max.
  void read_part(pugi::xml_node top, Part part) {
    pugi::xml_node node = top;
    while (node) {
      if (node.type() == pugi::node_element) read_element(node, node == top, part);
      if (node.first_child()) {
        node = node.first_child();
        continue;
      }
      while (node != top && !node.next_sibling()) node = node.parent();
      node = node == top ? pugi::xml_node{} : node.next_sibling();
    }
  }

  void read_element(pugi::xml_node node, bool is_top, Part part) {
    const std::string_view name = local(node.name());
    const bool data =
        !is_top && part != Part::rendering && (name == "Data" || (name == "ComplexData" && part == Part::event_data));
    bool has_attributes = false, has_elements = is_top;
    std::string_view given;
    for (const pugi::xml_attribute a : node.attributes()) {
      if (is_namespace(a.name())) continue;
      if (data && local(a.name()) == "Name") {
        given = without_blanks(a.value());
      } else {
        has_attributes = true;
        value(joined(name, local(a.name())), a.value());
      }
    }
    for (const pugi::xml_node child : node.children()) has_elements |= child.type() == pugi::node_element;
    const std::string_view text = text_of(node);
    if (has_elements && trim(text).empty()) return;
    if (text.empty() && (has_attributes || part == Part::rendering)) return;
    if (part == Part::rendering) {  // what System says already comes again in words: kept apart, but for the message
      if (!is_top) value(name == "Message" ? name : joined("RenderingInfo", name), text);
    } else if (!data) {
      value(name, text);
    } else if (!given.empty()) {
      value(given, text);
    } else {
      value("Data", text);
      parameter(++unnamed_, text);
    }
  }

  /// As Sigma writes field names.
  std::string_view without_blanks(std::string_view name) {
    if (name.find_first_of(" \t\r\n") == std::string_view::npos) return name;
    char* out = arena_.allocate(name.size());
    std::size_t n = 0;
    for (const char c : name)
      if (!is_blank(static_cast<unsigned char>(c))) out[n++] = c;
    arena_.shrink_last(name.size(), n);
    return {out, n};
  }

  /// The n-th unnamed value, for rules that say param1: not for keyword searches, which have it as Data.
  void parameter(std::size_t number, std::string_view text) {
    char name[24] = "param";
    const std::string digits = std::to_string(number);
    digits.copy(name + 5, digits.size());
    const auto id = wanted_->table().find({name, 5 + digits.size()});
    if (id && wanted_->contains(*id)) fields_.push_back({*id, ValueKind::string, text});
  }

  void value(std::string_view name, std::string_view text) {
    emit(name, text, ValueKind::string);
    // Without types nobody knows whether it was a number or text: both may match.
    if (is_padded_hex(text)) emit(name, hex(*parse_hex(text)), ValueKind::string);
  }

  void emit(std::string_view name, std::string_view text, ValueKind kind) {
    const auto id = wanted_->want(name);
    if (!id) return;
    if (is_guid(text)) {
      char* out = arena_.allocate(text.size());
      for (std::size_t i = 0; i < text.size(); ++i)
        out[i] = text[i] >= 'a' && text[i] <= 'f' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
      text = {out, text.size()};
    }
    fields_.push_back({*id, kind, text});
  }

  std::string_view hex(std::uint64_t bits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char out[18] = {'0', 'x'};
    std::size_t n = 2;
    for (int shift = 60; shift >= 0; shift -= 4)
      if (const auto digit = (bits >> shift) & 0xF; digit != 0 || n > 2 || shift == 0) out[n++] = kDigits[digit];
    return arena_.copy({out, n});
  }

  std::string_view joined(std::string_view element, std::string_view attribute) {
    joined_.assign(element).append("_").append(attribute);
    return joined_;
  }

  /// The text right in `node`; parts (text, CDATA, text) are put together.
  std::string_view text_of(pugi::xml_node node) {
    parts_.clear();
    for (const pugi::xml_node child : node.children())
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) parts_.emplace_back(child.value());
    return put_together();
  }

  std::string_view put_together() {
    if (parts_.empty()) return {};
    if (parts_.size() == 1) return parts_[0];
    std::size_t size = 0, at = 0;
    for (const std::string_view part : parts_) size += part.size();
    char* out = arena_.allocate(size);
    for (const std::string_view part : parts_) at += part.copy(out + at, part.size());
    return {out, size};
  }

  const WantedFields* wanted_;
  pugi::xml_document document_;
  std::string scratch_, joined_;
  Arena arena_;
  std::vector<std::string_view> parts_;
  std::vector<FieldValue> fields_;
  Event event_;
  std::size_t unnamed_ = 0;  // unnamed Data so far
};

EventReader::EventReader(const SourceOptions& options) : impl_(std::make_unique<Impl>(*options.wanted)) {}
EventReader::~EventReader() = default;

void EventReader::read(Bytes text, Encoding encoding, const Origin& origin, EventSink& sink) {
  impl_->read(text, encoding, origin, sink);
}

}  // namespace stopwarden::xml
