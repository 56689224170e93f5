// SPDX-License-Identifier: Apache-2.0
#include "sources/registry.h"

#include <array>

#include "sources/evtx/evtx.h"
#include "sources/journal/journal.h"
#include "sources/journal_export/journal_export.h"
#include "sources/json/json.h"
#include "sources/xml/xml.h"

namespace stopwarden {
namespace {

constexpr std::array kSourceFormats{
    SourceFormat{"evtx", "Windows event log files (.evtx)", evtx::sniff_evtx, evtx::make_evtx},
    SourceFormat{"journal", "systemd journal files (.journal, .journal~)", journal::sniff_journal,
                 journal::make_journal},
    SourceFormat{"journal_export", "systemd journal as `journalctl -o export` prints it", journal::sniff_export,
                 journal::make_export},
    SourceFormat{"xml", "Windows events as XML, as the Event Viewer and wevtutil export them", xml::sniff_xml,
                 xml::make_xml},
    SourceFormat{"json", "JSON lines, arrays and documents: evtx_dump, Winlogbeat, NXLog, any flat or nested event",
                 json::sniff_json, json::make_json},
};

consteval bool names_unique() {
  for (std::size_t i = 0; i < kSourceFormats.size(); ++i)
    for (std::size_t j = i + 1; j < kSourceFormats.size(); ++j)
      if (kSourceFormats[i].name == kSourceFormats[j].name) return false;
  return true;
}
static_assert(names_unique());

}  // namespace

std::span<const SourceFormat> source_formats() { return kSourceFormats; }

const SourceFormat* sniff_format(Bytes head) {
  for (const SourceFormat& format : kSourceFormats)
    if (format.sniff(head)) return &format;
  return nullptr;
}

}  // namespace stopwarden
