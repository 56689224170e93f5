// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/seen_values.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/text.h"
#include "detect/sigma/fast.h"
#include "detect/sigma/literal_index.h"
#include "detect/sigma/long_values.h"
#include "detect/sigma/testing.h"

namespace stopwarden::sigma {
namespace {

using Scanner = SeenValues::Scanner;

std::vector<std::uint32_t> rules_of(const SeenValues::Value* v) {
  return v == nullptr ? std::vector<std::uint32_t>{999}
                      : std::vector<std::uint32_t>(v->rules().begin(), v->rules().end());
}

TEST(SeenValues, KnowsAValueByEveryByteAndByWhoScannedIt) {
  SeenValues seen;
  const int plans[2] = {};
  const Scanner scanner{&plans[0], 3, ValueKind::string, 7};
  for (const unsigned size : {0U, 1U, 15U, 16U, 17U, 111U, 112U, 113U, 300U, 1023U, 1024U}) {
    std::string text(size, 'a');
    ASSERT_EQ(seen.find(scanner, text), nullptr) << size;
    const std::uint32_t rules[] = {4, 9};
    const std::uint64_t serial = seen.add(scanner, text, rules);
    const auto* known = seen.find(scanner, text);
    ASSERT_EQ(rules_of(known), (std::vector<std::uint32_t>{4, 9})) << size;
    EXPECT_EQ(known->serial(), serial);
    for (const Scanner& other :
         {Scanner{&plans[1], 3, ValueKind::string, 7}, Scanner{&plans[0], 4, ValueKind::string, 7},
          Scanner{&plans[0], 3, ValueKind::integer, 7}, Scanner{&plans[0], 3, ValueKind::string, 8}})
      EXPECT_EQ(seen.find(other, text), nullptr) << size;
    for (std::size_t i = 0; i < size; i += 13) {
      text[i] = 'b';
      EXPECT_EQ(seen.find(scanner, text), nullptr) << size << ", byte " << i;
      text[i] = 'a';
    }
  }
}

TEST(SeenValues, KeepsNoLongTextsAndNoLongListsOfRules) {
  SeenValues seen;
  const Scanner scanner{&seen, 0, ValueKind::string, 0};
  const std::string text(SeenValues::kTextMax + 1, 'x');
  ASSERT_EQ(seen.find(scanner, text), nullptr);
  EXPECT_EQ(seen.add(scanner, text, {}), 0U);
  EXPECT_EQ(seen.find(scanner, text), nullptr);
  const std::vector<std::uint32_t> rules(SeenValues::kRulesMax + 1, 1);
  ASSERT_EQ(seen.find(scanner, "x"), nullptr);
  EXPECT_EQ(seen.add(scanner, "x", rules), 0U);
  EXPECT_EQ(seen.find(scanner, "x"), nullptr);
}

/// Far more texts than places: what is found is right, and no two texts ever have one serial.
TEST(SeenValues, ForgetsButNeverMixesUp) {
  SeenValues seen;
  const Scanner scanner{&seen, 0, ValueKind::string, 0};
  std::set<std::uint64_t> serials;
  std::mt19937 random(20261125);
  std::size_t known = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto n = static_cast<std::uint32_t>(random() % 4000);
    const std::string text = std::string(n % 2 == 0 ? 10 : 500, 'x') + std::to_string(n);
    if (const auto* v = seen.find(scanner, text)) {
      ++known;
      ASSERT_EQ(rules_of(v), std::vector<std::uint32_t>{n});
    } else {
      ASSERT_TRUE(serials.insert(seen.add(scanner, text, std::array{n})).second);
    }
  }
  EXPECT_GT(known, 5000U);
}

TEST(SeenValues, VerdictsAreOfOneValueAndOneItem) {
  SeenVerdicts verdicts;
  const int items[2] = {};
  EXPECT_EQ(verdicts.find(1, &items[0]), SeenVerdicts::Verdict::unknown);
  verdicts.add(1, &items[0], true);
  verdicts.add(2, &items[0], false);
  EXPECT_EQ(verdicts.find(1, &items[0]), SeenVerdicts::Verdict::yes);
  EXPECT_EQ(verdicts.find(2, &items[0]), SeenVerdicts::Verdict::no);
  EXPECT_EQ(verdicts.find(1, &items[1]), SeenVerdicts::Verdict::unknown);
  EXPECT_EQ(verdicts.find(3, &items[0]), SeenVerdicts::Verdict::unknown);
}

/// Changes a text here and there, mostly near its end, as a log does from one event to the next.
class Edits {
 public:
  explicit Edits(std::vector<std::string> words) : words_(std::move(words)) {}
  const std::string& next() {
    const std::size_t at =
        random_() % 4 == 0 ? pick(text_.size() + 1) : text_.size() - std::min(text_.size(), pick(60));
    switch (random_() % 5) {
      case 0: text_.erase(at, pick(40)); break;
      case 1: text_.resize(at); break;
      case 2: text_.insert(at, std::string(pick(3) == 0 ? 400 : 5, "xy \xC3\x84"[pick(5)])); break;
      default: text_.insert(at, words_[pick(words_.size())]); break;
    }
    if (text_.size() > 5000 || pick(200) == 0) text_.resize(pick(300));
    return text_;
  }
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

 private:
  std::mt19937 random_{20261125};
  std::vector<std::string> words_;
  std::string text_;
};

TEST(LongValue, HoldsWhatASearchFinds) {
  const std::vector<std::string> words{"powershell", "-enc ", "hidden", "iex", "=", "shellpower", "xyxyxyxy"};
  Edits edits(words);
  std::vector<Pattern> patterns;
  for (const std::string& w : words) {
    Pattern p = literal_pattern(w);
    add_any_front(p);
    add_any_back(p);
    finish(p);
    patterns.push_back(std::move(p));
  }
  LongValue value;
  std::size_t yes = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = fold(edits.next());
    value.renew(text);
    for (const Pattern& p : patterns) {
      if (edits.pick(3) == 0) continue;  // asked again after any number of other values
      const bool expected = text.find(p.needle) != std::string::npos;
      ASSERT_EQ(value.holds(p), expected) << p.needle << " in " << text;
      yes += expected ? 1U : 0U;
    }
    if (edits.pick(500) == 0) value.clear();
  }
  EXPECT_GT(yes, 10'000U);
}

TEST(LongValue, HitsOfTheSharedBeginningAndOfTheRestAreAllThereAre) {
  const std::vector<std::string> words{"stop", "/y", "d\xC3\xBC", "net stop", "::", "abcdefgh", "topst"};
  LiteralIndex index;
  for (std::uint32_t r = 0; r < words.size(); ++r) index.add({Literal::Kind::contains, words[r]}, r);
  index.build(TextCounts());
  Engines engines = 0;
  for (const std::string& w : words)
    engines = static_cast<Engines>(engines | engine_bit(index.engine_of({Literal::Kind::contains, w})));
  Edits edits(words);
  LongValue value;
  std::size_t hits = 0, most = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = fold(edits.next());
    if (edits.pick(100) == 0)
      for (int n = 0; n < 300; ++n) text += "::";
    const std::size_t known = value.renew(text);
    std::set<std::uint32_t> got, want;
    for (const LongValue::Hit& hit : value.hits()) got.insert(hit.rule);
    index.scan_inside(text, engines, known, [&](std::uint32_t rule, std::size_t end) {
      ASSERT_EQ(text.substr(end - words[rule].size(), words[rule].size()), words[rule]);
      if (end > known) value.add({rule, static_cast<std::uint32_t>(end)});
      got.insert(rule);
    });
    index.scan(text, ValueKind::string, engines, [&](std::uint32_t rule) { want.insert(rule); });
    ASSERT_EQ(got, want) << text;
    hits += want.size();
    most = std::max(most, value.hits().size());
  }
  EXPECT_GT(hits, 20'000U);
  EXPECT_EQ(most, LongValue::kHitsMax) << "there were more hits than are kept, too";
}

struct Hits final : HitSink {
  void on_hit(const Hit& hit) override {
    text += std::to_string(hit.number);
    for (const MatchedField& m : hit.matched) text += "," + std::string(m.name) + "=" + std::string(m.value);
    text += ";";
  }
  std::string text;
};

constexpr const char* kRules[] = {
    "        F|contains: [alpha, beta, gamma, delta]\n        G|endswith: ['\\a.exe', '\\b.exe', '\\c.exe']\n",
    "        F|contains|all: [alpha, beta, 'gamma delta']\n",
    "        F|re: 'alpha.{0,20}beta'\n        G|re: '^c:.*[bc]\\.exe$'\n",
    "        F|fieldref: G\n        G|contains: c\n",
    "        F|fieldref|startswith: H\n        G|exists: true\n        H|contains: [a, b, c]\n",
    "        G: ['c:\\a.exe', 'c:\\b.exe', 'x*y?z', 'd', 'e', 'f', 'g', 'h', 'i', '12']\n        F|contains|cased: "
    "[Alpha, BETA]\n",
    "        H|cidr: ['10.0.0.0/8', '192.168.0.0/16', '::1/128']\n        G|startswith: ['c:\\', 'd:', 'e', 'f', 'g', "
    "'h', 'i', 'x']\n",
    "        H|gte: 12\n        F|contains: alpha\n",
    "        H: [null, '', 12]\n        F|contains: [beta, \xC3\xA4]\n",
};

/// The same few values again and again, long ones that change a little, several of one field: as the reference has it.
TEST(SeenValues, TheSameHitsWithTheSameMatchedValues) {
  std::string yaml;
  for (const char* body : kRules) yaml += (yaml.empty() ? "" : "---\n") + testing::selection(body);
  testing::Bench bench(yaml);
  ASSERT_EQ(bench.rules().size(), std::size(kRules)) << bench.reason();
  const Program program(bench.rules());
  FastMatcher fast(program);
  Edits edits({"alpha", " beta", "gamma delta", "Alpha BETA", "c:\\a.exe", "\xC3\x84"});
  const std::string images[] = {"c:\\a.exe", "C:\\x\\B.exe", "d", "xy", "x1yAz", "12", "c", "ALPHA beta", "e:\\c.exe"};
  const std::string others[] = {"10.1.2.3", "12", "", "a", "192.168.1.1", "c:\\a.exe", "013"};
  const ValueKind kinds[] = {ValueKind::string, ValueKind::integer, ValueKind::null};
  const FieldId f = *bench.table().find("F"), g = *bench.table().find("G"), h = *bench.table().find("H");
  std::size_t with_hits = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string& text = edits.next();
    std::vector<FieldValue> values{{f, ValueKind::string, text}};
    if (edits.pick(4) == 0) values.push_back({f, ValueKind::string, images[edits.pick(std::size(images))]});
    if (edits.pick(6) == 0) values.push_back({f, ValueKind::string, text});
    for (std::size_t n = edits.pick(3); n > 0; --n)
      values.push_back({g, kinds[edits.pick(8) / 6], images[edits.pick(std::size(images))]});
    for (std::size_t n = edits.pick(3); n > 0; --n) {
      const ValueKind kind = kinds[edits.pick(3)];
      values.push_back({h, kind, kind == ValueKind::null ? std::string_view() : others[edits.pick(std::size(others))]});
    }
    std::shuffle(values.begin(), values.end(), std::mt19937(static_cast<unsigned>(round)));
    Event event;
    event.channel = edits.pick(5) == 0 ? "Security" : "System";
    event.event_id = static_cast<std::uint32_t>(edits.pick(3));
    event.fields = values;
    Hits got, want;
    fast.match(event, got);
    bench.matcher().match(event, want);
    ASSERT_EQ(got.text, want.text) << "round " << round << ": " << text;
    with_hits += want.text.empty() ? 0U : 1U;
  }
  EXPECT_GT(with_hits, 5'000U);
}

}  // namespace
}  // namespace stopwarden::sigma
