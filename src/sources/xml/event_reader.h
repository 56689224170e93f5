// SPDX-License-Identifier: Apache-2.0
// One event's XML to an Event. pugixml is used in event_reader.cpp and nowhere else.
#pragma once
#include <memory>

#include "event/source.h"
#include "sources/xml/scanner.h"

namespace stopwarden::xml {

struct XmlLimits {
  std::size_t event_bytes_max = std::size_t{16} << 20;  // an event of Windows has at most 64 KiB of data
  std::size_t nodes_max = 65'536;  // elements and attributes of one event; the largest seen has a few hundred
  std::size_t unit_bytes = std::size_t{256} << 10;  // a run of events that is parsed at once
};

class EventReader {
 public:
  explicit EventReader(const SourceOptions& options);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  /// Reads one whole element named Event and emits it, or reports a drop at `origin.offset`.
  void read(Bytes text, Encoding encoding, const Origin& origin, EventSink& sink);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stopwarden::xml
