// SPDX-License-Identifier: Apache-2.0
// Format: libevtx, "Windows XML Event Log (EVTX) format", sections "File header", "Chunk" and "Event record".
#include "support/evtx_writer.h"

#include <array>
#include <map>

#include "support/evtx_binxml.h"
#include "support/evtx_value.h"

namespace stopwarden::test {

namespace {

constexpr std::size_t kFileHeaderSize = 4096;
constexpr std::uint32_t kRecordSignature = 0x0000'2A2A;
constexpr std::string_view kEventNamespace = "http://schemas.microsoft.com/win/2004/08/events/event";

/// The numbers Windows gives the values of the System part in its own templates.
enum SystemNumber : int {
  kLevel = 0,
  kOpcode = 1,
  kTask = 2,
  kEventId = 3,
  kQualifiers = 4,
  kKeywords = 5,
  kTime = 6,
  kActivity = 7,
  kProcess = 8,
  kThread = 9,
  kRecordId = 10,
  kVersion = 11,
  kUser = 12,
  kProvider = 14,
  kProviderGuid = 15,
  kChannel = 16,
  kRelated = 18,
  kBody = 19,
};

Slot slot_of(Value value, int number) { return {std::move(value), Form::optional, number}; }
Slot literal_of(std::string_view text) { return {string_value(text), Form::literal, -1}; }

Value guid_or_null(const std::string& text) { return parse_value(ValueType::guid, text).value_or(null_value()); }

Element leaf(std::string name, Slot slot) {
  Element e;
  e.name = std::move(name);
  e.slot = std::move(slot);
  return e;
}

Element provider_element(const EventSpec& event) {
  Element e;
  e.name = "Provider";
  const bool literal = event.layout == Layout::flat;
  e.attributes.push_back(
      {"Name", literal ? literal_of(event.provider) : slot_of(string_value(event.provider), kProvider)});
  e.attributes.push_back({"Guid", slot_of(guid_or_null(event.provider_guid), kProviderGuid)});
  if (!event.event_source.empty()) e.attributes.push_back({"EventSourceName", literal_of(event.event_source)});
  return e;
}

Element system_element(const EventSpec& event) {
  const auto number = [](ValueType type, std::uint64_t n, int at) { return slot_of(number_value(type, n), at); };
  Element system;
  system.name = "System";
  system.children.push_back(provider_element(event));
  Element id = leaf("EventID", number(ValueType::uint16, event.id, kEventId));
  id.attributes.push_back(
      {"Qualifiers",
       slot_of(event.qualifiers ? number_value(ValueType::uint16, *event.qualifiers) : null_value(), kQualifiers)});
  system.children.push_back(std::move(id));
  system.children.push_back(leaf("Version", number(ValueType::uint8, event.version, kVersion)));
  system.children.push_back(leaf("Level", number(ValueType::uint8, event.level, kLevel)));
  system.children.push_back(leaf("Task", number(ValueType::uint16, event.task, kTask)));
  system.children.push_back(leaf("Opcode", number(ValueType::uint8, event.opcode, kOpcode)));
  system.children.push_back(leaf("Keywords", number(ValueType::hex64, event.keywords, kKeywords)));
  Element time;
  time.name = "TimeCreated";
  time.attributes.push_back({"SystemTime", slot_of(filetime_value(event.time), kTime)});
  system.children.push_back(std::move(time));
  system.children.push_back(leaf("EventRecordID", number(ValueType::uint64, event.record_id, kRecordId)));
  Element correlation;
  correlation.name = "Correlation";
  correlation.attributes.push_back({"ActivityID", slot_of(guid_or_null(event.activity), kActivity)});
  correlation.attributes.push_back({"RelatedActivityID", slot_of(guid_or_null(event.related_activity), kRelated)});
  system.children.push_back(std::move(correlation));
  Element execution;
  execution.name = "Execution";
  execution.attributes.push_back({"ProcessID", number(ValueType::uint32, event.process_id, kProcess)});
  execution.attributes.push_back({"ThreadID", number(ValueType::uint32, event.thread_id, kThread)});
  system.children.push_back(std::move(execution));
  system.children.push_back(leaf("Channel", event.layout == Layout::flat
                                                ? literal_of(event.channel)
                                                : slot_of(string_value(event.channel), kChannel)));
  system.children.push_back(leaf("Computer", literal_of(event.computer)));
  Element security;
  security.name = "Security";
  security.attributes.push_back(
      {"UserID", slot_of(parse_value(ValueType::sid, event.user).value_or(null_value()), kUser)});
  system.children.push_back(std::move(security));
  return system;
}

Element item_element(const Item& item) {
  Element e;
  e.name = item.kind == Item::Kind::data ? "Data" : item.name;
  if (item.kind == Item::Kind::data && !item.name.empty()) e.attributes.push_back({"Name", literal_of(item.name)});
  e.slot = item.slot;
  return e;
}

std::optional<Element> body_element(const Body& body) {
  Element e;
  switch (body.kind) {
    case Body::Kind::none: return std::nullopt;
    case Body::Kind::event_data:
      e.name = "EventData";
      if (!body.name.empty()) e.attributes.push_back({"Name", literal_of(body.name)});
      break;
    case Body::Kind::user_data: e.name = "UserData"; break;
    case Body::Kind::processing_error: e.name = "ProcessingErrorData"; break;
  }
  std::vector<Element> leaves;
  for (const Item& item : body.items) leaves.push_back(item_element(item));
  if (body.kind == Body::Kind::user_data) {
    Element wrapper;
    wrapper.name = body.name;
    if (!body.xmlns.empty()) wrapper.attributes.push_back({"xmlns", literal_of(body.xmlns)});
    wrapper.children = std::move(leaves);
    e.children.push_back(std::move(wrapper));
  } else {
    e.children = std::move(leaves);
  }
  return e;
}

/// Puts the body behind the System part's last number, for layouts that keep it in the same template.
void number_from(Element& element, int& next) {
  if (element.slot && element.slot->form != Form::literal) element.slot->number = next++;
  for (Element& child : element.children) number_from(child, next);
}

Element event_element(const EventSpec& event) {
  Element root;
  root.name = "Event";
  root.attributes.push_back({"xmlns", literal_of(kEventNamespace)});
  root.children.push_back(system_element(event));
  std::optional<Element> body = body_element(event.body);
  if (!body) return root;
  if (event.layout == Layout::flat || event.layout == Layout::bare) {
    int next = kBody;
    number_from(*body, next);
    root.children.push_back(std::move(*body));
    return root;
  }
  Value nested;
  nested.type = ValueType::binxml;
  nested.nesting = event.layout == Layout::instance         ? Nesting::instance
                   : event.layout == Layout::short_instance ? Nesting::short_instance
                                                            : Nesting::fragment;
  nested.nested = std::make_shared<const Element>(std::move(*body));
  root.dependency = kBody;  // as Windows writes it
  root.slot = slot_of(std::move(nested), kBody);
  return root;
}

/// One chunk under construction.
struct ChunkDraft {
  BinXmlChunk xml;
  std::uint64_t first_number = 0, count = 0, first_id = 0, last_id = 0;
  std::size_t last_offset = 0;
};

void put_record(ChunkDraft& chunk, const EventSpec& event, std::uint64_t number) {
  std::string& out = chunk.xml.bytes();
  const std::size_t start = out.size();
  put_le(out, kRecordSignature, 4);
  put_le(out, 0, 4);
  put_le(out, event.record_id, 8);
  put_le(out, to_filetime(event.time), 8);
  const Element root = event_element(event);
  chunk.xml.put_header();
  if (event.layout == Layout::bare) {
    chunk.xml.put_fragment(root);
  } else {
    chunk.xml.put_instance(root, event.forward ? Definition::later : Definition::at_first_use);
  }
  while ((out.size() - start + 4) % 8 != 0) out += '\0';  // records are multiples of 8 in Windows' files
  const std::size_t size = out.size() - start + 4;
  put_le(out, size, 4);
  patch_le(out, start + 4, size, 4);
  if (chunk.count++ == 0) {
    chunk.first_number = number;
    chunk.first_id = event.record_id;
  }
  chunk.last_id = event.record_id;
  chunk.last_offset = start;
}

std::uint32_t header_crc(std::string_view chunk) { return crc32(chunk.substr(128, 384), crc32(chunk.substr(0, 120))); }

void put_crcs(std::string& chunk) {
  const std::size_t free_offset = get_le(chunk, 48, 4);
  patch_le(chunk, 52, crc32(std::string_view(chunk).substr(kChunkHeaderSize, free_offset - kChunkHeaderSize)), 4);
  patch_le(chunk, 124, header_crc(chunk), 4);
}

std::string finish_chunk(ChunkDraft& draft) {
  draft.xml.put_tables();
  std::string chunk = draft.xml.bytes();
  const std::size_t free_offset = chunk.size();
  chunk.resize(kChunkSize, '\0');
  chunk.replace(0, 8, std::string_view("ElfChnk\0", 8));
  patch_le(chunk, 8, draft.first_number, 8);
  patch_le(chunk, 16, draft.first_number + draft.count - 1, 8);
  patch_le(chunk, 24, draft.first_id, 8);
  patch_le(chunk, 32, draft.last_id, 8);
  patch_le(chunk, 40, 128, 4);
  patch_le(chunk, 44, draft.last_offset, 4);
  patch_le(chunk, 48, free_offset, 4);
  put_crcs(chunk);
  return chunk;
}

void put_file_crc(std::string& file) { patch_le(file, 124, crc32(std::string_view(file).substr(0, 120)), 4); }

void finish_file_header(std::string& file, std::uint64_t chunks, std::uint64_t next_id) {
  file.replace(0, 8, std::string_view("ElfFile\0", 8));
  patch_le(file, 8, 0, 8);
  patch_le(file, 16, chunks == 0 ? 0 : chunks - 1, 8);
  patch_le(file, 24, next_id, 8);
  patch_le(file, 32, 128, 4);
  patch_le(file, 36, 1, 2);  // version 3.1
  patch_le(file, 38, 3, 2);
  patch_le(file, 40, kFileHeaderSize, 2);
  patch_le(file, 42, chunks, 2);
  put_file_crc(file);
}

/// Where the record with an id stands, 0 when nowhere. Walks the records of every chunk by their sizes.
std::size_t find_record(std::string_view file, std::uint64_t id) {
  for (std::size_t base = kFileHeaderSize; base + kChunkSize <= file.size(); base += kChunkSize) {
    const std::size_t end = get_le(file, base + 48, 4);
    for (std::size_t at = kChunkHeaderSize; at < end; at += get_le(file, base + at + 4, 4)) {
      if (get_le(file, base + at + 8, 8) == id) return base + at;
    }
  }
  return 0;
}

/// Moves the start of free space back to the start of the last record: what follows is what an older log left behind.
void hide_last_record(std::string& file, std::size_t base) {
  std::string chunk = file.substr(base, kChunkSize);
  const std::size_t last = get_le(chunk, 44, 4);
  std::size_t before = kChunkHeaderSize;
  for (std::size_t at = kChunkHeaderSize; at < last; at += get_le(chunk, at + 4, 4)) before = at;
  patch_le(chunk, 16, get_le(chunk, 16, 8) - 1, 8);
  patch_le(chunk, 32, get_le(chunk, before + 8, 8), 8);
  patch_le(chunk, 44, before, 4);
  patch_le(chunk, 48, last, 4);
  put_crcs(chunk);
  file.replace(base, kChunkSize, chunk);
}

/// Inflicts one damage. `records` are places found before the first of them.
bool inflict(std::string& file, const Damage& damage, const std::map<std::uint64_t, std::size_t>& records) {
  using Kind = Damage::Kind;
  const std::size_t chunks = (file.size() - std::min(file.size(), kFileHeaderSize)) / kChunkSize;
  const std::size_t base = kFileHeaderSize + damage.number * kChunkSize;
  const bool has_chunk = damage.number < chunks;
  const auto flip = [&file](std::size_t at) { file[at] = static_cast<char>(file[at] ^ 0x5A); };
  switch (damage.kind) {
    case Kind::dirty: patch_le(file, 120, get_le(file, 120, 4) | 1U, 4); return true;
    case Kind::chunk_count:
      patch_le(file, 42, damage.number, 2);
      patch_le(file, 16, damage.number == 0 ? 0 : damage.number - 1, 8);
      put_file_crc(file);
      return true;
    case Kind::file_crc: flip(124); return true;
    case Kind::chunk_crc:
      if (has_chunk) flip(base + 124);
      return has_chunk;
    case Kind::records_crc:
      if (has_chunk) flip(base + 52);
      if (has_chunk) patch_le(file, base + 124, header_crc(std::string_view(file).substr(base, kChunkSize)), 4);
      return has_chunk;
    case Kind::chunk_magic:
      if (has_chunk) file.replace(base, 8, 8, '\0');
      return has_chunk;
    case Kind::free_offset:
      if (has_chunk) patch_le(file, base + 48, kChunkSize, 4);
      return has_chunk;
    case Kind::truncate:
      if (damage.number > file.size()) return false;
      file.resize(damage.number);
      return true;
    case Kind::signature:
    case Kind::record_size: {
      const auto at = records.find(damage.number);
      if (at == records.end() || at->second == 0) return false;
      if (damage.kind == Kind::signature) patch_le(file, at->second, 0, 4);
      if (damage.kind == Kind::record_size) patch_le(file, at->second + 4, damage.extra, 4);
      return true;
    }
    case Kind::hide_last:
      if (has_chunk) hide_last_record(file, base);
      return has_chunk;
    case Kind::empty_chunk: file.resize(file.size() + kChunkSize, '\0'); return true;
    case Kind::poke:
      if (damage.number > file.size() || file.size() - damage.number < damage.bytes.size()) return false;
      file.replace(damage.number, damage.bytes.size(), damage.bytes);
      return true;
    case Kind::recompute_crc:
      put_file_crc(file);
      for (std::size_t i = 0; i < chunks; ++i) {
        std::string chunk = file.substr(kFileHeaderSize + i * kChunkSize, kChunkSize);
        if (chunk.substr(0, 7) != "ElfChnk") continue;
        put_crcs(chunk);
        file.replace(kFileHeaderSize + i * kChunkSize, kChunkSize, chunk);
      }
      return true;
  }
  std::abort();
}

EventSpec marker_event(const Description& description) {
  EventSpec marker;
  marker.provider = kMarkerProvider;
  marker.provider_guid = "{5700A4D3-0000-4000-8000-7E57F11E7E57}";
  marker.id = 1;
  marker.channel = description.channel;
  marker.computer = description.computer;
  marker.time = description.events.empty() ? EventTime{} : description.events.front().time;
  marker.body.kind = Body::Kind::event_data;
  marker.body.items.push_back({Item::Kind::data,
                               "Note",
                               {string_value("Made by the Stopwarden test writer. Not evidence."), Form::normal, -1}});
  return marker;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t crc) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < t.size(); ++i) {
      std::uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xEDB8'8320U : 0U);
      t[i] = c;
    }
    return t;
  }();
  crc = ~crc;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

std::vector<EventSpec> all_events(const Description& description) {
  std::vector<EventSpec> events;
  if (description.marker) events.push_back(marker_event(description));
  events.insert(events.end(), description.events.begin(), description.events.end());
  std::uint64_t next = description.first_record;
  for (EventSpec& e : events) {
    if (e.record_id == 0) e.record_id = next;
    next = e.record_id + 1;
  }
  return events;
}

Result<std::string> write_evtx(const Description& description) {
  std::string file(kFileHeaderSize, '\0');
  std::uint64_t number = 1, chunks = 0, next_id = description.first_record;
  ChunkDraft chunk;
  const auto close = [&file, &chunk, &chunks] {
    if (chunk.count == 0) return true;
    if (chunk.xml.has_open_references()) return false;
    file += finish_chunk(chunk);
    chunk = ChunkDraft{};
    ++chunks;
    return true;
  };
  for (const EventSpec& event : all_events(description)) {
    if (event.new_chunk && !close()) return Error{Errc::bad_value, event.line, "no later event defines the template"};
    ChunkDraft before = chunk;
    put_record(chunk, event, number);
    if (chunk.xml.bytes().size() > kChunkSize && before.count > 0) {
      chunk = std::move(before);
      if (!close()) return Error{Errc::bad_value, event.line, "no later event defines the template"};
      put_record(chunk, event, number);
    }
    if (chunk.xml.bytes().size() > kChunkSize) return Error{Errc::limit_exceeded, event.line, "event over a chunk"};
    if (chunk.xml.overflowed()) return Error{Errc::limit_exceeded, event.line, "value over its length field"};
    ++number;
    next_id = event.record_id + 1;
  }
  if (!close()) return Error{Errc::bad_value, 0, "no later event defines the template"};
  finish_file_header(file, chunks, next_id);

  std::map<std::uint64_t, std::size_t> records;
  for (const Damage& d : description.damages) records[d.number] = find_record(file, d.number);
  for (const Damage& d : description.damages) {
    if (!inflict(file, d, records)) return Error{Errc::bad_value, d.number, "no such place to damage"};
  }
  return file;
}

}  // namespace stopwarden::test
