// SPDX-License-Identifier: Apache-2.0
// Holds the EVTX reader to files of the EVTX writer. Neither was written with the other in sight; what a right reader
// says of a file is told from its description (tests/data/evtx/*.want.jsonl), never from what the reader did.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "support/evtx_text.h"
#include "support/evtx_value.h"
#include "support/evtx_writer.h"
#include "support/reading.h"

namespace stopwarden::test {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20 || byte == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// An event as a line of a want.jsonl, but with one list of fields: nothing says where System ends.
std::string line_of(const ReadEvent& e) {
  std::string out = "{\"time\":" + (e.time ? json_text(format_time(*e.time, 7)) : "null") +
                    ",\"host\":" + json_text(e.host) + ",\"channel\":" + json_text(e.channel) +
                    ",\"provider\":" + json_text(e.provider) +
                    ",\"event_id\":" + (e.event_id ? std::to_string(*e.event_id) : "null") +
                    ",\"record_id\":" + (e.record_id ? std::to_string(*e.record_id) : "null") + ",\"system\":[";
  bool first = true;
  for (std::size_t i = 0; i < e.fields.size(); ++i) {
    const auto& [name, text] = e.fields[i];
    if (name.empty()) continue;  // System has more than the catalogue knows: Provider_Guid, Correlation, ...
    if (!first) out += ',';
    first = false;
    out += "[" + json_text(name) + "," + (e.kinds[i] == ValueKind::null ? "null" : json_text(text)) + "]";
  }
  return out + "]}";
}

/// A line of a want.jsonl with its two lists put together. The seam cannot stand inside a JSON string.
std::string with_one_list(std::string line) {
  const std::string seam = "],\"fields\":[";
  const std::size_t at = line.find(seam);
  EXPECT_NE(at, std::string::npos) << line;
  if (at == std::string::npos) return line;
  const bool none = line[at + seam.size()] == ']' || line[at - 1] == '[';
  return line.replace(at, seam.size(), none ? "" : ",");
}

std::vector<fs::path> descriptions() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(SW_SOURCE_DIR "/tests/data/evtx"))
    if (entry.path().extension() == ".evtxt") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

void intern_names(const Element& element, FieldTable& table);
void intern_slot(const Slot& slot, FieldTable& table) {
  if (slot.value.nested) intern_names(*slot.value.nested, table);
}
void intern_names(const Element& element, FieldTable& table) {
  for (const Element& child : element.children) {
    EXPECT_TRUE(table.intern(child.name));
    if (child.slot) intern_slot(*child.slot, table);
  }
}

/// A description, its file, and a table that knows every name of its data.
struct Case {
  explicit Case(const fs::path& path) {
    std::vector<Diagnostic> problems;
    const auto description = parse_evtxt(slurp(path), path.filename().string(), problems);
    for (const Diagnostic& p : problems) ADD_FAILURE() << to_string(p);
    if (!description) return;
    auto file = write_evtx(*description);
    if (!file) {
      ADD_FAILURE() << file.error().what;
      return;
    }
    bytes = std::move(file).take();
    for (const EventSpec& e : all_events(*description)) {
      for (const Item& item : e.body.items) {
        std::string name;
        for (const char c : item.name)
          if (c != ' ') name += c;
        if (!name.empty()) {
          EXPECT_TRUE(table.intern(name));
        }
        intern_slot(item.slot, table);
      }
    }
    want = lines_of(slurp(fs::path(path).replace_extension(".want.jsonl")));
  }
  std::string bytes;
  std::vector<std::string> want;
  FieldTable table;
};

struct EachFile : ::testing::TestWithParam<fs::path> {};

TEST_P(EachFile, IsReadAsItsDescriptionSays) {
  const Case c(GetParam());
  WantedFields wanted(c.table);
  wanted.add_all_values();
  const Reading got = read_all(c.bytes, wanted);
  EXPECT_EQ(got.format, "evtx");
  for (std::size_t i = 0; i < std::max(c.want.size(), got.events.size()); ++i) {
    const std::string want = i < c.want.size() ? with_one_list(c.want[i]) : "(no event)";
    EXPECT_EQ(i < got.events.size() ? line_of(got.events[i]) : "(no event)", want) << "event " << i;
  }
}

TEST_P(EachFile, IsTheSameInPiecesOfAnySize) {
  const Case c(GetParam());
  WantedFields wanted(c.table);
  wanted.add_all_values();
  const Reading whole = read_all(c.bytes, wanted);
  for (const std::size_t piece : {1u, 3u, 511u, 4095u, 4097u, 65'535u, 65'536u, 65'537u, 70'000u})
    EXPECT_TRUE(read_all(c.bytes, wanted, piece) == whole) << "pieces of " << piece << " bytes";
}

TEST_P(EachFile, GivesTheSameValuesWhenOnlySomeAreWanted) {
  const Case c(GetParam());
  WantedFields all(c.table);
  for (std::size_t i = 0; i < c.table.size(); ++i) all.add(FieldId{static_cast<std::uint16_t>(i)});
  const Reading want = read_all(c.bytes, all);
  for (const std::size_t part : {0u, 1u, 2u}) {
    WantedFields wanted(c.table);
    for (std::size_t i = part; i < c.table.size(); i += 3) wanted.add(FieldId{static_cast<std::uint16_t>(i)});
    const Reading got = read_all(c.bytes, wanted);
    ASSERT_EQ(got.events.size(), want.events.size());
    EXPECT_EQ(got.drops, want.drops);
    EXPECT_EQ(got.oddities, want.oddities);
    for (std::size_t i = 0; i < got.events.size(); ++i) {
      ReadEvent expected = want.events[i];
      expected.fields.clear();
      expected.kinds.clear();
      for (std::size_t f = 0; f < want.events[i].fields.size(); ++f) {
        if (!wanted.contains(*c.table.find(want.events[i].fields[f].first))) continue;
        expected.fields.push_back(want.events[i].fields[f]);
        expected.kinds.push_back(want.events[i].kinds[f]);
      }
      EXPECT_EQ(got.events[i], expected);
    }
  }
}

TEST_P(EachFile, SaysWhereEachEventLies) {
  const Case c(GetParam());
  const WantedFields wanted(c.table);
  const Reading got = read_all(c.bytes, wanted);
  std::uint64_t last = 0;
  for (const ReadEvent& e : got.events) {
    ASSERT_LE(e.offset + 24, c.bytes.size());
    EXPECT_EQ(get_le(c.bytes, e.offset, 4), 0x2A2AU);
    EXPECT_EQ(c.bytes.compare(e.offset, e.raw.size(), e.raw), 0);
    EXPECT_EQ(e.raw.size(), get_le(c.bytes, e.offset + 4, 4));
    EXPECT_EQ(e.record_id, get_le(c.bytes, e.offset + 8, 8));
    EXPECT_GT(e.record, last);
    last = e.record;
  }
  EXPECT_LE(last, got.records);
}

INSTANTIATE_TEST_SUITE_P(Evtx, EachFile, ::testing::ValuesIn(descriptions()),
                         [](const auto& param) { return param.param.stem().string(); });

/// The table of tests/data/evtx/README.md: what must be said beside the events. Files not in it are sound.
struct Said {
  std::size_t drops = 0;
  std::size_t oddities_least = 0, oddities_most = 0;
  std::string drop;      // code and place of the drop
  std::string oddities;  // words in one of them
};

TEST(EvtxDamage, IsSaidAsTheTableOfTheFixturesHasIt) {
  const std::map<std::string, Said> table{
      {"dirty", {0, 1, 1, "", "dirty"}},
      {"wrong_chunk_count", {}},
      {"too_many_chunks", {}},
      {"stale_header", {0, 2, 2, "", "beyond the end"}},
      {"bad_file_crc", {0, 1, 1, "", "checksum of the file header"}},
      {"bad_chunk_crc", {0, 1, 1, "", "checksum of the chunk header"}},
      {"bad_records_crc", {0, 1, 1, "", "checksum of the chunk's records"}},
      {"free_offset_at_end", {0, 0, 1, "", ""}},
      {"empty_chunks", {}},
      {"stale_slack", {}},
      {"bad_chunk_magic", {1, 0, 0, "bad_magic@4096", ""}},
      {"zeroed_signature", {1, 0, 0, "bad_value@", ""}},
      {"record_size_zero", {1, 0, 0, "bad_value@", ""}},
      {"record_size_huge", {1, 0, 0, "bad_value@", ""}},
      {"truncated_mid_record", {1, 2, 2, "truncated@", "file ends inside a chunk"}},
      {"truncated_chunk_header", {1, 0, 0, "truncated@69632", ""}},
      {"truncated_at_chunk", {}},
      {"empty_log", {0, 1, 1, "", "counts no chunk"}},
  };
  std::size_t seen = 0;
  for (const fs::path& path : descriptions()) {
    SCOPED_TRACE(path.stem().string());
    const auto row = table.find(path.stem().string());
    const Said want = row == table.end() ? Said{} : row->second;
    seen += static_cast<std::size_t>(row != table.end());
    const Case c(path);
    const WantedFields wanted(c.table);
    const Reading got = read_all(c.bytes, wanted);
    std::string oddities;
    for (const std::string& o : got.oddities) oddities += o + "\n";
    EXPECT_EQ(got.drops.size(), want.drops);
    for (const std::string& d : got.drops) EXPECT_EQ(d.substr(0, want.drop.size()), want.drop) << d;
    EXPECT_GE(got.oddities.size(), want.oddities_least) << oddities;
    EXPECT_LE(got.oddities.size(), want.oddities_most) << oddities;
    EXPECT_NE(oddities.find(want.oddities), std::string::npos) << oddities;
  }
  EXPECT_EQ(seen, table.size()) << "a damaged file is gone";
}

}  // namespace
}  // namespace stopwarden::test
