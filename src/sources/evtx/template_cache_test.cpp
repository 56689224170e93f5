// SPDX-License-Identifier: Apache-2.0
#include "sources/evtx/template_cache.h"

#include <gtest/gtest.h>

#include "sources/evtx/test_bytes.h"
#include "sources/evtx/test_planner.h"

namespace stopwarden::evtx::test {
namespace {

/// What a reader that has seen other chunks says of this one must be what a new reader says.
void expect_as_fresh(Source& used, const WantedFields& wanted, const std::string& chunk, const std::string& title) {
  Keeper warm, fresh;
  const auto source = make_evtx({&wanted});
  const std::uint64_t records = source->parse(as_bytes(chunk), 4096, 7, fresh);
  ASSERT_EQ(used.parse(as_bytes(chunk), 4096, 7, warm), records) << title;
  ASSERT_EQ(difference(fresh, warm), "") << title;
  ASSERT_EQ(fresh.oddities, warm.oddities) << title;
}

struct Everything {
  Everything() : wanted(table) {
    wanted.add(id_of(field::param1));
    wanted.add_all_values();
  }
  FieldTable table;
  WantedFields wanted;
};

/// Two records of one template; `names_first` puts the names in front of it, so that it refers to them from afar.
std::string chunk_of_one_template(bool names_first, std::string_view data = "Image", std::string_view text = "svc") {
  ChunkBuilder c;
  if (names_first) c.event([&] { c.leaf("EventData", [&] { c.data("Other", [] {}); }); }, {});
  std::uint32_t definition = 0;
  for (int i = 0; i < 2; ++i)
    c.record([&] {
      const auto body = [&] {
        c.whole_event([&] {
          c.leaf("EventData", [&] {
            c.data(data, [&] { c.sub(0); });
            c.data("B", [&] {
              c.text(text);
              c.entity("amp");
              c.sub(1, 0x08);
            });
            c.open("Data", {{"Name", c.subst(0)}});
            c.content();
            c.sub(1, 0x08);
            c.close();
          });
        });
      };
      if (i == 0)
        definition = c.instance(body);
      else
        c.instance_head(definition);
      c.values({str("CommandLine"), {0x08, le<std::uint32_t>(static_cast<std::uint32_t>(i))}});
    });
  return c.chunk();
}

TEST(EvtxTemplateCache, NothingOfAChunkIsLeftInTheNext) {
  const Everything e;
  const auto source = make_evtx({&e.wanted});
  std::vector<std::string> chunks;
  for (const bool names_first : {false, true})
    for (const char* data : {"Image", "Imagf", "ImageLoaded"})
      for (const char* text : {"svc", "svd"}) chunks.push_back(chunk_of_one_template(names_first, data, text));
  for (std::size_t i = 0; i < 200; ++i)
    expect_as_fresh(*source, e.wanted, chunks[i * i % 97 % chunks.size()], std::to_string(i));
}

/// Whatever byte of a known template or of a name it refers to is changed: it is another template.
TEST(EvtxTemplateCache, AnyChangedByteIsSeen) {
  const Everything e;
  for (const bool names_first : {false, true}) {
    const auto source = make_evtx({&e.wanted});
    const std::string good = chunk_of_one_template(names_first);
    for (std::size_t i = kChunkHeaderSize; good.find_first_not_of('\0', i) != std::string::npos; ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (i % 3 == 0 ? 0x01 : 0x42));
      ASSERT_NO_FATAL_FAILURE(expect_as_fresh(*source, e.wanted, good, "good"));
      ASSERT_NO_FATAL_FAILURE(expect_as_fresh(*source, e.wanted, bad, std::to_string(i)));
    }
  }
}

/// One object reads the units of two files in any order, as a worker thread does.
TEST(EvtxTemplateCache, UnitsOfTwoFilesMayBeMixed) {
  const Everything e;
  std::vector<std::string> units;
  for (int i = 0; i < 12; ++i) {
    ChunkBuilder c(static_cast<std::uint64_t>(100 * i + 1));
    if (i % 2 == 0) c.event_data([&] { c.data("Image", [&] { c.sub(0); }); }, {str("a" + std::to_string(i))});
    c.event_data(
        [&] {
          for (int n = 0; n <= i % 4; ++n) c.data("D" + std::to_string(n), [&] { c.sub(0); });
          c.leaf("Data", [&] { c.sub(1, 0x81); });
        },
        {str("b"), {0x81, u16("x") + std::string(2, '\0') + u16("y")}});
    units.push_back(i % 5 == 4 ? c.chunk().substr(0, 40'000) : c.chunk());
  }
  units.push_back(file_header(6));
  units.push_back(file_header(6, 1));
  const auto source = make_evtx({&e.wanted});
  std::size_t order = 1;
  for (int i = 0; i < 300; ++i) {
    order = (order * 75 + 74) % 65'537;
    expect_as_fresh(*source, e.wanted, units[order % units.size()], std::to_string(i));
  }
}

// ---- the cache alone ----------------------------------------------------------------------------------------------

/// A chunk with one definition at `at` whose only name stands inline or at `name_at`.
struct Definition {
  Definition(std::size_t at, std::size_t name_at, std::string_view name, std::string_view literal) : begin(at) {
    chunk.assign(kChunkSize, '\xEE');
    const bool is_inline = name_at == 0;
    const std::string entry = std::string(4, is_inline ? '\1' : '\2') + le<std::uint16_t>(9) +
                              le(static_cast<std::uint16_t>(name.size())) + u16(name) + std::string(2, '\0');
    std::string bytes(1, '\x41');
    const std::size_t ref = bytes.size(), here = at + sizeof(DefinitionHeader) + ref + 4;
    bytes += le(static_cast<std::uint32_t>(is_inline ? here : name_at));
    if (is_inline) bytes += entry;
    bytes += literal;
    if (!is_inline) chunk.replace(name_at, entry.size(), entry);
    chunk.replace(at, sizeof(DefinitionHeader),
                  le<std::uint32_t>(0) + std::string(16, 'G') + le(static_cast<std::uint32_t>(bytes.size())));
    chunk.replace(at + sizeof(DefinitionHeader), bytes.size(), bytes);
    used = bytes.size();
    names = {{static_cast<std::uint32_t>(ref), static_cast<std::uint16_t>(name.size()), is_inline,
              static_cast<std::uint32_t>((is_inline ? here : name_at) + kNameHeader)}};
    Op op;
    op.text = "text";
    op.emit = op.used = true;
    ops = {op};
  }
  const TemplateCache::Entry* find(const TemplateCache& cache, Scope scope = Scope::document) const {
    return cache.find(as_bytes(chunk), begin, scope);
  }
  const TemplateCache::Entry* keep(TemplateCache& cache) const {
    return cache.keep(as_bytes(chunk), begin, Scope::document, used, ops, names);
  }
  std::string chunk;
  std::size_t begin, used = 0;
  std::vector<Op> ops;
  std::vector<NameRef> names;
};

TEST(EvtxTemplateCache, FindsADefinitionWhereverItStands) {
  TemplateCache cache;
  const Definition inline_name(1000, 0, "Image", "rest"), far_name(1000, 5000, "Image", "rest");
  EXPECT_EQ(inline_name.find(cache), nullptr);
  ASSERT_NE(inline_name.keep(cache), nullptr);
  ASSERT_NE(far_name.keep(cache), nullptr);
  const TemplateCache::Entry* const entry = Definition(33'000, 0, "Image", "rest").find(cache);
  ASSERT_NE(entry, nullptr);
  ASSERT_EQ(entry->program.count, 1u);
  EXPECT_EQ(entry->program.ops[0].text, "text");
  EXPECT_EQ(entry->program.ops[0].path, Path::field_literal);
  EXPECT_NE(Definition(33'000, 700, "Image", "rest").find(cache), nullptr);
  EXPECT_NE(Definition(700, 65'000, "Image", "rest").find(cache), nullptr);
}

TEST(EvtxTemplateCache, WhatDiffersIsNotFound) {
  TemplateCache cache;
  ASSERT_NE(Definition(1000, 0, "Image", "rest").keep(cache), nullptr);
  ASSERT_NE(Definition(1000, 5000, "Image", "rest").keep(cache), nullptr);
  for (const std::size_t name_at : {std::size_t{0}, std::size_t{5000}}) {
    EXPECT_EQ(Definition(1000, name_at, "Imagf", "rest").find(cache), nullptr);
    EXPECT_EQ(Definition(1000, name_at, "image", "rest").find(cache), nullptr);
    EXPECT_EQ(Definition(1000, name_at, "Image", "rust").find(cache), nullptr);
    EXPECT_EQ(Definition(1000, name_at, "Image", "rest ").find(cache), nullptr);
    EXPECT_EQ(Definition(1000, name_at, "Image", "rest").find(cache, Scope::inside), nullptr);
  }
  EXPECT_EQ(Definition(1000, 5000, "Imag", "rest").find(cache), nullptr);  // the size is that of a known one
  Definition outside(1000, 5000, "Image", "rest");
  for (const std::uint32_t at : {0xFFFFFFFFu, 65'536u, 65'530u, 65'520u}) {
    poke<std::uint32_t>(outside.chunk, 1000 + sizeof(DefinitionHeader) + 1, at);
    EXPECT_EQ(outside.find(cache), nullptr) << at;
  }
}

TEST(EvtxTemplateCache, IsForgottenWhenFullAndNotBeforeTheNextChunk) {
  TemplateCache cache;
  const Definition first(1000, 0, "Image", "rest");
  ASSERT_NE(first.keep(cache), nullptr);
  std::size_t kept = 0;
  while (kept < 100'000 &&
         Definition(1000, 0, "N" + std::to_string(kept), std::string(100 + kept % 1000, 'x')).keep(cache) != nullptr)
    ++kept;
  EXPECT_GT(kept, 100u);
  EXPECT_LT(kept, 100'000u);
  EXPECT_NE(first.find(cache), nullptr);
  cache.begin_chunk();
  EXPECT_EQ(first.find(cache), nullptr);
  EXPECT_NE(first.keep(cache), nullptr);
  cache.begin_chunk();
  EXPECT_NE(first.find(cache), nullptr);
  const Definition huge(1000, 0, "Image", std::string(60'000, 'x'));
  Definition many = first;
  many.ops.resize(100'000, many.ops[0]);
  EXPECT_EQ(many.keep(cache), nullptr);  // never fits: no reason to forget the others
  EXPECT_EQ(huge.keep(cache), nullptr);
  cache.begin_chunk();
  EXPECT_NE(first.find(cache), nullptr);
}

}  // namespace
}  // namespace stopwarden::evtx::test
