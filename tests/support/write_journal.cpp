// SPDX-License-Identifier: Apache-2.0
// A developer's tool, never shipped: a journal file from the text of an export, so that fixtures can be read and
// changed.
//
//   write_journal EXPORT OUT [--compact] [--pack xz|lz4|zstd]
//
// EXPORT: fields as lines, a blank line between entries; __REALTIME_TIMESTAMP and __MONOTONIC_TIMESTAMP become the
// entry's own. "\xHH" in a value is a byte.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.h"
#include "support/journal_writer.h"

using namespace stopwarden::test;  // NOLINT: a program of one file

namespace {

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
      out += static_cast<char>(stopwarden::parse_hex(std::string_view(text).substr(i + 2, 2)).value_or(0));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  JournalShape shape;
  std::string in, out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--compact") {
      shape.compact = true;
    } else if (arg == "--pack" && i + 1 < argc) {
      const std::string_view how = argv[++i];
      shape.packing = how == "xz" ? JournalPacking::xz : how == "lz4" ? JournalPacking::lz4 : JournalPacking::zstd;
    } else {
      (in.empty() ? in : out) = arg;
    }
  }
  std::ifstream from(in);
  if (out.empty() || !from) {
    std::fprintf(stderr, "usage: write_journal EXPORT OUT [--compact] [--pack xz|lz4|zstd]\n");
    return 2;
  }
  JournalWriter writer(shape);
  JournalEntry entry;
  const auto end_entry = [&] {
    if (!entry.fields.empty()) writer.add(entry);
    entry.fields.clear();
  };
  for (std::string line; std::getline(from, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) {
      end_entry();
      continue;
    }
    const std::string name = line.substr(0, equals), value = unescaped(line.substr(equals + 1));
    if (name == "__REALTIME_TIMESTAMP")
      entry.realtime = stopwarden::parse_unsigned(value).value_or(0);
    else if (name == "__MONOTONIC_TIMESTAMP")
      entry.monotonic = stopwarden::parse_unsigned(value).value_or(0);
    else
      entry.fields.emplace_back(name, value);
  }
  end_entry();
  const std::string file = writer.finish();
  std::ofstream(out, std::ios::binary).write(file.data(), static_cast<std::streamsize>(file.size()));
  return 0;
}
