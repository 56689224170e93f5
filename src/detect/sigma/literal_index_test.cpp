// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/literal_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/text.h"
#include "detect/sigma/kind_table.h"

namespace stopwarden::sigma {
namespace {

using Kind = Literal::Kind;

/// The obvious way.
bool holds(std::string_view value, const Literal& l) {
  switch (l.kind) {
    case Kind::equals:
    case Kind::number: return value == l.text;
    case Kind::prefix: return value.starts_with(l.text);
    case Kind::suffix: return value.ends_with(l.text);
    case Kind::contains: return value.find(l.text) != std::string_view::npos;
  }
  return false;
}

struct Index {
  explicit Index(std::vector<Literal> all) : literals(std::move(all)) {
    for (std::uint32_t r = 0; r < literals.size(); ++r) index.add(literals[r], r);
    index.build(TextCounts());
    for (const Literal& l : literals) engines = static_cast<Engines>(engines | engine_bit(index.engine_of(l)));
  }
  std::set<std::uint32_t> found(std::string_view value, ValueKind kind = ValueKind::string) const {
    std::set<std::uint32_t> out;
    index.scan(value, kind, engines, [&out](std::uint32_t rule) { out.insert(rule); });
    return out;
  }
  std::set<std::uint32_t> expected(std::string_view value) const {
    std::set<std::uint32_t> out;
    for (std::uint32_t r = 0; r < literals.size(); ++r)
      if (holds(value, literals[r])) out.insert(r);
    return out;
  }
  std::vector<Literal> literals;
  LiteralIndex index;
  Engines engines = 0;
};

TEST(LiteralIndex, EachKindHasItsEngine) {
  const Index i({{Kind::equals, "svchost.exe"},
                 {Kind::number, "4688"},
                 {Kind::suffix, "\\net.exe"},
                 {Kind::suffix, "/bin/kill"},
                 {Kind::suffix, ".dll"},
                 {Kind::prefix, "c:\\users"},
                 {Kind::contains, "stop"},
                 {Kind::contains, "/y"},
                 {Kind::contains, "d\xC3\xBC"},
                 {Kind::contains, "md5=0123456789abcdef"}});
  const std::vector<Engine> want{Engine::whole,  Engine::number,    Engine::component, Engine::component,
                                 Engine::ending, Engine::beginning, Engine::grams,     Engine::pairs,
                                 Engine::wide,   Engine::grams};
  for (std::size_t n = 0; n < want.size(); ++n) EXPECT_EQ(i.index.engine_of(i.literals[n]), want[n]) << n;
}

TEST(LiteralIndex, AFieldOfHashesIsLookedAtBehindItsEqualSigns) {
  std::vector<Literal> hashes;
  for (int n = 0; n < 100; ++n) hashes.push_back({Kind::contains, "sha256=" + std::to_string(1000000000 + n)});
  const Index i(hashes);
  EXPECT_EQ(i.engines, engine_bit(Engine::after_equal));
  EXPECT_EQ(i.found("md5=1,sha256=1000000042ff,imphash=0"), (std::set<std::uint32_t>{42}));
  EXPECT_EQ(i.found("xsha256=1000000007=sha256=1000000008"), (std::set<std::uint32_t>{7, 8}));
  EXPECT_EQ(i.found("sha256="), std::set<std::uint32_t>{});
}

TEST(LiteralIndex, FindsWhatTheObviousWayFinds) {
  const std::string_view pieces[] = {
      "c:\\", "windows\\", "net.exe", "\\net.exe",        "stop", " /y",  "::",    "sha1=00112233",
      "=",    "a",         "",        "\xC3\xBC",         "-",    "4711", "/etc/", "x",
      "ab",   "abc",       "abcd",    "\xF0\x9F\x98\x80", "\xFF", "t"};
  std::mt19937 random(20261125);
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t n = random() % (most + 1); n > 0; --n) out += pieces[random() % std::size(pieces)];
    return out;
  };
  std::size_t hits = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Literal> literals;
    for (int n = 0; n < 40; ++n) {
      Literal l{static_cast<Kind>(random() % 5), text(3)};
      if (l.kind == Kind::number) l.text = std::to_string(random() % 20);
      if (l.kind != Kind::equals && l.kind != Kind::number && l.text.size() < 2) l.text += "zz";  // never a trigger
      literals.push_back(std::move(l));
    }
    const Index index(literals);
    for (int n = 0; n < 60; ++n) {
      const std::string value = random() % 8 == 0 ? std::to_string(random() % 20) : text(8);
      const auto expected = index.expected(value);
      ASSERT_EQ(index.found(value), expected) << value;
      hits += expected.size();
    }
  }
  EXPECT_GT(hits, 5000u);
}

TEST(LiteralIndex, ANumberWrittenInAnOddWayMayBeAnyNumber) {
  const Index i({{Kind::number, "4"}, {Kind::number, "70"}});
  EXPECT_EQ(i.found("4", ValueKind::integer), (std::set<std::uint32_t>{0}));
  EXPECT_EQ(i.found("007", ValueKind::integer), (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(i.found("-0", ValueKind::integer), (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(i.found("4.5", ValueKind::real), (std::set<std::uint32_t>{0, 1}));
  EXPECT_EQ(i.found("007", ValueKind::string), std::set<std::uint32_t>{});
}

TEST(KindTable, KeepsEqualThingsOnceAndForgetsWhenThereAreTooMany) {
  KindTable<std::vector<int>> table;
  int made = 0;
  const auto make = [&made](const EventKind& kind) {
    ++made;
    return std::vector<int>{static_cast<int>(kind.channel.size())};
  };
  EXPECT_EQ(table.find({"abc", "p", 1}, make), std::vector<int>{3});
  EXPECT_EQ(table.find({"abc", "p", 1}, make), std::vector<int>{3});
  EXPECT_EQ(made, 1);
  table.find({"abc", "p", std::nullopt}, make);
  table.find({"abc", "p", 0}, make);
  table.find({"ab", "cp", 1}, make);
  EXPECT_EQ(made, 4) << "no id is not id 0, and names do not run into each other";
  EXPECT_EQ(table.kept(), 2u);
  const std::string endless(600, 'x');
  EXPECT_EQ(table.find({endless, "", 1}, make), std::vector<int>{600});
  EXPECT_EQ(table.find({endless, "", 1}, make), std::vector<int>{600});
  EXPECT_EQ(made, 6) << "not kept";
  const std::uint64_t generation = table.generation();
  table.find({"abc", "p", 1}, make);
  EXPECT_EQ(table.generation(), generation);
  table.find({endless, "", 2}, make);
  EXPECT_NE(table.generation(), generation) << "what is not kept lies where the last one lay";
  const std::uint64_t before = table.generation();
  for (std::uint32_t id = 0; id < 10'000; ++id) ASSERT_EQ(table.find({"abcd", "", id}, make), std::vector<int>{4});
  EXPECT_EQ(table.generation(), before + 2) << "all were forgotten twice";
  EXPECT_LE(table.kept(), 2u);
}

}  // namespace
}  // namespace stopwarden::sigma
