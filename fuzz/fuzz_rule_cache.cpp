// SPDX-License-Identifier: Apache-2.0
// Any bytes as the payload of a rule cache file. What is accepted is written again, which must give the same bytes, and
// tried on a few events with both engines (which may differ: triggers are bytes, too); their
// hits go through its correlations. The first byte chooses how the
// input becomes a payload:
//   0  it is the payload
//   1  it follows a good field table, without which nothing is ever accepted
//   2  it is a list of changes to a good payload: two bytes where, one byte what
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/cache.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/correlation_values.h"
#include "detect/sigma/fast.h"
#include "detect/sigma/ruleset.h"

namespace {

using namespace stopwarden;

struct Count final : HitSink {
  void on_hit(const Hit& hit) override { sum = sum * 31 + hit.matched.size() + 1; }
  std::uint64_t sum = 0;
};

/// Hands hits on to the correlations.
struct Feed final : HitSink, CorrelationSink {
  explicit Feed(const sigma::Ir& ir) : values(ir), correlator(ir) {}
  void on_hit(const Hit& hit) override {
    ++hits;
    correlator.on_hit(
        {hit.number, EventTime{} + std::chrono::seconds(hits), "host", hits, hits, values.read(hit.number, *event)},
        *this);
  }
  void on_result(const CorrelationResult& result) override { sum += result.count; }
  const Event* event = nullptr;
  std::uint64_t hits = 0, sum = 0;
  sigma::CorrelationValues values;
  sigma::Correlator correlator;
};

constexpr std::string_view kMapping =
    "aliases:\n  a:\n    - {to: Image, from: NewProcessName}\n"
    "    - {to: ProcessId, from: NewProcessId, transform: hex_to_decimal}\n"
    "    - {to: User, from: [SubjectDomainName, SubjectUserName], transform: domain_user}\n"
    "logsources:\n  - product: windows\n    sources:\n"
    "      - {channel: '*', aliases: a}\n      - {event_ids: [1, 4688], fields: {F: v}}\n  - product: x\n    never: "
    "no\n";
constexpr std::string_view kRules =
    "title: one\nname: one\nlogsource: {product: windows}\ndetection:\n  s:\n    Image|endswith: \\sc.exe\n"
    "    CommandLine|contains|windash: [' -x', 'a*b?c']\n    F|re: '(?<=a)b|c$'\n    G|cidr: 10.0.0.0/8\n  t:\n"
    "    F: [1, 2.5, null]\n    H|exists: false\n    G|hour: 3\n    F|gt: 3\n    F|fieldref: G\n  k: [word, '*']\n"
    "  condition: s or not 1 of t or k\n"
    "---\ntitle: c\nname: c\ncorrelation: {type: value_count, rules: [one], group-by: [F], timespan: 1m, "
    "condition: {field: G, gte: 2}}\n"
    "---\ntitle: d\ncorrelation: {type: temporal_ordered, rules: [c, one], group-by: [F], timespan: 1m, generate: "
    "true}\n"
    "---\ntitle: two\nlogsource: {product: beos}\ndetection:\n  s: {a: b}\n  condition: s\n---\ntitle: three\n";

std::string good_payload() {
  sigma::CompiledRules compiled;
  const std::vector<TextFile> mapping{{"m.yml", std::string(kMapping)}}, rules{{"r.yml", std::string(kRules)}};
  compiled.logsources =
      std::make_unique<sigma::Logsources>(sigma::Logsources::parse(mapping, compiled.table, compiled.mistakes));
  compiled.rules = std::make_unique<sigma::RuleSet>(
      sigma::RuleSet::compile(rules, *compiled.logsources, {}, compiled.table, compiled.warnings));
  const auto file = sigma::to_cache(compiled, {});
  if (!file || compiled.rules->size() != 1 || compiled.rules->correlations() != 2 || !compiled.mistakes.empty())
    std::abort();
  return file->substr(sigma::kCacheHeaderBytes);
}

/// The bytes of the field table, with which a payload starts: a count, then each name behind its length.
std::size_t table_bytes(std::string_view payload) {
  const auto word = [payload](std::size_t at) {
    std::size_t v = 0;
    for (std::size_t i = 0; i < 4; ++i) v |= std::size_t{static_cast<unsigned char>(payload[at + i])} << (8 * i);
    return v;
  };
  std::size_t at = 4;
  for (std::size_t names = word(0); names > 0; --names) at += 4 + word(at);
  return at;
}

std::string payload_of(std::string_view input) {
  static const std::string good = good_payload();
  static const std::string table = good.substr(0, table_bytes(good));
  const int way = static_cast<unsigned char>(input[0]) % 3;
  input.remove_prefix(1);
  if (way == 0) return std::string(input);
  if (way == 1) return table + std::string(input);
  std::string out = good;
  for (; input.size() >= 3; input.remove_prefix(3)) {
    const std::size_t at = static_cast<unsigned char>(input[0]) | std::size_t{static_cast<unsigned char>(input[1])}
                                                                      << 8;
    out[at % out.size()] = input[2];
  }
  return out;
}

void match(const sigma::CompiledRules& compiled) {
  const auto value = [&compiled](const char* name, std::string_view text, ValueKind kind = ValueKind::string) {
    return FieldValue{compiled.table.find(name).value_or(kUnnamedField), kind, text};
  };
  const std::vector<std::vector<FieldValue>> events{
      {},
      {value("NewProcessName", "C:\\Windows\\System32\\sc.exe"),
       value("CommandLine", "sc  stop \xE2\x80\x93x /y axbyc"), value("F", "v"), value("NewProcessId", "0x2a"),
       value("SubjectUserName", "u"), value("SubjectDomainName", "d")},
      {value("F", "", ValueKind::null), value("F", "ab"), value("G", "10.0.0.1"), value("G", "2026-11-25T03:02:03Z"),
       value("nobody", "a word * ? \\ here")},
  };
  Feed feed(compiled.rules->ir());
  sigma::ReferenceMatcher reference(*compiled.rules);
  const sigma::Program program(*compiled.rules);
  sigma::FastMatcher fast(program);
  for (sigma::Matcher* matcher : std::initializer_list<sigma::Matcher*>{&reference, &fast}) {
    for (const auto& fields : events) {
      Event event;
      event.fields = fields;
      event.channel = "Security";
      event.event_id = 4688;
      Count first, second;
      matcher->match(event, first);
      matcher->match(event, second);
      if (first.sum != second.sum) std::abort();
      feed.event = &event;
      matcher->match(event, feed);
    }
  }
  feed.correlator.finish(feed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 32 * 1024) return 0;  // longer ones only repeat
  const std::string payload = payload_of({reinterpret_cast<const char*>(data), size});
  (void)sigma::from_cache(payload, {});  // as a whole file, which it never is
  const auto loaded = sigma::from_cache_payload(payload);
  if (!loaded) return 0;
  const auto again = sigma::to_cache(*loaded, {});
  if (!again || again->substr(sigma::kCacheHeaderBytes) != payload) std::abort();
  match(*loaded);
  return 0;
}
