// SPDX-License-Identifier: Apache-2.0
// The one shape everything speaks.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "event/field.h"
#include "event/text_probe.h"

namespace stopwarden {

/// How the log typed a value. Rules compare text; the kind tells null from "" and lets numbers compare as numbers.
enum class ValueKind : std::uint8_t { null, string, integer, real, boolean };

/// One value of one field. A field may come several times (duplicate names, unnamed Data, array elements): any of its
/// values may match. `text` is UTF-8 in canonical form: integers decimal, HexInt "0x" + lowercase without leading
/// zeros, GUID "{UPPERCASE}", SID "S-1-...", boolean "true"/"false", times ISO 8601 UTC, binary uppercase hex; empty
/// for null. Invalid UTF-8 of the input may stand in it.
struct FieldValue {
  FieldId field;
  ValueKind kind;
  std::string_view text;
};

/// Where an event was read. The file's name is known to the pipeline only.
struct Origin {
  std::uint64_t offset = 0;  ///< bytes from the start of the (unpacked) input
  std::uint64_t record = 0;  ///< which event of the input, from 1
};

class FieldReader;

/// A view of one event. All views belong to the source that emits it and die when on_event() returns; whatever must
/// live longer copies.
struct Event {
  std::optional<EventTime> time;           ///< event time; absent when the record has none that can be read
  std::string_view host;                   ///< the machine it happened on, as logged (Computer); may be empty
  std::string_view channel;                ///< Windows: "Security"; elsewhere a name of log_name.h: "linux:auditd"
  std::string_view provider;               ///< Windows: "Microsoft-Windows-Security-Auditing"; elsewhere the log's part
  std::optional<std::uint32_t> event_id;   ///< Windows: EventID without qualifiers
  std::optional<std::uint64_t> record_id;  ///< Windows: EventRecordID
  std::string_view record_name;            ///< elsewhere: the record's own unique id, where the log gives one as text
  Origin origin;
  std::string_view raw;                 ///< the record's bytes as read, for identity; may be empty
  std::span<const FieldValue> fields;   ///< what `choice` holds, else all wanted fields; in the order of the record
  const FieldChoice* choice = nullptr;  ///< what the source's FieldPlanner chose for it (source.h)
  FieldReader* reader = nullptr;        ///< gives what `choice` left out; nullptr when nothing was
};

/// Reads the event that is being emitted once more.
class FieldReader {
 public:
  virtual ~FieldReader() = default;
  /// All wanted fields of the event, in the order of the record. Valid until on_event() returns, like the event itself,
  /// whose own fields stay valid, too. Cost: the record is read again; for the few events that matter.
  virtual std::span<const FieldValue> all_fields() = 0;
  /// False: no value of the event holds a text that the probe looks for. `event` is the one that is being emitted.
  virtual bool may_hold(const TextProbe& probe, const Event& event) = 0;
  /// Texts one of which holds, somewhere in it, every text that a value of the event holds: the record, where values
  /// stand in it as they are, and those values that do not. Empty when this reader has none. Valid as all_fields().
  virtual std::span<const std::string_view> texts(const Event& /*event*/) { return {}; }
};

/// The event with all wanted fields, whatever was chosen for it.
inline Event with_all_fields(const Event& event) {
  Event out = event;
  if (event.reader != nullptr) out.fields = event.reader->all_fields();
  out.choice = nullptr;
  out.reader = nullptr;
  return out;
}

}  // namespace stopwarden
