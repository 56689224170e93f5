// SPDX-License-Identifier: Apache-2.0
// A scan's answer must not depend on what files are called, in which order they come, or how often a log was copied.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "finding/order.h"
#include "input/test_archives.h"
#include "output/formats.h"
#include "pipeline/scan.h"
#include "support/event_text.h"
#include "support/evtx_text.h"
#include "support/evtx_writer.h"
#include "support/rules.h"

namespace stopwarden::test {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Two logs of two machines, and copies of them in other formats; names are what the test calls them.
std::map<std::string, std::string> inputs() {
  std::map<std::string, std::string> out;
  std::string lines;
  for (const std::string host : {"DB01.corp.example", "FS02.corp.example"}) {
    std::string text = "file computer=" + host + " channel=System first-record=" + (host[0] == 'D' ? "500" : "77") + R"(
define scm provider="Service Control Manager" guid={555908D1-A6D7-4695-8E1E-26931D2012F4} qualifiers=16384 keywords=0x8080000000000000
define stopped from scm id=7036
  data param1 = ""
  data param2 = "stopped"
event stopped time=2026-11-20T02:13:37.1234567Z
  data param1 = "Windows Defender Antivirus Service"
event stopped time=2026-11-20T02:13:38Z
  data param1 = "Veeam Backup Service"
event scm id=7040 time=2026-11-20T02:13:38Z user=S-1-5-21-1111111111-2222222222-3333333333-1105
  data param1 = "Windows Defender Antivirus Service"
  data param2 = "auto start"
  data param3 = "disabled"
  data param4 = "WinDefend"
event provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4688 version=2 level=0 task=13312 time=2026-11-20T02:10:00.5Z
  data SubjectUserName = "svc_deploy"
  data SubjectDomainName = "CORP"
  data NewProcessName = "C:\\Windows\\System32\\net.exe"
  data CommandLine = "net stop MSSQLSERVER /y"
  data ParentProcessName = "C:\\Windows\\System32\\cmd.exe"
event provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4688 version=2 level=0 task=13312 time=2026-11-20T02:10:02Z
  data SubjectUserName = "svc_deploy"
  data SubjectDomainName = "CORP"
  data NewProcessName = "C:\\Windows\\System32\\net.exe"
  data CommandLine = "net stop VeeamBackupSvc /y"
  data ParentProcessName = "C:\\Windows\\System32\\cmd.exe"
event provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} channel=Security id=4688 version=2 level=0 task=13312 time=2026-11-20T02:10:02Z
  data SubjectUserName = "svc_deploy"
  data SubjectDomainName = "CORP"
  data NewProcessName = "C:\\Windows\\System32\\net.exe"
  data CommandLine = "net stop MSExchangeIS /y"
  data ParentProcessName = "C:\\Windows\\System32\\cmd.exe"
event stopped time=2026-11-20T03:00:00Z
  data param1 = "Print Spooler"
)";
    std::vector<Diagnostic> problems;
    const auto description = parse_evtxt(text, "events", problems);
    for (const Diagnostic& p : problems) ADD_FAILURE() << to_string(p);
    if (!description) continue;
    auto file = write_evtx(*description);
    EXPECT_TRUE(file);
    if (file) out[host + " as EVTX"] = std::move(file).take();
    std::string xml;
    for (const EventSpec& e : all_events(*description)) {
      xml += to_xml(e) + "\n";
      lines += to_evtx_dump_json(e) + "\n";
    }
    out[host + " as XML"] = xml;
  }
  out["both as JSON"] = lines;
  return out;
}

class Quiet final : public ScanObserver {
  void on_progress(std::uint64_t, const ScanSummary&) override {}
};

class StringSink final : public ByteSink {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  std::string text;
};

/// Calls files by what they hold instead of by their names.
class Renamed final : public FindingSink {
 public:
  Renamed(const std::map<std::string, std::string>& names, FindingSink& next) : names_(names), next_(next) {}
  void on_finding(const Finding& finding) override {
    findings.push_back(finding);
    for (Evidence& e : findings.back().evidences) {
      const auto known = names_.find(e.file);
      EXPECT_NE(known, names_.end()) << e.file;
      if (known != names_.end()) e.file = known->second;
    }
    std::sort(findings.back().evidences.begin(), findings.back().evidences.end());
    next_.on_finding(findings.back());
  }
  std::vector<Finding> findings;

 private:
  const std::map<std::string, std::string>& names_;
  FindingSink& next_;
};

struct ScanOrder : ::testing::Test {
  ScanOrder() : folder(fs::path(::testing::TempDir()) / ("stopwarden_scan_order_" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~ScanOrder() override { fs::remove_all(folder); }

  void put(const fs::path& name, const std::string& bytes) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
  }

  /// The findings as JSON lines, files called by what they hold.
  std::string scan(const std::vector<std::string>& paths, const std::map<std::string, std::string>& names,
                   std::vector<Finding>* findings = nullptr) {
    ScanOptions options;
    options.paths = paths;
    options.threads = 2;
    const OutputFormat* format = find_format("jsonl");
    FindingOrder order(format->sort);
    Quiet quiet;
    summary = run_scan(options, builtin.rules, builtin.table, order, quiet);
    for (const InputProblem& p : summary.problems) ADD_FAILURE() << p.input << ": " << p.why;
    StringSink out;
    const auto writer = format->make(out, {});
    Renamed renamed(names, *writer);
    EXPECT_TRUE(order.finish(renamed));
    EXPECT_TRUE(writer->finish());
    if (findings != nullptr) *findings = renamed.findings;
    return out.text;
  }

  const BuiltinRules builtin;
  fs::path folder;
  ScanSummary summary;
};

/// What one run gives in the order in which it gives it, as a stream would, and what its summary says.
std::string one_run(ScanOptions options, const BuiltinRules& builtin) {
  StringSink out;
  const auto writer = find_format("jsonl")->make(out, {});
  Quiet quiet;
  const ScanSummary s = run_scan(options, builtin.rules, builtin.table, *writer, quiet);
  EXPECT_TRUE(writer->finish());
  const auto say = [&out](std::string_view what, std::uint64_t n) {
    out.text += std::string(what) + " " + std::to_string(n) + "\n";
  };
  say("bytes", s.bytes);
  say("records", s.records);
  say("events", s.events);
  say("outside", s.events_outside_time);
  say("drops", s.drops);
  say("oddities", s.oddities);
  for (const InputProblem& p : s.problems) say(p.input + ": " + p.why + " at " + std::to_string(p.offset), p.count);
  for (const InputProblem& p : s.notes) say(p.input + ": " + p.why + " at " + std::to_string(p.offset), p.count);
  for (const auto& [title, n] : s.hits_by_rule) say(title, n);
  for (const auto& [format, n] : s.inputs_by_format) say(format, n);
  return out.text;
}

/// Many blocks, some with findings, one with a broken line, a record longer than a block, copies in an archive.
TEST_F(ScanOrder, ThreadsAndEnginesChangeNothing) {
  const auto contents = inputs();
  const std::string& lines = contents.at("both as JSON");
  std::string many;
  for (int i = 0; many.size() < std::size_t{3} << 20; ++i) {
    many += lines;
    if (i == 100) many += "{\"broken\": [}\n";
    if (i == 200) many += "{\"EventID\": 1, \"x\": \"" + std::string(600'000, 'y') + "\"}\n";
  }
  put("many.jsonl", many);
  put("packed.zip", input::make_archive("zip", {{"a/System.evtx", contents.at("DB01.corp.example as EVTX")},
                                                {"b/many.jsonl", many.substr(0, many.size() / 2)}}));
  put("cut.evtx", contents.at("FS02.corp.example as EVTX").substr(0, 4096 + 3000));
  put("empty", "");
  put("junk", std::string(700'000, 'j'));
  ScanOptions options;
  options.paths = {folder.string(), (folder / "missing").string()};
  const std::string first = one_run(options, builtin);
  EXPECT_GE(std::count(first.begin(), first.end(), '\n'), 5000);
  EXPECT_NE(first.find("many.jsonl: bad_value"), std::string::npos);
  for (const std::size_t threads : {2u, 3u, 8u}) {
    options.threads = threads;
    ASSERT_TRUE(one_run(options, builtin) == first) << threads << " threads";
  }
  options.engine = find_engine("reference");
  ASSERT_TRUE(one_run(options, builtin) == first) << "reference";
  options.threads = 1;
  ASSERT_TRUE(one_run(options, builtin) == first) << "reference, one thread";
}

TEST_F(ScanOrder, NamesOfFilesChangeNothing) {
  const auto contents = inputs();
  std::vector<std::string> whats;
  for (const auto& [what, bytes] : contents) whats.push_back(what);
  ASSERT_EQ(whats.size(), 5u);
  std::string first;
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  std::minstd_rand random(2026);
  for (int tried = 0; tried < 20; ++tried) {
    std::shuffle(order.begin(), order.end(), random);
    fs::remove_all(folder);
    std::map<std::string, std::string> names;
    for (std::size_t i = 0; i < order.size(); ++i) {
      // Some in a folder, one in an archive: where a file lies must not count either.
      const std::string what = whats[order[i]], name = std::string(1, static_cast<char>('a' + i)) + ".dat";
      if (i == 2) {
        put("c.zip", input::make_archive("zip", {{"logs/" + name, contents.at(what)}}));
        names[(folder / "c.zip!/logs" / name).string()] = what;
      } else {
        const fs::path path = i % 2 == 0 ? fs::path(name) : fs::path("sub") / name;
        put(path, contents.at(what));
        names[(folder / path).string()] = what;
      }
    }
    const std::string lines = scan({folder.string()}, names);
    EXPECT_EQ(summary.inputs_read, 5u);
    if (first.empty()) first = lines;
    ASSERT_EQ(lines, first) << "order " << tried;
  }
  EXPECT_GE(std::count(first.begin(), first.end(), '\n'), 8);
  EXPECT_NE(first.find("Three Different Critical Services Stopped"), std::string::npos) << "a correlation, too";
}

TEST_F(ScanOrder, TheOrderOfPathsChangesNothing) {
  std::map<std::string, std::string> names;
  std::vector<std::string> paths;
  for (const auto& [what, bytes] : inputs()) {
    const std::string name = "log" + std::to_string(paths.size());
    put(name, bytes);
    paths.push_back((folder / name).string());
    names[paths.back()] = what;
  }
  const std::string first = scan(paths, names);
  std::reverse(paths.begin(), paths.end());
  EXPECT_EQ(scan(paths, names), first);
  std::rotate(paths.begin(), paths.begin() + 2, paths.end());
  EXPECT_EQ(scan(paths, names), first);
}

TEST_F(ScanOrder, CopiesAreOneFindingWithSeveralEvidences) {
  std::map<std::string, std::string> names;
  for (const auto& [what, bytes] : inputs()) {
    put(what, bytes);
    names[(folder / what).string()] = what;
  }
  std::vector<Finding> findings;
  scan({folder.string()}, names, &findings);
  ASSERT_FALSE(findings.empty());
  std::map<std::string, int> uids;
  int correlations = 0;
  for (const Finding& f : findings) {
    EXPECT_EQ(++uids[f.uid], 1);
    if (f.title == "Three Different Critical Services Stopped On One Host") {
      ++correlations;
      EXPECT_EQ(f.count, 3u) << "each of its hits once, however many copies there are";
      EXPECT_EQ(f.evidences.size(), 3u);
      continue;
    }
    EXPECT_EQ(f.count, 1u) << f.title;
    std::vector<std::string> files;
    for (const Evidence& e : f.evidences) files.push_back(e.file);
    EXPECT_EQ(files, (std::vector<std::string>{f.host + " as EVTX", f.host + " as XML", "both as JSON"})) << f.title;
  }

  EXPECT_EQ(correlations, 2) << "one a host";

  // The same log once more, and a scan of the EVTX files alone: as many findings.
  put("again.zip", input::make_archive("zip", {{"System.evtx", slurp(folder / "DB01.corp.example as EVTX")}}));
  names[(folder / "again.zip!/System.evtx").string()] = "again";
  std::vector<Finding> more, fewer;
  scan({folder.string()}, names, &more);
  scan({(folder / "DB01.corp.example as EVTX").string(), (folder / "FS02.corp.example as EVTX").string()}, names,
       &fewer);
  ASSERT_EQ(more.size(), findings.size());
  ASSERT_EQ(fewer.size(), findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) {
    EXPECT_EQ(more[i].uid, findings[i].uid);
    EXPECT_EQ(fewer[i].uid, findings[i].uid);
    EXPECT_EQ(more[i].evidences.size(), findings[i].host[0] == 'D' && findings[i].count == 1 ? 4u : 3u);
    EXPECT_EQ(more[i].message, fewer[i].message);
    EXPECT_EQ(more[i].matched, fewer[i].matched);
  }
}

}  // namespace
}  // namespace stopwarden::test
