// SPDX-License-Identifier: Apache-2.0
#include "output/formats.h"

#include <array>

#include "output/csv.h"
#include "output/jsonl.h"
#include "output/text.h"
#include "output/timesketch.h"

namespace stopwarden {
namespace {

template <class W>
std::unique_ptr<FindingWriter> make_writer(ByteSink& out, const FormatOptions& options) {
  return std::make_unique<W>(out, options);
}

constexpr std::array kFormats{
    OutputFormat{"text", "for people: a timeline a host, then totals", FindingSort::host, Streams::no,
                 make_writer<TextWriter>},
    OutputFormat{"jsonl", "OCSF 1.8.0 Detection Findings, one a line", FindingSort::time, Streams::yes,
                 make_writer<JsonlWriter>},
    OutputFormat{"csv", "RFC 4180 table for spreadsheets, one row a finding", FindingSort::time, Streams::yes,
                 make_writer<CsvWriter>},
    OutputFormat{"timesketch", "JSON lines for Timesketch", FindingSort::time, Streams::yes,
                 make_writer<TimesketchWriter>},
};

consteval bool names_unique() {
  for (std::size_t i = 0; i < kFormats.size(); ++i)
    for (std::size_t j = i + 1; j < kFormats.size(); ++j)
      if (kFormats[i].name == kFormats[j].name) return false;
  return true;
}
static_assert(names_unique());

}  // namespace

std::string FormatOptions::default_version() { return SW_VERSION; }

std::span<const OutputFormat> output_formats() { return kFormats; }

const OutputFormat* find_format(std::string_view name) noexcept {
  for (const OutputFormat& format : kFormats)
    if (format.name == name) return &format;
  return nullptr;
}

}  // namespace stopwarden
