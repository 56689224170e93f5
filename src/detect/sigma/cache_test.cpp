// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

#include "base/arena.h"
#include "base/digest.h"
#include "detect/sigma/cache_check.h"
#include "detect/sigma/cache_io.h"
#include "detect/sigma/fast.h"
#include "detect/sigma/ir.h"
#include "detect/sigma/testing.h"
#include "detect/sigma/trigger.h"

namespace stopwarden::sigma {
namespace {

namespace fs = std::filesystem;
using testing::F;
using testing::Recorder;

constexpr CacheKey kKey{std::byte{1}, std::byte{2}};

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<TextFile> files_below(const char* folder) {
  std::vector<TextFile> out;
  for (const auto& entry : fs::recursive_directory_iterator(std::string(SW_SOURCE_DIR) + "/" + folder))
    if (entry.path().extension() == ".yml") out.push_back({entry.path().string(), content_of(entry.path())});
  std::sort(out.begin(), out.end(), [](const TextFile& a, const TextFile& b) { return a.path < b.path; });
  return out;
}

CompiledRules compile(const std::vector<TextFile>& files, const Placeholders& placeholders = {},
                      std::vector<TextFile> mappings = files_below("data/logsources")) {
  CompiledRules out;
  out.table.intern("a name of nobody");
  out.logsources = std::make_unique<Logsources>(Logsources::parse(mappings, out.table, out.mistakes));
  out.rules =
      std::make_unique<RuleSet>(RuleSet::compile(files, *out.logsources, placeholders, out.table, out.warnings));
  return out;
}

constexpr const char* kCorrelations =
    "title: filter\nlogsource: {product: windows, category: process_creation}\n"
    "filter: {rules: [n3], s: {User: backup}, condition: not s}\n"
    "---\ntitle: count\nname: count\nlevel: low\ncorrelation:\n  type: event_count\n  rules: [n0, n1]\n"
    "  group-by: [User, who]\n  timespan: 5m\n  condition: {gte: 10, lt: 20}\n"
    "  aliases: {who: {n0: Image, n1: CommandLine}}\n"
    "---\ntitle: outer\ncorrelation:\n  type: temporal_ordered\n  rules: [count, n2]\n  group-by: [User]\n"
    "  timespan: 1h\n  generate: true\n"
    "---\ntitle: values\ncorrelation: {type: value_count, rules: [n2], timespan: 1d, condition: {field: [User, Image], "
    "gt: 3}}\n"
    "---\ntitle: some\ncorrelation: {type: temporal, rules: [n4, n5], timespan: 30s, condition: n4 and not n5}\n"
    "---\ntitle: sum\ncorrelation: {type: value_sum, rules: [n4], timespan: 1m, condition: {field: ProcessId, gt: "
    "-1.5}}\n"
    "---\ntitle: avg\ncorrelation: {type: value_avg, rules: [n4], timespan: 1m, condition: {field: ProcessId, neq: "
    "7}}\n"
    "---\ntitle: rank\ncorrelation: {type: value_percentile, rules: [n4], timespan: 1m, condition: {field: ProcessId, "
    "percentile: 99.9, lte: 7}}\n";

// One rule for each kind of test and of condition, all on Sysmon's process creations.
std::vector<TextFile> all_kinds() {
  const char* const kDetections[] = {
      "    s:\n        Image: C:\\*\\sc.exe\n    condition: s\n",
      "    s:\n        Image|endswith: \\SC.exe\n        CommandLine|contains|all: [stop, sp*ol, 'l?r']\n    "
      "condition: s\n",
      "    s:\n        CommandLine|startswith|cased: sc\n    condition: s\n",
      "    s:\n        CommandLine|contains|windash: ' -x'\n    condition: s\n",
      "    s:\n        CommandLine|base64offset|contains: spooler\n    condition: s\n",
      "    s:\n        CommandLine|expand: '%verbs%'\n    condition: s\n",
      "    s:\n        ProcessId: [42, 43.5, '']\n    condition: s\n",
      "    s:\n        ParentImage: null\n        Image|exists: true\n    condition: s\n",
      "    s:\n        CommandLine|re|i|m|s: '^SC.+(stop|pause)'\n    condition: s\n",
      "    s:\n        CommandLine|re: '(?<=sc)\\s+stop'\n    condition: s\n",
      "    s:\n        CommandLine|re: '.{5,}'\n    condition: s\n",
      "    s:\n        DestinationIp|cidr: [10.0.0.0/8, 'fe80::/10']\n    condition: s\n",
      "    s:\n        ProcessId|gte: 42\n        ProcessId|lt: 42.5\n    condition: s\n",
      "    s:\n        UtcTime|hour: 3\n    condition: s\n",
      "    s:\n        Image|fieldref: OriginalFileName\n    condition: s\n",
      "    s:\n        OriginalFileName|fieldref|endswith: Image\n    condition: s\n",
      "    s:\n        - spool\n        - nobody\n    condition: s\n",
      "    a:\n        ProcessId: 42\n    b1:\n        User: x\n    b2:\n        Image|contains: 'sc'\n"
      "    condition: a and not (b1 or not 1 of b*) and all of b2\n",
      "    s:\n        Hashes|contains: ABC\n        IntegrityLevel: High\n    unused:\n        x: y\n    condition: "
      "s\n",
  };
  std::vector<TextFile> out;
  std::string text;
  for (const char* detection : kDetections) {
    const std::string n = std::to_string(out.size());
    out.push_back({n + ".yml", "title: rule " + n + "\nid: 00000000-0000-4000-8000-0000000000" +
                                   (n.size() < 2 ? "0" : "") + n + "\nname: n" + n +
                                   "\ndescription: |\n    two\n    lines\nstatus: test\nauthor: me\nlicense: MIT\n"
                                   "date: 2026-01-01\nmodified: 2026-01-02\nlevel: high\ntags: [attack.t1489]\n"
                                   "falsepositives: [none, few]\nreferences: [https://a.example]\nfields: [Image]\n"
                                   "logsource:\n    product: windows\n    category: process_creation\ndetection:\n" +
                                   detection});
  }
  out.push_back(
      {"broken.yml", "title: broken\nlogsource:\n    product: windows\ndetection:\n    condition: nothing\n"});
  out.push_back({"correlations.yml", kCorrelations});
  out.push_back({"never.yml",
                 "title: never\nlogsource:\n    product: beos\ndetection:\n    s:\n        a: b\n    condition: s\n"});
  return out;
}

// ---- a comparison that knows nothing of the cache ----

bool same(const Number& a, const Number& b) {
  return a.is_integer == b.is_integer && a.integer == b.integer && a.real == b.real;
}
bool same(const Test& a, const Test& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        const T& y = std::get<T>(b);
        if constexpr (std::is_same_v<T, Pattern>)
          return x == y;
        else if constexpr (std::is_same_v<T, NumberTest>)
          return x.canonical == y.canonical && x.written == y.written && same(x.value, y.value);
        else if constexpr (std::is_same_v<T, NullTest>)
          return true;
        else if constexpr (std::is_same_v<T, ExistsTest>)
          return x.wanted == y.wanted;
        else if constexpr (std::is_same_v<T, RegexTest>)
          return x.regex->expression() == y.regex->expression() && x.regex->flags() == y.regex->flags() &&
                 x.regex->literals() == y.regex->literals() && x.regex->engine() == y.regex->engine();
        else if constexpr (std::is_same_v<T, CidrTest>)
          return x.network.first == y.network.first && x.network.bits == y.network.bits &&
                 x.network.host_bits_set == y.network.host_bits_set;
        else if constexpr (std::is_same_v<T, CompareTest>)
          return x.op == y.op && same(x.bound, y.bound);
        else if constexpr (std::is_same_v<T, TimeTest>)
          return x.part == y.part && x.op == y.op && x.bound == y.bound;
        else
          return x.field == y.field && x.any_before == y.any_before && x.any_after == y.any_after &&
                 x.case_match == y.case_match;
      },
      a);
}
bool same(const Item& a, const Item& b) {
  return a.field == b.field && a.name == b.name && a.link == b.link &&
         std::equal(a.tests.begin(), a.tests.end(), b.tests.begin(), b.tests.end(),
                    [](const Test& x, const Test& y) { return same(x, y); });
}
bool same(const Node& a, const Node& b) { return a.kind == b.kind && a.item == b.item && a.children == b.children; }
bool same(const RuleInfo& a, const RuleInfo& b) {
  return a.id == b.id && a.name == b.name && a.title == b.title && a.description == b.description &&
         a.status == b.status && a.author == b.author && a.license == b.license && a.date == b.date &&
         a.modified == b.modified && a.level == b.level && a.tags == b.tags && a.falsepositives == b.falsepositives &&
         a.references == b.references && a.fields == b.fields && a.file == b.file && a.line == b.line;
}
bool same(const FieldAlias& a, const FieldAlias& b) {
  return a.to == b.to && a.derived == b.derived && a.from == b.from && a.transform == b.transform &&
         a.argument == b.argument;
}
bool same(const SourceSelector* a, const SourceSelector* b) {
  return a->channel == b->channel && a->provider == b->provider && a->event_ids == b->event_ids &&
         a->fields == b->fields &&
         std::equal(a->aliases.begin(), a->aliases.end(), b->aliases.begin(), b->aliases.end(),
                    [](const FieldAlias& x, const FieldAlias& y) { return same(x, y); });
}
bool same(const CorrelationMember& a, const CorrelationMember& b) {
  return a.stage == b.stage && a.chained == b.chained && a.number == b.number && a.group == b.group &&
         a.fields == b.fields && a.passed == b.passed;
}
bool same(const Bound& a, const Bound& b) { return a.op == b.op && a.value == b.value; }
bool same(const CorrelationNode& a, const CorrelationNode& b) {
  return a.kind == b.kind && a.stage == b.stage && a.children == b.children;
}
bool same(const PassedField& a, const PassedField& b) { return a.name == b.name && a.group == b.group; }
template <class V>
bool all_same(const V& a, const V& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
}
void expect_same(const CorrelationRule& a, const CorrelationRule& b) {
  EXPECT_TRUE(same(a.info, b.info)) << a.info.title;
  EXPECT_TRUE(a.type == b.type && a.decision == b.decision && a.stages == b.stages && a.group_by == b.group_by &&
              a.fields == b.fields && a.timespan == b.timespan && a.percentile == b.percentile &&
              a.silent == b.silent && a.covers == b.covers)
      << a.info.title;
  EXPECT_TRUE(all_same(a.members, b.members) && all_same(a.bounds, b.bounds) && all_same(a.condition, b.condition) &&
              all_same(a.passed, b.passed))
      << a.info.title;
}
void expect_same(const Rule& a, const Rule& b) {
  EXPECT_TRUE(same(a.info, b.info)) << a.info.file;
  EXPECT_TRUE(all_same(a.items, b.items)) << a.info.file;
  EXPECT_TRUE(all_same(a.nodes, b.nodes)) << a.info.file;
  EXPECT_EQ(a.root, b.root) << a.info.file;
  EXPECT_TRUE(all_same(a.selectors, b.selectors)) << a.info.file;
  EXPECT_TRUE(a.correlation_fields == b.correlation_fields && a.correlated == b.correlated && a.silent == b.silent)
      << a.info.file;
}
void expect_same(const std::vector<Diagnostic>& a, const std::vector<Diagnostic>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(to_string(a[i]), to_string(b[i]));
    EXPECT_EQ(a[i].line, b[i].line);
  }
}
void expect_same(const CompiledRules& a, const CompiledRules& b) {
  ASSERT_EQ(a.table.size(), b.table.size());
  for (std::size_t i = 0; i < a.table.size(); ++i) {
    const FieldId id{static_cast<std::uint16_t>(i)};
    EXPECT_EQ(a.table.name(id), b.table.name(id));
    EXPECT_EQ(b.table.find(a.table.name(id)), id);
  }
  ASSERT_EQ(a.rules->size(), b.rules->size());
  for (std::size_t i = 0; i < a.rules->size(); ++i) expect_same(a.rules->ir().rules[i], b.rules->ir().rules[i]);
  ASSERT_EQ(a.rules->correlations(), b.rules->correlations());
  for (std::size_t i = 0; i < a.rules->correlations(); ++i)
    expect_same(a.rules->ir().correlations[i], b.rules->ir().correlations[i]);
  EXPECT_EQ(a.rules->triggers().of_rule, b.rules->triggers().of_rule);
  EXPECT_EQ(a.rules->triggers().counts, b.rules->triggers().counts);
  ASSERT_EQ(a.rules->reports().size(), b.rules->reports().size());
  for (std::size_t i = 0; i < a.rules->reports().size(); ++i) {
    const RuleReport &x = a.rules->reports()[i], &y = b.rules->reports()[i];
    EXPECT_TRUE(x.id == y.id && x.title == y.title && x.file == y.file && x.line == y.line && x.kind == y.kind &&
                x.state == y.state && x.code == y.code && x.reason == y.reason)
        << x.file;
  }
  expect_same(a.warnings, b.warnings);
  expect_same(a.mistakes, b.mistakes);
  // The mapping resolves as before, also what no rule asked for.
  for (const Logsource& asked : {Logsource{"process_creation", "windows", ""}, Logsource{"", "windows", "security"},
                                 Logsource{"registry_set", "windows", "sysmon"}, Logsource{"", "beos", ""}}) {
    const Resolution x = a.logsources->resolve(asked), y = b.logsources->resolve(asked);
    EXPECT_TRUE(all_same(x.selectors, y.selectors)) << asked.category << asked.product;
    EXPECT_EQ(x.why_never, y.why_never);
  }
}

// ---- events ----

Recorder hits(const CompiledRules& compiled, Matcher& matcher, std::string_view channel, std::string_view provider,
              std::uint32_t id, const std::vector<F>& fields) {
  std::vector<FieldValue> values;
  for (const F& f : fields) values.push_back({compiled.table.find(f.name).value_or(kUnnamedField), f.kind, f.text});
  Event event;
  event.channel = channel;
  event.provider = provider;
  event.event_id = id;
  event.fields = values;
  Recorder out;
  matcher.match(event, out);
  return out;
}

std::vector<std::string> hits_of_all_events(const CompiledRules& compiled, Matcher& matcher) {
  const std::vector<F> process{{"Image", "C:\\Windows\\System32\\sc.exe"},
                               {"CommandLine", "sc  stop spooler -x c3Bvb2xlc"},
                               {"ProcessId", "42", ValueKind::integer},
                               {"DestinationIp", "10.1.2.3"},
                               {"UtcTime", "2026-11-25T03:02:03Z"},
                               {"OriginalFileName", "C:\\Windows\\System32\\sc.exe"},
                               {"Hashes", "MD5=ABC,IMPHASH=1"},
                               {"IntegrityLevel", "High"}};
  const std::vector<F> security{{"NewProcessName", "C:\\Windows\\System32\\sc.exe"},
                                {"CommandLine", "sc pause spooler"},
                                {"NewProcessId", "0x2a"},
                                {"MandatoryLabel", "S-1-16-12288"}};
  std::vector<std::string> out;
  for (const Recorder& seen :
       {hits(compiled, matcher, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 1, process),
        hits(compiled, matcher, "Security", "Microsoft-Windows-Security-Auditing", 4688, security),
        hits(compiled, matcher, "System", "Service Control Manager", 7036,
             {{"param1", "Print Spooler"}, {"param2", "stopped"}})}) {
    out.insert(out.end(), seen.titles.begin(), seen.titles.end());
    for (const auto& [name, value] : seen.matched) out.push_back(name + "=" + value);
  }
  return out;
}

std::vector<std::string> hits_of_all_events(const CompiledRules& compiled) {
  ReferenceMatcher matcher(*compiled.rules);
  return hits_of_all_events(compiled, matcher);
}
std::vector<std::string> fast_hits_of_all_events(const CompiledRules& compiled) {
  const Program program(*compiled.rules);
  FastMatcher matcher(program);
  return hits_of_all_events(compiled, matcher);
}

CompiledRules round_trip(const CompiledRules& compiled) {
  const auto file = to_cache(compiled, kKey);
  if (!file) ADD_FAILURE() << "cannot be written";
  auto loaded = from_cache(*file, kKey);
  if (!loaded) ADD_FAILURE() << "cannot be read";
  return std::move(*loaded);
}

TEST(Cache, OurOwnRulesComeBackAsTheyWere) {
  const CompiledRules compiled = compile(files_below("rules"));
  ASSERT_GT(compiled.rules->size(), 50u);
  const CompiledRules loaded = round_trip(compiled);
  expect_same(compiled, loaded);
  EXPECT_EQ(hits_of_all_events(compiled), hits_of_all_events(loaded));
  EXPECT_EQ(hits_of_all_events(compiled), fast_hits_of_all_events(loaded));
  EXPECT_EQ(to_cache(compiled, kKey), to_cache(loaded, kKey));
}

TEST(Cache, EveryKindOfTestComesBackAsItWas) {
  const CompiledRules compiled = compile(all_kinds(), {{"verbs", {"sc *stop*", "x"}}});
  for (const RuleReport& report : compiled.rules->reports())
    EXPECT_EQ(report.state != RuleReport::State::loaded, report.file == "broken.yml" || report.file == "never.yml")
        << report.file << ": " << report.reason;
  std::vector<bool> kinds(std::variant_size_v<sigma::Test>, false);
  for (const Rule& rule : compiled.rules->ir().rules)
    for (const Item& item : rule.items)
      for (const sigma::Test& test : item.tests) kinds[test.index()] = true;
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), true), static_cast<std::ptrdiff_t>(kinds.size()))
      << "a kind of test is missing in all_kinds()";
  EXPECT_FALSE(compiled.warnings.empty());
  EXPECT_EQ(compiled.rules->correlations(), 7u);

  const CompiledRules loaded = round_trip(compiled);
  expect_same(compiled, loaded);
  const auto fired = hits_of_all_events(compiled);
  EXPECT_EQ(fired, hits_of_all_events(loaded));
  EXPECT_EQ(fired, fast_hits_of_all_events(loaded));
  EXPECT_GE(std::count_if(fired.begin(), fired.end(), [](const std::string& s) { return s.starts_with("rule "); }), 18);
}

TEST(Cache, MistakesOfMappingsComeBack) {
  const CompiledRules compiled =
      compile({}, {},
              {{"m.yml",
                "logsources:\n  - product: x\n    sources:\n      - {channel: A, fields: {f: v}}\n"
                "  - product: y\n    never: 'nobody logs it'\n  - {}\n"}});
  EXPECT_FALSE(compiled.mistakes.empty());
  const CompiledRules loaded = round_trip(compiled);
  expect_same(compiled, loaded);
  EXPECT_EQ(loaded.logsources->resolve({"", "y", ""}).why_never, "nobody logs it");
}

TEST(Cache, AMovedSetKeepsItsDiagnostics) {
  CompiledRules first = round_trip(compile(all_kinds(), {{"verbs", {"x"}}}));
  const CompiledRules second = std::move(first);
  ASSERT_FALSE(second.warnings.empty());
  EXPECT_EQ(second.warnings.front().code, "SIG202");
}

TEST(Cache, SelectorsFromElsewhereCannotBeKept) {
  CompiledRules compiled = compile({});
  SourceSelector foreign;
  const std::vector<TextFile> files{{"t.yml", testing::line("Image: x")}};
  compiled.rules = std::make_unique<RuleSet>(RuleSet::compile(
      files,
      [&foreign](const Logsource&) {
        return Resolution{{&foreign}, {}};
      },
      {}, compiled.table, compiled.warnings));
  EXPECT_EQ(to_cache(compiled, kKey), std::nullopt);
}

TEST(Cache, TheKeyIsAllThatTheRulesComeFrom) {
  const RuleSources sources{"build", {{"m", "1"}}, {{"p", "2"}}, {{"r", "3"}, {"s", "4"}}};
  std::vector<RuleSources> others(8, sources);
  others[0].build = "other";
  others[1].mappings[0].text = "x";
  others[2].placeholders.clear();
  others[3].rules[1].text = "x";
  others[4].rules[1].path = "x";
  std::swap(others[5].rules[0], others[5].rules[1]);
  others[6].rules.pop_back();
  others[7].placeholders.push_back(others[7].rules[0]);
  others[7].rules.erase(others[7].rules.begin());
  EXPECT_EQ(cache_key(sources), cache_key(RuleSources(sources)));
  for (const RuleSources& other : others) EXPECT_NE(cache_key(sources), cache_key(other));
  EXPECT_EQ(to_hex(kKey), "0102" + std::string(60, '0'));
}

TEST(Cache, DamagedAndForeignFilesAreNotRead) {
  const auto file = to_cache(compile(all_kinds(), {}, {}), kKey);
  ASSERT_TRUE(file);
  ASSERT_TRUE(from_cache(*file, kKey));
  EXPECT_FALSE(from_cache(*file, CacheKey{}));
  for (std::size_t at = 0; at < file->size(); ++at) {
    std::string damaged = *file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    ASSERT_FALSE(from_cache(damaged, kKey)) << at;
  }
  for (std::size_t size = 0; size < file->size(); size += 1 + size / 50)
    ASSERT_FALSE(from_cache(std::string_view(*file).substr(0, size), kKey)) << size;
  EXPECT_FALSE(from_cache(*file + '\0', kKey));
}

TEST(Cache, NoBytesAtAllCanHurt) {
  const auto file = to_cache(compile(all_kinds(), {{"verbs", {"x"}}}), kKey);
  ASSERT_TRUE(file);
  const std::string payload = file->substr(kCacheHeaderBytes);
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < payload.size(); at += 31) {
    for (const char value : {'\x00', '\x7F', '\xFF'}) {
      std::string damaged = payload;
      damaged[at] = value;
      const auto loaded = from_cache_payload(damaged);  // without the digest
      if (!loaded) continue;
      if (++accepted % 50 != 0) continue;
      hits_of_all_events(*loaded);
      fast_hits_of_all_events(*loaded);
    }
  }
  EXPECT_GT(accepted, 30u);  // texts of a rule may be any
  for (std::size_t size = 0; size < payload.size(); size += 101)
    ASSERT_FALSE(from_cache_payload(std::string_view(payload).substr(0, size))) << size;
}

TEST(Cache, CountsBeyondTheBytesLeftAreRefusedBeforeTheyAreBelieved) {
  for (const std::string_view count : {"\xFF\xFF\xFF\xFF", "\x01\x00\x00\x00", "\x00\x00\x00\x80"})
    EXPECT_FALSE(
        from_cache_payload(std::string(count.substr(0, 4)).append(count.size() < 4 ? 4 - count.size() : 0, '\0')));
}

TEST(Cache, CountsAreWrittenInOneWayOnly) {
  const auto read = [](std::string_view bytes) -> std::optional<std::vector<std::uint32_t>> {
    std::set<std::string, std::less<>> literals;
    CacheReader io(bytes, literals);
    std::vector<std::uint32_t> out;
    io.sparse(out, 3);
    if (!io.ok() || !io.at_end()) return std::nullopt;
    return out;
  };
  using Words = std::vector<std::uint32_t>;
  const auto bytes = [](const Words& words) {
    std::string out;
    CacheWriter io(out);
    for (const std::uint32_t word : words) io.number(word);
    return out;
  };
  const Words values{0, 5, 6};
  std::string written;
  CacheWriter(written).sparse(values, 3);
  EXPECT_EQ(written, bytes({2, 1, 5, 2, 6}));
  EXPECT_EQ(read(written), values);
  EXPECT_EQ(read(bytes({0})), (Words{0, 0, 0}));
  EXPECT_EQ(read(bytes({2, 2, 6, 1, 5})), std::nullopt) << "not in order";
  EXPECT_EQ(read(bytes({2, 1, 5, 1, 5})), std::nullopt) << "twice";
  EXPECT_EQ(read(bytes({1, 1, 0})), std::nullopt) << "a zero";
  EXPECT_EQ(read(bytes({1, 3, 1})), std::nullopt) << "beyond the end";
  EXPECT_EQ(read(bytes({0xFFFFFFFF, 0, 1})), std::nullopt);
}

// ---- what the matchers rely on ----

Rule sound_rule(const SourceSelector& selector) {
  Rule out;
  Item item;
  item.field = FieldId{0};
  item.tests.emplace_back(ExistsTest{});
  out.items.push_back(std::move(item));
  out.nodes.push_back({Node::Kind::item, 0, {}});
  out.nodes.push_back({Node::Kind::negation, 0, {0}});
  out.root = 1;
  out.selectors.push_back(&selector);
  return out;
}

Ir set_of(Rule rule) {
  Ir out;
  out.rules.push_back(std::move(rule));
  return out;
}

void add_token(Rule& rule, PatternToken token) {
  Pattern pattern;
  pattern.tokens.push_back(std::move(token));
  rule.items[0].tests.emplace_back(std::move(pattern));
}

TEST(CacheCheck, RefusesWhatWouldCrashAMatcher) {
  const SourceSelector selector;
  EXPECT_TRUE(is_sound(set_of(sound_rule(selector))));
  using Break = void (*)(Rule&);
  const Break kBreaks[] = {
      [](Rule& r) { r.root = 2; },
      [](Rule& r) { r.nodes.clear(); },
      [](Rule& r) { r.nodes[0].item = 1; },
      [](Rule& r) { r.nodes[0].children = {0}; },
      [](Rule& r) { r.nodes[1].children = {1}; },  // itself
      [](Rule& r) { r.nodes[1].children = {2}; },
      [](Rule& r) { r.nodes[1].children = {}; },  // a negation of nothing
      [](Rule& r) {
        r.nodes[1].children = {0, 0};
      },
      [](Rule& r) { r.selectors.clear(); },
      [](Rule& r) { r.items[0].field.reset(); },  // no value exists or not
      [](Rule& r) {
        add_token(r, {PatternToken::Kind::text, ""});
      },
      [](Rule& r) {
        add_token(r, {PatternToken::Kind::any, "x"});
      },
  };
  for (std::size_t i = 0; i < std::size(kBreaks); ++i) {
    Rule rule = sound_rule(selector);
    kBreaks[i](rule);
    EXPECT_FALSE(is_sound(set_of(std::move(rule)))) << i;
  }
}

TEST(CacheCheck, RefusesConditionsWithoutEnd) {
  const SourceSelector selector;
  Rule deep = sound_rule(selector), wide = sound_rule(selector);
  for (std::uint32_t i = 1; i < 100'000; ++i) deep.nodes.push_back({Node::Kind::negation, 0, {i}});
  deep.root = 100'000;
  for (std::uint32_t i = 1; i < 60; ++i) wide.nodes.push_back({Node::Kind::all, 0, {i, i}});  // 2^60 visits
  wide.root = 60;
  EXPECT_FALSE(is_sound(set_of(std::move(deep))));
  EXPECT_FALSE(is_sound(set_of(std::move(wide))));
}

TEST(CacheCheck, RefusesCorrelationsThatWouldCrashACorrelator) {
  const CompiledRules compiled = compile(all_kinds(), {{"verbs", {"x"}}});
  using Break = void (*)(std::vector<CorrelationRule>&);
  const Break kBreaks[] = {
      [](auto& c) { c[0].members[0].stage = 2; },
      [](auto& c) { c[0].members[0].number = 10'000; },
      [](auto& c) { c[0].members[0].number = 7; },  // a rule whose hits go nowhere
      [](auto& c) { c[0].members[0].group.pop_back(); },
      [](auto& c) { c[0].members[0].group[0] = 9; },
      [](auto& c) { c[0].members[0].passed.push_back(0); },
      [](auto& c) { c[0].members[0].chained = true; },  // of itself
      [](auto& c) { c[0].passed[0].group = 2; },
      [](auto& c) { c[0].covers.push_back(10'000); },
      [](auto& c) { c[0].decision = CorrelationRule::Decision::at_once; },
      [](auto& c) { c[0].bounds[0].value.whole = 1'000'000; },
      [](auto& c) { c[0].bounds.clear(); },
      [](auto& c) { c[0].timespan = -c[0].timespan; },
      [](auto& c) { c[1].stages.resize(33); },
      [](auto& c) { c[2].fields.clear(); },
      [](auto& c) { c[3].condition.back().children[0] = 9; },
      [](auto& c) { c[3].condition[0].stage = 2; },
      [](auto& c) { c[4].fields.push_back("x"); },
      [](auto& c) { c[6].percentile->whole = 101; },
  };
  // A set that may be broken comes from bytes: compiled ones cannot be changed.
  for (std::size_t i = 0; i <= std::size(kBreaks); ++i) {
    auto loaded = from_cache_payload(to_cache(compiled, kKey)->substr(kCacheHeaderBytes));
    ASSERT_TRUE(loaded);
    Ir& ir = const_cast<Ir&>(loaded->rules->ir());
    if (i < std::size(kBreaks)) kBreaks[i](ir.correlations);
    EXPECT_EQ(is_sound(ir), i == std::size(kBreaks)) << i;
  }
}

TEST(CacheCheck, RefusesSelectorsThatNoMappingGives) {
  SourceSelector selector;
  selector.event_ids = {1, 2};
  selector.aliases.push_back({FieldId{0}, FieldId{1}, {FieldId{2}, FieldId{3}}, Transform::join_registry, {}});
  EXPECT_TRUE(is_sound(set_of(sound_rule(selector))));
  selector.aliases[0].from.pop_back();
  EXPECT_FALSE(is_sound(set_of(sound_rule(selector))));
  selector.aliases.clear();
  selector.event_ids = {2, 1};
  EXPECT_FALSE(is_sound(set_of(sound_rule(selector))));
}

}  // namespace
}  // namespace stopwarden::sigma
