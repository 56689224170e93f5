// SPDX-License-Identifier: Apache-2.0
// From the fields of an entry to an event.
//
//   EntryFields fields(options);
//   fields.begin();                          // each entry
//   fields.add("MESSAGE", "Stopped x.");     // each field, in its order
//   fields.emit(head, sink);
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/source.h"
#include "sources/journal/derived.h"
#include "sources/text/emitter.h"

namespace stopwarden::journal {

/// Makes events of entries. Not for sharing between threads. No allocation per entry once warm.
class EntryFields {
 public:
  explicit EntryFields(const SourceOptions& options);

  void begin();
  /// Both live until emit() returned.
  void add(std::string_view name, std::string_view value);
  /// The value, when the entry has such a field.
  const Facts& facts() const noexcept { return facts_; }
  Arena& arena() noexcept { return emitter_.arena(); }

  struct Head {
    std::optional<std::uint64_t> realtime;  ///< microseconds since 1970
    Origin origin;
    Bytes raw;
  };
  void emit(const Head& head, EventSink& sink);

 private:
  /// A field's name as a file brings it.
  struct Known {
    std::string text;
    text::Name name;
    std::optional<Fact> fact;
  };
  const Known& known(std::string_view name);

  text::Emitter emitter_;
  Facts facts_;
  Derivation derivation_;
  std::vector<Known> known_;          // in the order of coming
  std::vector<std::uint16_t> slots_;  // index into known_ and 1; 0 is free
  Known unknown_;                     // of the name that came last, when known_ is full
};

}  // namespace stopwarden::journal
