// SPDX-License-Identifier: Apache-2.0
// What a test description says, before it becomes bytes. Test support: never part of a shipped program.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace stopwarden::test {

/// Value types of BinXML, by their number in the file.
enum class ValueType : std::uint8_t {
  null = 0x00,
  string = 0x01,
  ansi = 0x02,
  int8 = 0x03,
  uint8 = 0x04,
  int16 = 0x05,
  uint16 = 0x06,
  int32 = 0x07,
  uint32 = 0x08,
  int64 = 0x09,
  uint64 = 0x0A,
  real32 = 0x0B,
  real64 = 0x0C,
  boolean = 0x0D,
  binary = 0x0E,
  guid = 0x0F,
  size_t_ = 0x10,
  filetime = 0x11,
  systemtime = 0x12,
  sid = 0x13,
  hex32 = 0x14,
  hex64 = 0x15,
  binxml = 0x21,
};

struct Element;

/// How a BinXML value (type 0x21) starts. All but `headed_fragment` occur in Windows' own logs.
enum class Nesting : std::uint8_t {
  instance,         ///< fragment header, template instance
  short_instance,   ///< template instance at once
  fragment,         ///< element at once, no template; its elements carry no dependency numbers
  headed_fragment,  ///< fragment header, element
};

/// One value: its bytes as they go into a file, and the text a reader should make of it.
struct Value {
  ValueType type = ValueType::null;
  bool is_array = false;
  std::string bytes;
  std::vector<std::string> texts;         ///< canonical, one an array element; none for null
  std::shared_ptr<const Element> nested;  ///< for binxml
  Nesting nesting = Nesting::instance;
};

/// How a value stands in its element.
enum class Form : std::uint8_t {
  normal,    ///< normal substitution (token 0x0d)
  optional,  ///< optional substitution (0x0e); the element depends on it and vanishes when it is null
  literal,   ///< text in the template itself
};

/// Where a value goes: into the template as text, or into the instance under a number.
struct Slot {
  Value value;
  Form form = Form::normal;
  int number = -1;                                   ///< fixed substitution number; -1 takes the next free one
  std::optional<ValueType> declared = std::nullopt;  ///< type in the template, where it differs from the value's own
};

struct Attribute {
  std::string name;
  Slot slot;
};

/// An XML element to be written as BinXML: attributes, then children, then a value, as far as it has them.
struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Element> children;
  std::optional<Slot> slot;
  int dependency = -1;  ///< substitution the element depends on; -1: its own optional slot, or none
};

/// How an event's BinXML is cut up.
enum class Layout : std::uint8_t {
  instance,        ///< as Windows does today: System in one template, EventData in a nested instance
  short_instance,  ///< the same, the nested instance without a fragment header
  fragment,        ///< System in a template, EventData as a fragment without template and header
  flat,            ///< one template for everything
  bare,            ///< no template at all, as in forwarded events
};

/// One leaf below EventData or UserData.
struct Item {
  enum class Kind : std::uint8_t {
    data,    ///< <Data Name="name"> (or <Data> when the name is empty)
    element  ///< <name>
  } kind = Kind::data;
  std::string name;
  Slot slot;
};

struct Body {
  enum class Kind : std::uint8_t { none, event_data, user_data, processing_error } kind = Kind::none;
  std::string name;   ///< EventData's Name attribute, UserData's wrapper element
  std::string xmlns;  ///< namespace of the wrapper
  std::vector<Item> items;
};

/// One event. Defaults are what Windows writes when nothing else is known.
struct EventSpec {
  std::string provider, provider_guid, event_source, channel, computer, user;
  std::string activity, related_activity;
  std::uint16_t id = 0, task = 0;
  std::optional<std::uint16_t> qualifiers;
  std::uint8_t version = 0, level = 4, opcode = 0;
  std::uint64_t keywords = 0x8000000000000000;
  std::uint32_t process_id = 4, thread_id = 8;
  std::uint64_t record_id = 0;  ///< 0: the next one
  EventTime time{};
  Layout layout = Layout::instance;
  bool forward = false;    ///< refers to its templates before they are defined in the chunk
  bool new_chunk = false;  ///< stands first in a new chunk
  std::uint32_t line = 0;  ///< of the description
  Body body;
};

/// A wound to give the finished file.
struct Damage {
  enum class Kind : std::uint8_t {
    dirty,          ///< the header says the log was not closed
    chunk_count,    ///< the header counts `number` chunks, with a right checksum
    file_crc,       ///< wrong checksum of the file header
    chunk_crc,      ///< wrong checksum of the header of chunk `number` (from 0)
    records_crc,    ///< wrong checksum of the records of chunk `number`
    chunk_magic,    ///< zeroed signature of chunk `number`
    free_offset,    ///< chunk `number` says it is full to its end
    truncate,       ///< only the first `number` bytes are left
    signature,      ///< zeroed signature of the record with id `number`
    record_size,    ///< the record with id `number` claims to be `extra` bytes long
    hide_last,      ///< chunk `number` says its last record is free space, with right checksums
    empty_chunk,    ///< an all-zero chunk after the last one
    poke,           ///< `bytes` at offset `number`
    recompute_crc,  ///< right checksums again, whatever was done before
  } kind = Kind::dirty;
  std::uint64_t number = 0;
  std::uint64_t extra = 0;
  std::string bytes;
};

struct Description {
  std::vector<EventSpec> events;  ///< the marker, when wanted, is not among them
  std::uint64_t first_record = 1;
  bool marker = true;
  std::string computer, channel;    ///< of the marker
  std::vector<Damage> damages;      ///< in order
  std::vector<std::uint64_t> lost;  ///< ids of records no reader can get out of the damaged file
};

}  // namespace stopwarden::test
