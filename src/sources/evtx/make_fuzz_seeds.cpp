// SPDX-License-Identifier: Apache-2.0
// Writes the seeds of fuzz/fuzz_evtx_chunk.cpp: make_evtx_fuzz_seeds FOLDER. Run by hand after test_bytes.h has learnt
// something new; the files it writes are committed.
#include <cstdio>
#include <fstream>
#include <string>

#include "sources/evtx/test_bytes.h"

using namespace stopwarden;              // NOLINT: a program of one file
using namespace stopwarden::evtx::test;  // NOLINT

namespace {

std::string folder;

/// Most of the padding at the end is left out: the fuzz target puts it back.
void write(const char* name, char mode, std::string bytes) {
  bytes.resize(bytes.find_last_not_of('\0') + 8);
  std::ofstream out(folder + "/" + name, std::ios::binary);
  out << mode << bytes;
}

void all_types(ChunkBuilder& c) {
  const std::string nul(2, '\0');
  std::vector<TestValue> list{str("text"), {0x02, "ansi\x80"}, {0x0e, "\x01\x02"}, none()};
  for (const int type : {0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x10, 0x11, 0x14, 0x15})
    list.push_back({static_cast<std::uint8_t>(type), le<std::uint64_t>(0x0102030405060708)});
  list.push_back({0x0f, std::string(16, 'g')});
  list.push_back({0x12, le<std::uint16_t>(2026) + le<std::uint16_t>(11) + std::string(2, '\0') + le<std::uint16_t>(25) +
                            std::string(8, '\0')});
  list.push_back({0x13, std::string("\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12)});
  list.push_back({0x81, u16("a") + nul + u16("b") + nul});
  list.push_back({0x88, le<std::uint32_t>(1) + le<std::uint32_t>(2)});
  c.event_data(
      [&] {
        for (std::uint16_t i = 0; i < list.size(); ++i) {
          if (i % 2 == 0)
            c.data("D" + std::to_string(i), [&] { c.optional_sub(i, list[i].type); });
          else
            c.leaf("Data", [&] { c.sub(i, list[i].type); });
        }
      },
      list);
}

void tokens(ChunkBuilder& c) {
  c.event(
      [&] {
        c.open("UserData");
        c.content();
        c.open("W", {{"a", c.lit("x")}, {"b", c.subst(0)}});
        c.content();
        c.leaf("L", [&] {
          c.text("t");
          c.entity("amp");
          c.char_ref(0x41);
          c.cdata("<x>");
          c.sub(0);
          c.put8(0x0a);
          c.name("pi");
          c.put8(0x0b);
          c.put<std::uint16_t>(0);
        });
        c.close();
        c.close();
        c.open("EventData");
        c.content();
        c.open("Data", {{"Name", c.subst(0)}});
        c.content();
        c.sub(0);
        c.close();
        c.close();
      },
      {str("param1")});
}

void nested(ChunkBuilder& c, bool fragment) {
  c.record([&] {
    c.instance([&] { c.whole_event([&] { c.optional_sub(0, 0x21); }); });
    c.put<std::uint32_t>(1);
    const std::size_t size_at = c.b.size();
    c.put<std::uint32_t>(0x00210000);
    const std::size_t from = c.b.size();
    c.fragment();
    if (fragment) {
      c.leaf("EventData", [&] { c.data("A", [&] { c.text("x"); }); });
    } else {
      c.instance([&] { c.leaf("EventData", [&] { c.data("A", [&] { c.sub(0); }); }); });
      c.values({str("nested")});
    }
    c.eof();
    poke<std::uint16_t>(c.b, size_at, static_cast<std::uint16_t>(c.b.size() - from));
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_evtx_fuzz_seeds FOLDER\n");
    return 2;
  }
  folder = argv[1];
  ChunkBuilder types, all_tokens, embedded, fragments, all;
  all_types(types);
  tokens(all_tokens);
  nested(embedded, false);
  nested(fragments, true);
  for (ChunkBuilder* c : {&types, &all_tokens, &embedded, &fragments}) {
    all_types(all);
    tokens(all);
    nested(all, c == &fragments);
  }
  write("chunk_all_types", 'B', types.chunk());
  write("chunk_all_tokens", 'B', all_tokens.chunk());
  write("chunk_embedded_template", 'B', embedded.chunk());
  write("chunk_embedded_fragment", 'B', fragments.chunk());
  write("chunk_bad_free_offset", 'B', types.chunk(0xFFFFFFFF));
  write("file_truncated_chunk", 'A', file_header(1) + all.chunk());
  write("file_dirty", 'A', file_header(7, 1) + fragments.chunk(512));
  write("file_header_only", 'A', file_header(0));
  write("file_lost_header", 'A', std::string(4096, 'x') + embedded.chunk());
  return 0;
}
