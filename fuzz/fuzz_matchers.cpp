// SPDX-License-Identifier: Apache-2.0
// Any rules on any events: the fast matcher gives what the reference gives, read by its own choice of fields or whole.
//
// Input: rule YAML, a NUL, then events, each ended by a NUL: a line "CHANNEL ID PROVIDER" and lines of a kind (s i r b
// or n), a field's name, a blank and its value.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/sigma/fast.h"
#include "support/planned_event.h"

namespace {

using namespace stopwarden;

constexpr std::size_t kInputMax = 16 * std::size_t{1024};  // longer ones only repeat
constexpr std::size_t kEventsMax = 16, kFieldsMax = 64;

/// The part of `text` before `end`, which is taken off.
std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return out;
}

struct Hits final : HitSink {
  void on_hit(const Hit& hit) override {
    text += std::to_string(hit.number) + ":";
    for (const MatchedField& m : hit.matched) text += std::string(m.name) + "=" + std::string(m.value) + ";";
  }
  std::string text;
};

std::string run(sigma::Matcher& matcher, const Event& event) {
  Hits hits;
  matcher.match(event, hits);
  return hits.text;
}

/// Three places where events come from: everything, one channel under other names, one kind with a further condition.
struct Sources {
  explicit Sources(FieldTable& table) {
    const FieldId image = *table.find("Image"), name = *table.find("NewProcessName");
    named.channel = "security";
    named.aliases.push_back({image, *table.intern("made:Image"), {name}, sigma::Transform::copy, {}});
    narrow.channel = "system";
    narrow.event_ids = {7036, 7040};
    narrow.fields.emplace_back(*table.find("User"), "anna");
  }
  sigma::Resolution resolve(const sigma::Logsource& source) const {
    if (source.category == "process_creation") return {{&named, &everything}, {}};
    if (source.service == "system") return {{&narrow}, {}};
    return {{&everything}, {}};
  }
  sigma::SourceSelector everything, named, narrow;
};

std::vector<FieldValue> read_fields(std::string_view text, const FieldTable& table) {
  std::vector<FieldValue> out;
  while (!text.empty() && out.size() < kFieldsMax) {
    std::string_view line = take(text, '\n');
    const char kind = line.empty() ? 's' : line.front();
    line.remove_prefix(line.empty() ? 0 : 1);
    const std::string_view name = take(line, ' ');
    FieldValue value{table.find(name).value_or(kUnnamedField), ValueKind::string, line};
    if (kind == 'i') value.kind = ValueKind::integer;
    if (kind == 'r') value.kind = ValueKind::real;
    if (kind == 'b') value.kind = ValueKind::boolean;
    if (kind == 'n') value = {value.field, ValueKind::null, {}};
    out.push_back(value);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputMax) return 0;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<TextFile> files{{"fuzz.yml", std::string(take(input, '\0'))}};
  FieldTable table;
  const Sources sources(table);
  const sigma::Placeholders placeholders{{"x", {"1.2.3.4", "a-b"}}};
  std::vector<Diagnostic> warnings;
  const auto resolve = [&](const sigma::Logsource& source) { return sources.resolve(source); };
  const sigma::RuleSet rules = sigma::RuleSet::compile(files, resolve, placeholders, table, warnings);
  const sigma::Program program(rules);
  sigma::FastMatcher fast(program);
  sigma::ReferenceMatcher reference(rules);
  for (std::size_t i = 0; i < kEventsMax && !input.empty(); ++i) {
    std::string_view text = take(input, '\0');
    std::string_view head = take(text, '\n');
    Event event;
    event.channel = take(head, ' ');
    if (const auto id = parse_unsigned(take(head, ' ')); id && *id <= UINT32_MAX)
      event.event_id = static_cast<std::uint32_t>(*id);
    event.provider = head;
    const std::vector<FieldValue> fields = read_fields(text, table);
    event.fields = fields;
    const std::string expected = run(reference, event);
    if (run(fast, event) != expected) std::abort();
    test::PlannedEvent planned(event, *fast.planner());
    if (run(fast, planned.event()) != expected) std::abort();
  }
  return 0;
}
