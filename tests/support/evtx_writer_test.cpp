// SPDX-License-Identifier: Apache-2.0
// Holds the writer to the format without a reader: everything is counted out by hand from the raw bytes.
#include "support/evtx_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "support/evtx_binxml.h"
#include "support/evtx_text.h"
#include "support/evtx_value.h"

namespace stopwarden::test {
namespace {

constexpr std::size_t kHeader = 4096;
constexpr std::size_t kChunk = 65536;

/// CRC-32 bit by bit, apart from the writer's table.
std::uint32_t slow_crc(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320U : crc >> 1;
  }
  return crc ^ 0xFFFFFFFF;
}

std::uint64_t le(std::string_view s, std::size_t at, int n) {
  EXPECT_LE(at + static_cast<std::size_t>(n), s.size());
  std::uint64_t v = 0;
  for (int i = n - 1; i >= 0; --i) v = v * 256 + static_cast<unsigned char>(s[at + static_cast<std::size_t>(i)]);
  return v;
}

std::string utf16(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) (out += c) += '\0';
  return out;
}

std::optional<Description> parse(std::string_view text) {
  std::vector<Diagnostic> problems;
  auto d = parse_evtxt(text, "test.evtxt", problems);
  for (const Diagnostic& p : problems) ADD_FAILURE() << to_string(p);
  return d;
}

std::string write(std::string_view text) {
  const auto d = parse(text);
  if (!d) return {};
  auto file = write_evtx(*d);
  EXPECT_TRUE(file) << file.error().what;
  return file ? std::move(file).take() : std::string{};
}

std::string_view chunk_of(const std::string& file, std::size_t i) {
  EXPECT_GE(file.size(), kHeader + (i + 1) * kChunk);
  return std::string_view(file).substr(kHeader + i * kChunk, kChunk);
}

/// Offsets of a chunk's records, checked as they are walked.
std::vector<std::size_t> records_of(std::string_view chunk) {
  std::vector<std::size_t> out;
  const std::size_t free_offset = le(chunk, 48, 4);
  std::size_t at = 512;
  while (at < free_offset) {
    EXPECT_EQ(le(chunk, at, 4), 0x2A2AU);
    const std::size_t size = le(chunk, at + 4, 4);
    EXPECT_EQ(size % 8, 0U);
    EXPECT_EQ(le(chunk, at + size - 4, 4), size);
    EXPECT_EQ(le(chunk, at + 24, 4), 0x0001010FU);  // fragment header
    out.push_back(at);
    if (size < 32) break;
    at += size;
  }
  EXPECT_EQ(at, free_offset);
  return out;
}

std::size_t count(std::string_view in, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1)) ++n;
  return n;
}

const char kTwo[] = R"(
file computer=T.corp.example channel=Application
define e provider=P guid={00000001-0002-0003-0405-060708090A0B} id=7
  data Name = "x"
event e time=2026-11-20T08:00:00Z
event e time=2026-11-20T08:00:01Z
  data Name = "y"
)";

TEST(EvtxWriter, Crc32IsTheOneOfTheFormat) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32("56789", crc32("1234")), 0xCBF43926U);
  EXPECT_EQ(crc32(""), 0U);
}

TEST(EvtxWriter, NameHashIsTheOneOfTheFormat) {
  // Hashes as they stand in files written by Windows.
  EXPECT_EQ(name_hash(u"Event"), 0x0CBA);
  EXPECT_EQ(name_hash(u"xmlns"), 0x0FBC);
  EXPECT_EQ(name_hash(u"System"), 0x546F);
  EXPECT_EQ(name_hash(u"Data"), 0x6F8A);
}

TEST(EvtxWriter, FileHeader) {
  const std::string file = write(kTwo);
  ASSERT_EQ(file.size(), kHeader + kChunk);
  EXPECT_EQ(file.substr(0, 8), std::string("ElfFile\0", 8));
  EXPECT_EQ(le(file, 8, 8), 0U);   // first chunk
  EXPECT_EQ(le(file, 16, 8), 0U);  // last chunk
  EXPECT_EQ(le(file, 24, 8), 4U);  // next record id: marker and two
  EXPECT_EQ(le(file, 32, 4), 128U);
  EXPECT_EQ(le(file, 36, 2), 1U);
  EXPECT_EQ(le(file, 38, 2), 3U);
  EXPECT_EQ(le(file, 40, 2), kHeader);
  EXPECT_EQ(le(file, 42, 2), 1U);
  EXPECT_EQ(le(file, 120, 4), 0U);  // neither dirty nor full
  EXPECT_EQ(le(file, 124, 4), slow_crc(file.substr(0, 120)));
}

TEST(EvtxWriter, ChunkHeaderAndChecksums) {
  const std::string file = write(kTwo);
  const std::string_view chunk = chunk_of(file, 0);
  EXPECT_EQ(chunk.substr(0, 8), std::string_view("ElfChnk\0", 8));
  EXPECT_EQ(le(chunk, 8, 8), 1U);
  EXPECT_EQ(le(chunk, 16, 8), 3U);
  EXPECT_EQ(le(chunk, 24, 8), 1U);
  EXPECT_EQ(le(chunk, 32, 8), 3U);
  EXPECT_EQ(le(chunk, 40, 4), 128U);
  const auto records = records_of(chunk);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(le(chunk, 44, 4), records.back());
  const std::size_t free_offset = le(chunk, 48, 4);
  EXPECT_EQ(le(chunk, 52, 4), slow_crc(chunk.substr(512, free_offset - 512)));
  EXPECT_EQ(le(chunk, 124, 4), slow_crc(std::string(chunk.substr(0, 120)) + std::string(chunk.substr(128, 384))));
  EXPECT_EQ(chunk.substr(free_offset).find_first_not_of('\0'), std::string_view::npos);
}

TEST(EvtxWriter, RecordsCarryIdAndTime) {
  const std::string file = write(kTwo);
  const std::string_view chunk = chunk_of(file, 0);
  const auto records = records_of(chunk);
  ASSERT_EQ(records.size(), 3U);
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(le(chunk, records[i] + 8, 8), i + 1);
  // 2026-11-20T08:00:00Z is 1,795,161,600 s after 1970.
  EXPECT_EQ(le(chunk, records[1] + 16, 8), (1'795'161'600U + 11'644'473'600U) * 10'000'000U);
  EXPECT_EQ(le(chunk, records[2] + 16, 8) - le(chunk, records[1] + 16, 8), 10'000'000U);
}

TEST(EvtxWriter, EveryNameIsInTheNameTableOnce) {
  const std::string file = write(kTwo);
  const std::string_view chunk = chunk_of(file, 0);
  std::set<std::string> seen;
  for (std::size_t bucket = 0; bucket < 64; ++bucket) {
    std::size_t at = le(chunk, 128 + 4 * bucket, 4), last = kChunk;
    while (at != 0) {
      ASSERT_LT(at, last) << "the chain runs backwards";
      const std::size_t units = le(chunk, at + 6, 2);
      std::u16string name;
      for (std::size_t i = 0; i < units; ++i) name += static_cast<char16_t>(le(chunk, at + 8 + 2 * i, 2));
      EXPECT_EQ(le(chunk, at + 4, 2), name_hash(name));
      EXPECT_EQ(name_hash(name) % 64, bucket);
      EXPECT_EQ(le(chunk, at + 8 + 2 * units, 2), 0U);
      EXPECT_EQ(le(chunk, at - 4, 4), at) << "the first use refers to the name behind it";
      EXPECT_TRUE(seen.insert(to_utf8(name)).second);
      last = at;
      at = le(chunk, at, 4);
    }
  }
  for (const char* name : {"Event",         "xmlns",       "System",     "Provider",          "Name",
                           "Guid",          "EventID",     "Qualifiers", "Version",           "Level",
                           "Task",          "Opcode",      "Keywords",   "TimeCreated",       "SystemTime",
                           "EventRecordID", "Correlation", "ActivityID", "RelatedActivityID", "Execution",
                           "ProcessID",     "ThreadID",    "Channel",    "Computer",          "Security",
                           "UserID",        "EventData",   "Data"}) {
    EXPECT_EQ(seen.count(name), 1U) << name;
  }
}

TEST(EvtxWriter, TemplatesAreDefinedOnceAndReferredTo) {
  const std::string file = write(kTwo);
  const std::string_view chunk = chunk_of(file, 0);
  std::map<std::size_t, std::size_t> definitions;  // offset, size
  for (std::size_t bucket = 0; bucket < 32; ++bucket) {
    for (std::size_t at = le(chunk, 384 + 4 * bucket, 4); at != 0; at = le(chunk, at, 4)) {
      EXPECT_EQ(le(chunk, at + 4, 4) % 32, bucket);
      EXPECT_EQ(le(chunk, at + 24, 4), 0x0001010FU);
      definitions[at] = le(chunk, at + 20, 4);
      EXPECT_EQ(chunk[at + 24 + definitions[at] - 1], '\0');  // end token
    }
  }
  // The System part of all three events, the marker's data, the two events' data.
  EXPECT_EQ(definitions.size(), 3U);
  const auto records = records_of(chunk);
  const auto reference = [&chunk](std::size_t record) { return le(chunk, record + 34, 4); };
  EXPECT_EQ(chunk[records[0] + 28], '\x0C');
  EXPECT_EQ(reference(records[0]), records[0] + 38) << "first use: inline";
  EXPECT_EQ(reference(records[1]), reference(records[0]));
  EXPECT_EQ(reference(records[2]), reference(records[0]));
  EXPECT_EQ(le(chunk, records[1] + 30, 4), le(chunk, reference(records[1]) + 4, 4)) << "id: start of the GUID";
}

TEST(EvtxWriter, ValueDescriptorsAddUpToTheRecord) {
  const std::string file = write(kTwo);
  const std::string_view chunk = chunk_of(file, 0);
  const auto records = records_of(chunk);
  const std::size_t at = records[2] + 38;  // its template is not inline
  const std::size_t values = le(chunk, at, 4);
  ASSERT_EQ(values, 20U);
  std::size_t end = at + 4 + 4 * values;
  for (std::size_t i = 0; i < values; ++i) end += le(chunk, at + 4 + 4 * i, 2);
  EXPECT_EQ(chunk[end], '\0');  // end token, then at most 7 bytes of padding and the size
  const std::size_t record_end = records[2] + le(chunk, records[2] + 4, 4);
  EXPECT_GE(record_end - 4, end + 1);
  EXPECT_LT(record_end - 4, end + 9);
  EXPECT_EQ(le(chunk, at + 4 + 4 * 19 + 2, 1), 0x21U);
  EXPECT_EQ(le(chunk, at + 4 + 4 * 10, 4), 0x000A'0008U);  // EventRecordID: 8 bytes, uint64
}

/// Elements in a template-less record nest by their sizes: a walk that knows only sizes and tokens comes out even.
void walk_element(std::string_view chunk, std::size_t& at, std::vector<std::size_t>& names) {
  const auto skip_name = [&chunk, &at, &names] {
    const std::size_t name = le(chunk, at, 4);
    names.push_back(name);
    at += 4;
    if (name == at) at += 10 + 2 * le(chunk, at + 6, 2);
  };
  const auto skip_text = [&chunk, &at] {
    while (chunk[at] == 0x05 || chunk[at] == 0x45) at += 4 + 2 * le(chunk, at + 2, 2);
  };
  const bool attributes = chunk[at] == 0x41;
  ASSERT_TRUE(attributes || chunk[at] == 0x01) << at;
  const std::size_t end = at + 5 + le(chunk, at + 1, 4);
  at += 5;
  skip_name();
  if (attributes) {
    const std::size_t attributes_end = at + 4 + le(chunk, at, 4);
    at += 4;
    while (at < attributes_end) {
      ASSERT_TRUE(chunk[at] == 0x06 || chunk[at] == 0x46);
      ++at;
      skip_name();
      skip_text();
    }
    ASSERT_EQ(at, attributes_end);
  }
  if (chunk[at] == 0x03) {
    ++at;
    ASSERT_EQ(at, end);
    return;
  }
  ASSERT_EQ(chunk[at++], 0x02);
  skip_text();
  while (chunk[at] != 0x04) {
    ASSERT_NO_FATAL_FAILURE(walk_element(chunk, at, names));
  }
  ++at;
  ASSERT_EQ(at, end);
}

TEST(EvtxWriter, DeclaredTypeStandsInTheTemplateOnly) {
  const std::string file = write(
      "file computer=T channel=C marker=no\nevent provider=P id=1 time=2026-11-20T08:00:00Z layout=flat\n"
      "  data A = hex64 0x1a4 as size\n");
  const std::string_view chunk = chunk_of(file, 0);
  const std::string substitution("\x02\x0D\x13\x00\x10\x04", 6);  // close tag, substitution 19 of type size, end
  EXPECT_EQ(count(chunk, substitution), 1U);
  const std::size_t values = 512 + 38 + 24 + le(chunk, 512 + 38 + 20, 4);
  ASSERT_EQ(le(chunk, values, 4), 20U);
  EXPECT_EQ(le(chunk, values + 4 + 4 * 19, 4), 0x0015'0008U);  // 8 bytes, hex64
}

TEST(EvtxWriter, BareRecordsNest) {
  const std::string file = write(
      "file computer=T channel=C marker=no\nevent provider=P id=7036 time=2026-11-20T08:00:00Z layout=bare\n"
      "  data param1 = \"SQL Server\"\n  data = string [\"a\", \"b\"]\n  binary = utf16z \"K/1\"\n");
  const std::string_view chunk = chunk_of(file, 0);
  std::size_t at = 512 + 28;
  std::vector<std::size_t> names;
  ASSERT_NO_FATAL_FAILURE(walk_element(chunk, at, names));
  EXPECT_EQ(chunk[at], '\0');
  EXPECT_EQ(count(chunk, utf16("SQL Server")), 1U);
  EXPECT_EQ(count(chunk, utf16("4B002F0031000000")), 1U) << "binary becomes hex text";
  EXPECT_EQ(count(chunk, std::string_view("\x0C\x01", 2)), 0U);
}

TEST(EvtxWriter, ForwardReferencesPointToALaterRecord) {
  const std::string file = write(
      "file computer=T channel=C marker=no\ndefine e provider=P id=1\n  data A = \"x\"\n"
      "event e time=2026-11-20T08:00:00Z forward=yes\nevent e time=2026-11-20T08:00:01Z\n");
  const std::string_view chunk = chunk_of(file, 0);
  const auto records = records_of(chunk);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(le(chunk, records[0] + 34, 4), records[1] + 38);
  EXPECT_EQ(le(chunk, records[1] + 34, 4), records[1] + 38);
  EXPECT_LT(le(chunk, records[0] + 4, 4), 400U) << "no definition inside";
}

TEST(EvtxWriter, FillsChunksAndStartsEachAnew) {
  std::string text = "file computer=T channel=C\ndefine e provider=P id=1\n  data A = repeat 2000 \"abc\"\n";
  for (int i = 10; i < 60; ++i) text += "event e time=2026-11-20T08:00:" + std::to_string(i) + "Z\n";
  const std::string file = write(text);
  ASSERT_EQ((file.size() - kHeader) % kChunk, 0U);
  const std::size_t chunks = (file.size() - kHeader) / kChunk;
  EXPECT_EQ(le(file, 42, 2), chunks);
  EXPECT_EQ(le(file, 16, 8), chunks - 1);
  EXPECT_EQ(chunks, 4U);  // 14 of about 4.2 KB a chunk
  std::uint64_t next = 1;
  for (std::size_t i = 0; i < chunks; ++i) {
    const std::string_view chunk = chunk_of(file, i);
    EXPECT_EQ(le(chunk, 8, 8), next);
    for (const std::size_t at : records_of(chunk)) EXPECT_EQ(le(chunk, at + 8, 8), next++);
    EXPECT_EQ(le(chunk, 16, 8), next - 1);
    EXPECT_EQ(le(chunk, 512 + 34, 4), 512U + 38) << "each chunk has its own definitions";
    if (i + 1 < chunks) {
      EXPECT_GT(le(chunk, 48, 4), kChunk - 4400) << "closed only when full";
    }
  }
  EXPECT_EQ(next, 52U);
}

TEST(EvtxWriter, MarkerStandsFirstUnlessToldNot) {
  const std::string with = write(kTwo);
  const std::string_view chunk = chunk_of(with, 0);
  const std::size_t second = records_of(chunk)[1];
  EXPECT_EQ(count(chunk.substr(0, second), utf16(kMarkerProvider)), 1U);
  std::string text = kTwo;
  text.replace(text.find("Application"), 11, "Application marker=no");
  EXPECT_EQ(count(write(text), utf16(kMarkerProvider)), 0U);
}

TEST(EvtxWriter, SameDescriptionSameBytes) { EXPECT_EQ(write(kTwo), write(kTwo)); }

TEST(EvtxWriter, Damages) {
  const std::string whole = write(kTwo);
  const auto damaged = [](const std::string& lines) { return write(kTwo + lines); };
  EXPECT_EQ(le(damaged("damage dirty\n"), 120, 4), 1U);
  const std::string counted = damaged("damage chunk-count=9\n");
  EXPECT_EQ(le(counted, 42, 2), 9U);
  EXPECT_EQ(le(counted, 124, 4), slow_crc(counted.substr(0, 120)));
  EXPECT_NE(le(damaged("damage file-crc\n"), 124, 4), le(whole, 124, 4));
  EXPECT_NE(le(damaged("damage chunk-crc=0\n"), kHeader + 124, 4), le(whole, kHeader + 124, 4));
  EXPECT_NE(le(damaged("damage records-crc=0\n"), kHeader + 52, 4), le(whole, kHeader + 52, 4));
  EXPECT_EQ(le(damaged("damage chunk-magic=0\n"), kHeader, 8), 0U);
  EXPECT_EQ(le(damaged("damage free-offset=0\n"), kHeader + 48, 4), kChunk);
  EXPECT_EQ(damaged("damage truncate=5000\n"), whole.substr(0, 5000));
  EXPECT_EQ(damaged("damage empty-chunk\n").substr(whole.size()), std::string(kChunk, '\0'));
  EXPECT_EQ(damaged("damage poke=4096:00FF\n").substr(4096, 3), std::string("\0\xFF"
                                                                            "f",
                                                                            3));
  const std::size_t second = kHeader + records_of(chunk_of(whole, 0))[1];
  EXPECT_EQ(le(damaged("damage signature=2\n"), second, 4), 0U);
  EXPECT_EQ(le(damaged("damage record-size=2:17\n"), second + 4, 4), 17U);
  const std::string hidden = damaged("damage hide-last=0\n");
  EXPECT_EQ(records_of(chunk_of(hidden, 0)).size(), 2U);
  const std::string mended = damaged("damage signature=2\ndamage recompute-crc\n");
  const std::string_view chunk = chunk_of(mended, 0);
  EXPECT_EQ(le(chunk, 52, 4), slow_crc(chunk.substr(512, le(chunk, 48, 4) - 512)));
}

TEST(EvtxWriter, RefusesWhatCannotBeWritten) {
  struct Case {
    const char* text;
    Errc code;
  };
  const Case cases[] = {
      {"file computer=T channel=C\nevent provider=P id=1 time=2026-11-20T08:00:00Z\n  data A = repeat 33000 \"x\"\n",
       Errc::limit_exceeded},
      {"file computer=T channel=C\nevent provider=P id=1 time=2026-11-20T08:00:00Z forward=yes\n  data A = \"x\"\n",
       Errc::bad_value},
      {"file computer=T channel=C\ndamage chunk-crc=1\n", Errc::bad_value},
      {"file computer=T channel=C\ndamage signature=99\n", Errc::bad_value},
      {"file computer=T channel=C\ndamage truncate=999999999\n", Errc::bad_value},
      {"file computer=T channel=C\ndamage poke=999999999:00\n", Errc::bad_value},
  };
  for (const Case& c : cases) {
    const auto d = parse(c.text);
    ASSERT_TRUE(d);
    const auto file = write_evtx(*d);
    ASSERT_FALSE(file) << c.text;
    EXPECT_EQ(file.error().code, c.code) << c.text;
  }
}

TEST(EvtxText, ReportsEachWrongLine) {
  struct Case {
    const char* text;
    std::string_view code;
    std::uint32_t line;
  };
  const Case cases[] = {
      {"fle computer=T\n", "EVT003", 1},
      {"file computer\n", "EVT001", 1},
      {"file first-record=0\n", "EVT002", 1},
      {"event id=1\n  nonsense\n", "EVT001", 2},
      {"event id=65536\n", "EVT002", 1},
      {"event unknown-name id=1\n", "EVT001", 1},
      {"define x from nothing id=1\n", "EVT001", 1},
      {"event id=1 colour=red\n", "EVT001", 1},
      {"event id=1 time=yesterday\n", "EVT002", 1},
      {"event id=1 guid={1}\n", "EVT002", 1},
      {"event id=1 user=root\n", "EVT002", 1},
      {"event id=1 layout=round\n", "EVT002", 1},
      {"event id=1\n  data A = \"open\n", "EVT002", 2},
      {"event id=1\n  data A = \"\\q\"\n", "EVT002", 2},
      {"event id=1\n  data A = uint8 256\n", "EVT002", 2},
      {"event id=1\n  data A = int8 -129\n", "EVT002", 2},
      {"event id=1\n  data A = hex32 0x100000000\n", "EVT002", 2},
      {"event id=1\n  data A = sid S-1-\n", "EVT002", 2},
      {"event id=1\n  data A = bool maybe\n", "EVT002", 2},
      {"event id=1\n  data A = uint8 [1, 2\n", "EVT002", 2},
      {"event id=1\n  data A = instance X { B = \"1\"\n", "EVT002", 2},
      {"event id=1\n  literal A = uint8 1\n", "EVT002", 2},
      {"event id=1\n  data A = uint8 1 as\n", "EVT002", 2},
      {"event id=1\n  data A = uint8 1 as colour\n", "EVT002", 2},
      {"event id=1\n  data A = raw bool 0 \"x\"\n", "EVT002", 2},
      {"event id=1\n  data A \"x\"\n", "EVT002", 2},
      {"\n\ndamage fire\n", "EVT001", 3},
      {"damage poke=1:0G\n", "EVT002", 1},
      {"lost one\n", "EVT002", 1},
  };
  for (const Case& c : cases) {
    std::vector<Diagnostic> problems;
    EXPECT_FALSE(parse_evtxt(c.text, "t", problems)) << c.text;
    ASSERT_FALSE(problems.empty()) << c.text;
    EXPECT_EQ(problems[0].code, c.code) << c.text << to_string(problems[0]);
    EXPECT_EQ(problems[0].line, c.line) << c.text;
  }
}

TEST(EvtxText, DefinedEventsGiveTheirDataUnlessTheEventDoes) {
  const auto d = parse(
      "define e provider=P id=4\n  data A = \"a\"\n  data B = \"b\"\n  data A = \"second\"\n"
      "event e id=5\n  data A = uint8 1\n  data C = \"c\"\nevent e\n");
  ASSERT_TRUE(d);
  ASSERT_EQ(d->events.size(), 2U);
  const auto shown = [](const EventSpec& e) {
    std::string out = std::to_string(e.id);
    for (const Item& i : e.body.items) out += " " + i.name + "=" + i.slot.value.texts.at(0);
    return out;
  };
  EXPECT_EQ(shown(d->events[0]), "5 A=1 B=b A=second C=c");
  EXPECT_EQ(shown(d->events[1]), "4 A=a B=b A=second");
}

TEST(EvtxText, DefinitionsBuildOnOthers) {
  const auto d = parse(
      "define a provider=P id=4 level=2\n  data A = \"a\"\n  data B = \"b\"\n"
      "define b from a id=5\n  data B = \"bb\"\nevent b\n  data A = \"aa\"\nevent a\n");
  ASSERT_TRUE(d);
  ASSERT_EQ(d->events.size(), 2U);
  EXPECT_EQ(d->events[0].id, 5);
  EXPECT_EQ(d->events[0].level, 2);
  ASSERT_EQ(d->events[0].body.items.size(), 2U);
  EXPECT_EQ(d->events[0].body.items[0].slot.value.texts[0], "aa");
  EXPECT_EQ(d->events[0].body.items[1].slot.value.texts[0], "bb");
  EXPECT_EQ(d->events[1].body.items[1].slot.value.texts[0], "b");
}

TEST(EvtxValue, BytesAndTexts) {
  struct Case {
    const char* value;
    std::string bytes, text;
  };
  const Case cases[] = {
      {"\"ab\"", std::string("a\0b\0", 4), "ab"},
      {"\"a\\0\"", std::string("a\0\0\0", 4), "a"},
      {"\"\\u{D83D}\"", std::string("\x3D\xD8", 2), "\xEF\xBF\xBD"},
      {"\"\\u{1F512}\"", std::string("\x3D\xD8\x12\xDD", 4), "\xF0\x9F\x94\x92"},
      {"ansi \"ab\"", "ab", "ab"},
      {"int8 -1", "\xFF", "-1"},
      {"int16 -2", "\xFE\xFF", "-2"},
      {"uint32 1", std::string("\1\0\0\0", 4), "1"},
      {"int64 -1", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "-1"},
      {"float 1.5", std::string("\0\0\xC0\x3F", 4), "1.5"},
      {"double -0.25", std::string("\0\0\0\0\0\0\xD0\xBF", 8), "-0.25"},
      {"bool true", std::string("\1\0\0\0", 4), "true"},
      {"binary 0aFF", "\x0A\xFF", "0AFF"},
      {"utf16z \"K\"", std::string("K\0\0\0", 4), "4B000000"},
      {"guid {00112233-4455-6677-8899-aabbccddeeff}",
       std::string("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF", 16),
       "{00112233-4455-6677-8899-AABBCCDDEEFF}"},
      {"hex32 0x1A4", std::string("\xA4\1\0\0", 4), "0x1a4"},
      {"hex64 0x0", std::string(8, '\0'), "0x0"},
      {"size 0x10", std::string("\x10\0\0\0\0\0\0\0", 8), "0x10"},
      {"sid S-1-5-18", std::string("\1\1\0\0\0\0\0\5\x12\0\0\0", 12), "S-1-5-18"},
      {"filetime 1601-01-01T00:00:01Z", {}, {}},  // outside what a time can be here
      {"filetime 1970-01-01T00:00:00Z", std::string("\x00\x80\x3E\xD5\xDE\xB1\x9D\x01", 8),
       "1970-01-01T00:00:00.0000000Z"},
      {"systemtime 2026-11-20T02:13:37.123Z", std::string("\xEA\x07\x0B\0\5\0\x14\0\2\0\x0D\0\x25\0\x7B\0", 16),
       "2026-11-20T02:13:37.123Z"},
      {"string [\"a\", \"b\"]", std::string("a\0\0\0b\0\0\0", 8), "a|b"},
      {"raw bool 01 \"true\"", "\1", "true"},
      {"hex64 0x1 as size", std::string("\1\0\0\0\0\0\0\0", 8), "0x1"},
      {"uint16 [1, 2]", std::string("\1\0\2\0", 4), "1|2"},
  };
  for (const Case& c : cases) {
    std::vector<Diagnostic> problems;
    const auto d = parse_evtxt("event id=1\n data A = " + std::string(c.value) + "\n", "t", problems);
    if (c.text.empty()) {
      EXPECT_FALSE(d) << c.value;
      continue;
    }
    ASSERT_TRUE(d) << c.value;
    const Value& v = d->events[0].body.items[0].slot.value;
    std::string text;
    for (const std::string& t : v.texts) text += (text.empty() ? "" : "|") + t;
    EXPECT_EQ(v.bytes, c.bytes) << c.value;
    EXPECT_EQ(text, c.text) << c.value;
  }
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(EvtxFixtures, ExpectationsAreThoseOfTheDescriptions) {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SW_SOURCE_DIR "/tests/data/evtx")) {
    if (entry.path().extension() != ".evtxt") continue;
    ++cases;
    const auto d = parse(read(entry.path()));
    ASSERT_TRUE(d) << entry.path();
    EXPECT_TRUE(write_evtx(*d)) << entry.path();
    auto want = entry.path();
    want.replace_extension(".want.jsonl");
    EXPECT_EQ(expected_events(*d), read(want)) << want << " (accept with write_evtx --want)";
  }
  EXPECT_GE(cases, 30);
}

TEST(EvtxFixtures, DemoSampleCanBeWritten) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SW_SOURCE_DIR "/samples/demo")) {
    if (entry.path().extension() != ".evtxt") continue;
    ++files;
    const auto d = parse(read(entry.path()));
    ASSERT_TRUE(d) << entry.path();
    EXPECT_TRUE(d->marker) << entry.path();
    EXPECT_TRUE(write_evtx(*d)) << entry.path();
    EXPECT_TRUE(std::is_sorted(d->events.begin(), d->events.end(), [](const EventSpec& a, const EventSpec& b) {
      return a.time < b.time;
    })) << entry.path();
  }
  EXPECT_GE(files, 4);
}

}  // namespace
}  // namespace stopwarden::test
