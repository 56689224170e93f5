// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "output/csv.h"
#include "output/formats.h"
#include "output/json_writer.h"
#include "output/safe_text.h"
#include "output/sample_findings.h"

namespace stopwarden {
namespace {

class Collected : public ByteSink {
 public:
  bool write(std::string_view bytes) override {
    if (writes_left == 0) return false;
    if (writes_left > 0) --writes_left;
    ++writes;
    text += bytes;
    return true;
  }
  std::string text;
  int writes_left = -1, writes = 0;
};

FormatOptions plain() {
  FormatOptions options;
  options.version = "1.2.3";
  return options;
}

std::string rendered(std::string_view format, const std::vector<Finding>& findings,
                     const FormatOptions& options = plain()) {
  Collected out;
  const auto writer = find_format(format)->make(out, options);
  for (const Finding& f : findings) writer->on_finding(f);
  EXPECT_TRUE(writer->finish());
  return out.text;
}

TEST(SafeText, EscapesWhatSteersOrHides) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"C:\\Windows", "C:\\Windows"},
      {"a\x1b[31m", "a\\x1b[31m"},
      {"a\nb\rc\td", "a\\nb\\rc\\td"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x7f", "\\x7f"},
      {"\xC2\x9B", "\\u{9b}"},
      {"\xE2\x80\xAE", "\\u{202e}"},
      {"\xE2\x81\xA6", "\\u{2066}"},
      {"\xE2\x80\x8F", "\\u{200f}"},
      {"\xE2\x80\x8B", "\\u{200b}"},
      {"\xEF\xBB\xBF", "\\u{feff}"},
      {"\xF3\xA0\x81\x81", "\\u{e0041}"},
      {"\xE2\x80\xA8", "\\u{2028}"},
      {"\xFF\xC0\x80", "\\xff\\xc0\\x80"},
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
      {"K\xC3\xB6nig \xE6\x9C\x8D\xE5\x8A\xA1 \xF0\x9F\x98\x80",
       "K\xC3\xB6nig \xE6\x9C\x8D\xE5\x8A\xA1 \xF0\x9F\x98\x80"},
  };
  for (const auto& [in, want] : cases) EXPECT_EQ(terminal_safe(in), want);
}

TEST(SafeText, EveryCodePointIsJudgedLikeTheTable) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const std::string safe = terminal_safe(text);
    if (is_unsafe(c))
      ASSERT_TRUE(std::all_of(safe.begin(), safe.end(), [](char b) { return b >= 0x20 && b < 0x7F; }))
          << std::uint32_t{c};
    else
      ASSERT_EQ(safe, text);
  }
}

TEST(SafeText, CutsByColumns) {
  EXPECT_EQ(fit_width("abcdef", 0), "abcdef");
  EXPECT_EQ(fit_width("abcdef", 6), "abcdef");
  EXPECT_EQ(fit_width("abcdef", 4), "abc…");
  EXPECT_EQ(fit_width("abcdef", 1), "…");
  EXPECT_EQ(text_width("服务"), 4u);
  EXPECT_EQ(fit_width("服务服务", 5), "服务…");
  EXPECT_EQ(fit_width("服务服务", 4), "服…");
  EXPECT_EQ(text_width("e\xCC\x81"), 1u);
}

TEST(JsonWriter, WritesValidJson) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.text("a", "x\"\\\n\x01\x7f");
  json.text_if("absent", "");
  json.begin_array("list");
  json.number(std::int64_t{-1});
  json.number(std::uint64_t{18446744073709551615u});
  json.boolean(true);
  json.begin_object();
  json.end_object();
  json.begin_array();
  json.end_array();
  json.end_array();
  json.text("bidi", "\xE2\x80\xAE\xF3\xA0\x80\xA1");
  json.text("bad", "\xFFz\xED\xA0\x80");
  json.end_object();
  EXPECT_EQ(out,
            "{\"a\":\"x\\\"\\\\\\n\\u0001\\u007f\",\"list\":[-1,18446744073709551615,true,{},[]],"
            "\"bidi\":\"\\u202e\\udb40\\udc21\",\"bad\":\"\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}");
}

TEST(Jsonl, Golden) {
  Finding f = bare_finding();
  f.time = parse_time("2026-11-25T01:02:03.456Z");
  f.severity = Level::medium;
  f.host = "H";
  f.attacks = {{"T1489"}};
  f.tactics = {"TA0040"};
  f.actor.user_uid = "S-1-5-18";
  f.resources = {{Target::Type::service, "X", "", "stop", "", "", ""}};
  EXPECT_EQ(
      rendered("jsonl", {f}),
      R"({"time":1795568523456,"severity_id":3,"severity":"Medium","class_uid":2004,"class_name":"Detection Finding",)"
      R"("category_uid":2,"category_name":"Findings","activity_id":1,"activity_name":"Create","type_uid":200401,)"
      R"("type_name":"Detection Finding: Create","status_id":1,"status":"New","message":"Bare","count":1,)"
      R"("metadata":{"uid":"ffeeddccbbaa99887766554433221100","version":"1.8.0","profiles":["host"],)"
      R"("product":{"name":"stopwarden","vendor_name":"stopwarden","version":"1.2.3"}},)"
      R"("finding_info":{"uid":"ffeeddccbbaa99887766554433221100","title":"Bare","types":["sigma"],)"
      R"("analytic":{"uid":"rules/mine.yml","name":"Bare","type_id":1,"type":"Rule"},)"
      R"("attacks":[{"technique":{"uid":"T1489"},"tactic":{"uid":"TA0040","name":"Impact"}}]},)"
      R"("device":{"hostname":"H","type_id":0},"actor":{"user":{"uid":"S-1-5-18"}},)"
      R"("resources":[{"name":"X","type":"service","data":{"verb":"stop"}}],)"
      R"("evidences":[{"data":{"file":"-","offset":0,"record":1,"kind":"event"}}],)"
      R"("unmapped":{"rule":{"level":"medium"}}})"
      "\n");
}

TEST(Jsonl, ADayBefore1970IsNegativeAndNoTimeIsZero) {
  Finding f = bare_finding();
  f.time = parse_time("1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rendered("jsonl", {f}).substr(0, 11), "{\"time\":-1,");
  f.time.reset();
  const std::string unknown = rendered("jsonl", {f});
  EXPECT_EQ(unknown.substr(0, 10), "{\"time\":0,");
  EXPECT_NE(unknown.find("\"time_unknown\":true"), std::string::npos);
}

TEST(Csv, CellsAreQuotedAndHarmless) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"plain", "plain"},
      {"", ""},
      {"a,b", "\"a,b\""},
      {"a\"b", "\"a\"\"b\""},
      {"=1+1", "'=1+1"},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"-", "-"},
      {"@x", "'@x"},
      {" =1", "' =1"},
      {"\"=1", "\"'\"\"=1\""},
      {"\t=1", "'\\t=1"},
      {"\r\n=1", "'\\r\\n=1"},
      {"a\nb", "a\\nb"},
      {"''=1", "'''=1"},
      {"\xEF\xBC\x9D"
       "1",
       "'\xEF\xBC\x9D"
       "1"},
      {" x", "\" x\""},
      {"a;=b", "\"a;=b\""},
      {"C:\\x\\y", "C:\\x\\y"},
  };
  for (const auto& [in, want] : cases) EXPECT_EQ(csv_cell(in), want);
}

/// A reader of RFC 4180 of our own, strict.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '"') {
      for (++i; i < text.size(); ++i) {
        if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
          cell += text[i++];
        else if (text[i] == '"')
          break;
        else
          cell += text[i];
      }
      ++i;
    } else {
      while (i < text.size() && text[i] != ',' && text[i] != '\r') {
        EXPECT_NE(text[i], '"');
        cell += text[i++];
      }
    }
    row.push_back(std::move(cell));
    cell.clear();
    if (text[i] == ',') {
      ++i;
      continue;
    }
    EXPECT_EQ(text.substr(i, 2), "\r\n");
    i += 2;
    rows.push_back(std::move(row));
    row.clear();
  }
  return rows;
}

TEST(Csv, ParsesBack) {
  const std::vector<Finding> findings = sample_findings();
  const auto rows = parse_csv(rendered("csv", findings));
  ASSERT_EQ(rows.size(), findings.size() + 1);
  EXPECT_EQ(rows[0].front(), "Timestamp");
  for (const auto& row : rows) ASSERT_EQ(row.size(), 17u);
  EXPECT_EQ(rows[1][9], "MSSQLSERVER; SQLWriter; sqlservr.exe");
  EXPECT_EQ(rows[1][12], "T1489; T1562.001");
  EXPECT_EQ(rows[2][0], "");
  for (std::size_t i = 0; i < findings.size(); ++i) EXPECT_EQ(rows[i + 1][16], findings[i].uid);
}

TEST(Csv, AnEmptyResultHasItsHeader) { EXPECT_EQ(parse_csv(rendered("csv", {})).size(), 1u); }

TEST(Timesketch, Golden) {
  Finding f = bare_finding();
  f.time = parse_time("2026-11-25T01:02:03.4567891Z");
  f.host = "H";
  EXPECT_EQ(rendered("timesketch", {f}),
            R"({"message":"[informational] Bare","datetime":"2026-11-25T01:02:03.456789+00:00",)"
            R"("timestamp":1795568523456789,"timestamp_desc":"Event Logged","data_type":"stopwarden:finding",)"
            R"("level":"informational","rule_title":"Bare","rule_id":"rules/mine.yml","computer_name":"H",)"
            R"("tag":["stopwarden","informational"],"count":1,"file":"-","offset":0,)"
            R"("finding_uid":"ffeeddccbbaa99887766554433221100"})"
            "\n");
}

/// The finding of one rule on one act: what differs between the rules and logs that see it.
Finding seen_by(const char* title, Level level, const char* channel, std::uint32_t event_id, const char* time) {
  Finding f = full_finding();
  f.title = title;
  f.severity = level;
  f.channel = channel;
  f.event_id = event_id;
  f.time = parse_time(time);
  f.count = 1;
  f.resources = {{Target::Type::service, "MSSQLSERVER", "", "stop", "net", "", ""}};
  return f;
}

TEST(Text, ACorrelationIsOneFindingOfManyHits) {
  Finding f = bare_finding();
  f.title = "Burst";
  f.count = 8;
  f.joins_hits = true;
  const std::string out = rendered("text", {f});
  EXPECT_NE(out.find("8 hits"), std::string::npos) << out;
  EXPECT_NE(out.find("1 finding in 1 act"), std::string::npos) << out;
  EXPECT_EQ(out.find("8 findings"), std::string::npos) << out;
}

TEST(Text, OneActIsOneEntryWhateverSawIt) {
  Finding machine = seen_by("Stop With Net", Level::low, "Security", 4688, "2026-11-25T01:02:03.000Z");
  machine.actor.user_name = "CORP\\DB01$";
  const Finding sysmon =
      seen_by("Database Stopped", Level::medium, "Microsoft-Windows-Sysmon/Operational", 1, "2026-11-25T01:02:03.004Z");
  Finding outcome = seen_by("Entered The Stopped State", Level::low, "System", 7036, "2026-11-25T01:02:05.000Z");
  outcome.actor = {};
  outcome.source_ip.clear();
  outcome.resources[0].state = "stopped";
  Finding next = seen_by("Stop With Net", Level::low, "Security", 4688, "2026-11-25T01:02:04.000Z");
  next.resources[0].name = "SQLWriter";
  next.actor.cmd_line = "net stop SQLWriter";
  EXPECT_EQ(rendered("text", {machine, sysmon, next, outcome}),
            "DB01.corp.example\n"
            "  2026-11-25 01:02:03.000  medium        Database Stopped\n"
            "      CORP\\admin from 10.0.0.5: stop service MSSQLSERVER (net), now stopped\n"
            "      net stop MSSQLSERVER /y\n"
            "      3 findings until 01:02:05.000, also Entered The Stopped State; Stop With Net  "
            "[Security 4688 #4711, Sysmon 1, System 7036]\n"
            "  2026-11-25 01:02:04.000  low           Stop With Net\n"
            "      CORP\\admin from 10.0.0.5: stop service SQLWriter (net)\n"
            "      net stop SQLWriter\n"
            "      [Security 4688 #4711]\n"
            "\n"
            "4 findings in 2 acts on 1 host: 1 medium, 3 low. Times are UTC.\n");
}

TEST(Text, TheSameActLaterIsAnotherAndARowOfThemIsFolded) {
  std::vector<Finding> row;
  for (const char* time : {"2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z", "2026-11-25T03:00:00Z"})
    row.push_back(seen_by("Stop With Net", Level::low, "Security", 4688, time));
  EXPECT_EQ(rendered("text", row),
            "DB01.corp.example\n"
            "  2026-11-25 01:00:00.000  low           Stop With Net  x3 until 03:00:00.000\n"
            "      CORP\\admin from 10.0.0.5: stop service MSSQLSERVER (net)\n"
            "      net stop MSSQLSERVER /y\n"
            "      [Security 4688]\n"
            "\n"
            "3 findings in 3 acts on 1 host: 3 low. Times are UTC.\n");
}

TEST(Text, ManyActsAtOnceStayBounded) {
  std::vector<Finding> burst;
  for (int i = 0; i < 1000; ++i) {
    burst.push_back(seen_by("Stop With Net", Level::low, "Security", 4688, "2026-11-25T01:00:00Z"));
    burst.back().resources[0].name = "svc" + std::to_string(i);
  }
  const std::string text = rendered("text", burst);
  EXPECT_NE(text.find("svc0 "), std::string::npos);
  EXPECT_NE(text.find("svc999 "), std::string::npos);
  EXPECT_NE(text.find("1000 findings in 1000 acts"), std::string::npos);
}

TEST(Text, WithoutTargetsWithoutTimeWithoutHost) {
  Finding other = bare_finding();
  other.severity = Level::low;
  EXPECT_EQ(rendered("text", {other}),
            "(host unknown)\n"
            "  time unknown             low           Bare\n"
            "\n"
            "1 finding in 1 act on 1 host: 1 low. Times are UTC.\n");
}

TEST(Text, NothingFound) { EXPECT_EQ(rendered("text", {}), "No findings.\n"); }

TEST(Text, IsCutToTheTerminal) {
  FormatOptions options = plain();
  for (const std::size_t width : {1u, 5u, 20u, 40u, 60u, 80u, 200u}) {
    options.width = width;
    Finding f = full_finding();
    f.title = "服务停止服务停止服务停止服务停止服务停止服务停止";
    std::string text = rendered("text", {f}, options);
    text.resize(text.rfind("\n\n"));  // the totals are not cut
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      EXPECT_LE(text_width(std::string_view{text}.substr(at, end - at)), std::max<std::size_t>(width, 42));
      at = end + 1;
    }
  }
}

TEST(Text, ColourOnlyWhenAsked) {
  FormatOptions options = plain();
  options.colour = Colour::on;
  const std::string text = rendered("text", {full_finding()}, options);
  EXPECT_NE(text.find("\x1b[31mhigh"), std::string::npos);
  std::string without;  // taking our sequences out gives the plain form
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b')
      i = text.find('m', i);
    else
      without += text[i];
  }
  EXPECT_EQ(without, rendered("text", {full_finding()}));
}

TEST(Formats, HostileTextStaysInItsPlace) {
  for (const OutputFormat& format : output_formats()) {
    for (const std::string& text : hostile_texts()) {
      for (const std::size_t width : {std::size_t{0}, std::size_t{80}}) {
        FormatOptions options = plain();
        options.width = width;
        std::string out = rendered(format.name, {hostile_finding(text)}, options);
        if (format.name == "csv") {
          EXPECT_EQ(std::count(out.begin(), out.end(), '\r'), 2);
          EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
          std::erase(out, '\r');
        } else if (format.name != "text") {
          EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
        }
        EXPECT_TRUE(is_valid_utf8(out));
        for (std::size_t i = 0; i < out.size();) {
          const CodePoint c = code_point_at(out, i);
          EXPECT_TRUE(c.value == '\n' || !is_unsafe(c.value)) << format.name << " " << std::uint32_t{c.value};
          i += c.length;
        }
      }
    }
  }
}

TEST(Formats, AClosedPipeIsToldAndEndsTheWriting) {
  for (const OutputFormat& format : output_formats()) {
    Collected out;
    out.writes_left = 1;
    const auto writer = format.make(out, plain());
    for (int i = 0; i < 5; ++i) {
      Finding f = full_finding();
      f.host = std::to_string(i);
      writer->on_finding(f);
    }
    EXPECT_FALSE(writer->finish()) << format.name;
    EXPECT_FALSE(writer->ok());
    EXPECT_EQ(out.writes, 1);
  }
}

TEST(Formats, WhatStreamsWritesEachFindingAtOnce) {
  for (const OutputFormat& format : output_formats()) {
    if (format.streams == Streams::no) continue;
    Collected out;
    const auto writer = format.make(out, plain());
    writer->on_finding(full_finding());
    EXPECT_FALSE(out.text.empty()) << format.name;
    EXPECT_EQ(out.text.back(), '\n');
  }
}

TEST(Formats, Table) {
  EXPECT_EQ(output_formats().front().name, "text");
  EXPECT_EQ(find_format("xml"), nullptr);
  EXPECT_EQ(find_format("text")->sort, FindingSort::host);
}

}  // namespace
}  // namespace stopwarden
